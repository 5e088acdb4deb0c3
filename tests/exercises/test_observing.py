"""What is written down of a returned value: every plain kind, bounded, and never by the value's own methods."""

import collections
import enum
import json

import numpy as np
import pytest
import torch

from gentutor.exercises.observing import observe
from gentutor.exercises.structure import as_object
from gentutor.exercises.values import MAX_CHARACTERS, MAX_DEPTH, MAX_ITEMS, MAX_VALUES, Value, write_down

Pair = collections.namedtuple("Pair", "left right")


class Colour(enum.IntEnum):
    RED = 3


class Token(str):
    __slots__ = ()


PLAIN = [
    True, 3, -(2**62), 0.5, "text", "", None, [], (), {}, [1, 2, 3], (0.5, 1.5), [True, False], ["a", "b"],
    [1, 0.5], [[1, 2], [3]], ("t", "h"), {"a": 1, "b": [1, 2]}, {("t", "h"): 3}, [None, "x", (1, "y")],
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_can_be_rebuilt(value):
    rebuilt = as_object(write_down(value))
    assert rebuilt == value
    assert type(rebuilt) is type(value)


def test_every_kind_of_a_kind_is_that_kind():
    assert (write_down(Colour.RED).type_name, write_down(Colour.RED).plain) == ("int", 3)
    assert (write_down(Token("a")).type_name, type(write_down(Token("a")).plain)) == ("str", str)
    assert as_object(write_down(Pair(1, "x"))) == (1, "x")
    assert as_object(write_down(collections.Counter("aab"))) == {"a": 2, "b": 1}
    assert as_object(write_down(collections.OrderedDict(a=1))) == {"a": 1}
    assert (write_down(np.float32(0.5)).plain, write_down(np.int64(3)).plain) == (0.5, 3)
    assert write_down(np.bool_(True)).plain is True
    assert write_down(torch.nn.Parameter(torch.ones(2))).type_name == "Tensor"


def test_tensors_inside_of_lists_keep_their_numbers():
    value = write_down((torch.ones(2, 3), [torch.zeros(1, dtype=torch.int64)], {"m": np.ones(2)}))
    first, (second,), third = value.items[0], value.items[1].items, value.items[2].items[0]
    assert (first.dtype, first.shape, first.array.sum()) == ("float32", (2, 3), 6)
    assert (second.dtype, third.type_name, third.shape) == ("int64", "ndarray", (2,))


def only_plain_fields(value):
    assert type(value) is Value
    for field in (value.type_name, value.dtype):
        assert type(field) is str
        assert len(field) <= 100
        assert field.isprintable()
    assert type(value.plain) in (str, int, float, bool, type(None))
    assert value.array is None or type(value.array) is np.ndarray
    for part in (*(value.items or ()), *(value.keys or ())):
        only_plain_fields(part)


def evil(base, *names):
    """A subclass of `base` whose methods must not be called."""

    def forbidden(self, *args, **kwargs):
        raise AssertionError("code of an unknown object was run")

    names += (
        "__len__",
        "__iter__",
        "__getitem__",
        "__str__",
        "__repr__",
        "__eq__",
        "__float__",
        "__int__",
        "__index__",
    )
    names += ("__index__", "__bool__", "__copy__", "__deepcopy__", "__reduce_ex__", "items", "keys", "tolist", "item")
    members = dict.fromkeys(names, forbidden) | {"__hash__": object.__hash__, "__class__": property(forbidden)}
    return type("Evil", (base,), members)


def evil_tensor():
    members = {"__torch_function__": classmethod(lambda *a, **k: 1 / 0), "shape": property(len)}
    return torch.ones(3).as_subclass(type("T", (torch.Tensor,), members))


EVIL = {  # made inside of the test: pytest itself asks a parameter what it is
    "int": lambda: evil(int)(3),
    "float": lambda: evil(float)(3.0),
    "str": lambda: evil(str)("x"),
    "list": lambda: evil(list)([1, "x"]),
    "tuple": lambda: evil(tuple)((1, "x")),
    "dict": lambda: evil(dict)(a=1),
    "set": lambda: evil(set)({1}),
    "object": evil(object),
    "float64": lambda: evil(np.float64)(3.0),
    "ndarray": lambda: np.ones(3).view(evil(np.ndarray, "copy", "astype")),
    "Tensor": evil_tensor,
}


@pytest.mark.parametrize("kind", EVIL)
def test_no_method_of_an_unknown_object_is_run(kind):
    value = EVIL[kind]()
    written = write_down(value)
    assert written.type_name == (kind if kind not in ("set", "object", "float64") else "Evil")
    only_plain_fields(written)
    only_plain_fields(write_down([value, {"k": value}]))


def test_a_metaclass_does_not_say_its_name():
    class Meta(type):
        @property
        def __name__(cls):
            raise AssertionError

    assert write_down(Meta("A" * 200, (), {})()).type_name == "A" * 100
    assert write_down(type("two\nlines", (), {})()).type_name == "strange type"


def test_a_tensor_that_computes_by_its_own_rules_is_not_read():
    class Own(torch.Tensor):
        @classmethod
        def __torch_dispatch__(cls, *args, **kwargs):
            raise AssertionError

    own = torch.Tensor._make_wrapper_subclass(Own, (2, 3))
    assert write_down(own) == Value("Own")


def depth_of(value):
    return 1 + max((depth_of(item) for item in value.items or ()), default=0)


def test_what_is_too_deep_or_too_large_is_cut_off():
    deep = ["end"]
    for _ in range(100):
        deep = [deep, "x"]
    assert depth_of(write_down(deep)) == MAX_DEPTH + 1
    endless = []
    endless += [endless, endless]
    assert depth_of(write_down(endless)) == MAX_DEPTH + 1
    assert write_down(["x"] * (MAX_ITEMS + 1)).items is None
    assert write_down([0] * (MAX_VALUES + 1)).array is None
    assert write_down([0] * MAX_VALUES).array.shape == (MAX_VALUES,)
    assert (write_down("x" * (MAX_CHARACTERS + 1)).plain, write_down(10**400).plain) == (None, None)
    many = write_down([torch.ones(MAX_VALUES // 2)] * 5)
    assert sum(item.array is not None for item in many.items) == 2
    texts = write_down(["x" * (MAX_CHARACTERS // 2)] * 5)
    assert sum(item.plain is not None for item in texts.items) == 2


def test_the_largest_value_stays_below_what_may_cross_the_wall():
    def header(value):
        if isinstance(value, tuple):
            return {"tuple": [header(item) for item in value]}
        if isinstance(value, Value):
            return {"Value": {name: header(field) for name, field in vars(value).items()}}
        return value

    largest = write_down(["\U0001f600" * (MAX_CHARACTERS // MAX_ITEMS)] * MAX_ITEMS)
    assert all(item.plain for item in largest.items)
    assert 2 * len(json.dumps(header(largest))) < 8_000_000


def test_lists_among_the_arguments_are_copied_and_watched():
    given = [1, [2, 3]]

    def appends(values):
        values[1].append(4)
        return values

    seen = observe(appends, (given,))
    assert given == [1, [2, 3]]
    assert seen.changed == (0,)
    assert observe(lambda values: values[1] + [4], (given,)).changed == ()


def test_gradients_arrive_inside_of_no_grad():
    with torch.no_grad():
        seen = observe(lambda x: x * 3, (torch.ones(2),), wanted_gradients=(0,))
    assert seen.gradients[0].tolist() == [3, 3]


def test_only_a_tensor_has_gradients():
    seen = observe(lambda x: (x, x), (torch.ones(2),), wanted_gradients=(0,))
    assert seen.gradients == (None,)
    assert MAX_DEPTH < 24 / 2  # two levels of JSON for one of values
