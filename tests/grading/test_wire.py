"""What comes through the wall is decoded exactly, or refused; nothing that gets through can stop the checker."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gentutor.exercises.contract import Exercise
from gentutor.exercises.judging import judge
from gentutor.exercises.observing import Observation, observe
from gentutor.exercises.registry import exercises
from gentutor.exercises.values import MAX_VALUES, Value, write_down
from gentutor.grading import distrust
from gentutor.grading.inside import wire
from gentutor.grading.inside.wire import ForgedError, Packer, Unpacker

FUNCTIONS = [contract for contract in exercises("04_vaes") if isinstance(contract, Exercise)]
VALUE = write_down(torch.ones(2, 3))
DONE = Observation("returned", VALUE, VALUE, (0,), (np.ones((2, 3), np.float32), None))


def _crossed(value: Any) -> Any:
    """Send a value through the wire's form and back."""
    packer = Packer()
    tree = json.loads(json.dumps(packer.pack(value)))
    unpacker = Unpacker(packer.payload)
    back = unpacker.unpack(tree)
    unpacker.end()
    return back


def _refused(observation: Observation, n_arguments: int = 2, n_gradients: int = 2) -> bool:
    packer = Packer()
    tree = packer.pack(observation)
    try:
        distrust.unpack_observation({"observation": tree}, packer.payload, n_arguments, n_gradients)
    except ForgedError:
        return True
    return False


@pytest.mark.parametrize("value", [
    None, True, 3, -2.5, "ä\n☃", (), [1, [2.0, ("a", None)]], {"a": 1, (1, 2): [True]}, float("inf"),
])  # fmt: skip
def test_plain_values_come_back_as_they_went(value: Any) -> None:
    back = _crossed(value)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("dtype", wire.DTYPES)
def test_arrays_of_every_type_come_back_as_they_went(dtype: str) -> None:
    array = np.arange(12).reshape(3, 4).astype(dtype)[:, ::2]
    back = _crossed([array, np.zeros((0, 5), dtype)])
    assert back[0].dtype == array.dtype
    assert np.array_equal(back[0], array)
    assert back[1].shape == (0, 5)


def test_tensors_come_back_as_tensors_of_their_own() -> None:
    tensor = torch.arange(6.0).reshape(2, 3).T
    back = _crossed((tensor, tensor.sum()))
    assert torch.equal(back[0], tensor)
    assert back[1].shape == ()
    back[0].zero_()
    assert tensor.sum() == 15


def test_arrays_in_other_byte_orders_come_back_with_the_same_numbers() -> None:
    assert np.array_equal(_crossed(np.arange(3.0).astype(">f4")), np.arange(3.0))


@pytest.mark.parametrize("result", [
    torch.ones(2, 3), torch.ones(2, 3, dtype=torch.bfloat16), np.float32(2), 3, "text", [1, 2], [[1.0], ["a", None]],
    {"a": torch.zeros(2)}, {1, 2}, None, object(), torch.ones(()), np.ones(2, ">f8"), True, 10**30, [10**30],
    "x" * 10**6,
    torch.zeros((1,) * 20), torch.zeros(MAX_VALUES + 1), torch.ones(2, 2, dtype=torch.complex64), [[[[[[[[1]]]]]]]], {},
], ids=lambda value: f"{type(value).__name__}-{str(value)[:12]}")  # fmt: skip
def test_whatever_an_honest_function_returns_gets_through(result: Any) -> None:
    packer = Packer()
    done = observe(lambda: result, ())
    header = json.loads(json.dumps({"observation": packer.pack(done)}))

    through = distrust.unpack_observation(header, packer.payload, 0, 0)

    assert (through.outcome, through.value is None) == ("returned", False)
    assert through.value is not None
    assert done.value is not None
    assert (through.value.type_name, through.value.shape) == (done.value.type_name, done.value.shape)


def test_an_observation_comes_back_as_it_went() -> None:
    packer = Packer()
    tree = json.loads(json.dumps(packer.pack(DONE)))
    back = distrust.unpack_observation({"observation": tree}, packer.payload, 2, 2)
    assert (back.outcome, back.changed, back.trouble) == ("returned", (0,), "")
    assert back.gradients is not None
    assert back.gradients[1] is None
    assert np.array_equal(np.asarray(back.gradients[0]), np.ones((2, 3)))


@pytest.mark.parametrize("observation", [
    replace(DONE, outcome="right"),
    replace(DONE, outcome=["returned"]),  # type: ignore[arg-type]
    replace(DONE, value=None),
    replace(DONE, value="Tensor"),  # type: ignore[arg-type]
    replace(DONE, changed=(2,)),
    replace(DONE, changed=(-1,)),
    replace(DONE, changed=(True,)),
    replace(DONE, changed=(0, 0)),
    replace(DONE, changed=[0]),  # type: ignore[arg-type]
    replace(DONE, gradients=None),
    replace(DONE, gradients=(None,)),
    replace(DONE, gradients=(np.ones(3, np.int64), None)),
    replace(DONE, gradients=(1.0, None)),  # type: ignore[arg-type]
    replace(DONE, trouble=5),  # type: ignore[arg-type]
    replace(DONE, value=replace(VALUE, shape=(3, 2))),
    replace(DONE, value=replace(VALUE, shape=())),
    replace(DONE, value=replace(VALUE, shape=(-1,), array=None)),
    replace(DONE, value=replace(VALUE, shape=(2.0,), array=None)),  # type: ignore[arg-type]
    replace(DONE, value=replace(VALUE, shape=(10**3000,), array=None)),
    replace(DONE, value=replace(VALUE, shape=(1,) * 100, array=None)),
    replace(DONE, value=replace(VALUE, size=5)),
    replace(DONE, value=replace(VALUE, type_name="x" * 101)),
    replace(DONE, value=replace(VALUE, type_name="\x1b[31m")),
    replace(DONE, value=replace(VALUE, dtype=None)),  # type: ignore[arg-type]
    replace(DONE, value=Value("int", shape=(3,), array=np.ones(3))),
    replace(DONE, value=Value("str", size=3, plain="x" * 100_001)),
    replace(DONE, value=Value("int", plain=2**70)),
    replace(DONE, value=Value("int", plain=[1])),  # type: ignore[arg-type]
    replace(DONE, value=Value("list", size=2, items=(VALUE,))),
    replace(DONE, value=Value("list", size=1, items=("x",))),  # type: ignore[arg-type]
    replace(DONE, value=Value("list", "int64", (3,), np.ones(3, np.int64), 4)),
    replace(DONE, value=Value("dict", size=1, keys=(VALUE,))),
    replace(DONE, value=Value("dict", size=1, keys=(), items=(VALUE,))),
    replace(DONE, again=Value("list", size=-1)),
], ids=lambda o: ascii(o)[12:60])  # fmt: skip
def test_an_observation_that_contradicts_itself_is_refused(observation: Observation) -> None:
    assert not _refused(DONE)
    assert _refused(observation)


@pytest.mark.parametrize("tree", [
    [], {}, {"array": None}, {"array": ["float32"]}, {"array": ["object", [1]]}, {"array": ["float32", [-1]]},
    {"array": ["float32", [2.0]]}, {"array": ["float32", [True]]}, {"array": ["float32", [10**6, 10**6]]},
    {"array": ["float32", [0] * 65]}, {"array": ["float32", [0, *[10**6] * 20]]}, {"array": [["float32"], [1]]},
    {"array": ["float32", [3]]}, {"tensor": ["float32", "1"]}, {"list": 1}, {"dict": [[1]]}, {"dict": {"a": 1}},
    {"dict": [[{"list": []}, 1]]}, {"dict": [[{"tuple": [{"list": []}]}, 1]]}, {"Value": {}}, {"Value": []},
    {"Observation": {"outcome": "returned"}}, {"a": 1, "b": 2}, {"code": "1+1"}, {"pickle": "gASVCw=="},
], ids=lambda tree: json.dumps(tree)[:50])  # fmt: skip
def test_an_unknown_kind_of_value_is_refused(tree: Any) -> None:
    with pytest.raises(ForgedError):
        Unpacker(bytes(4)).unpack(tree)


def test_values_nested_too_deep_are_refused() -> None:
    tree: Any = 1
    for _ in range(wire.MAX_DEPTH + 2):
        tree = {"list": [tree]}
    with pytest.raises(ForgedError, match="deep"):
        Unpacker(b"").unpack(tree)


def test_a_payload_that_is_longer_than_its_arrays_is_refused() -> None:
    unpacker = Unpacker(bytes(5))
    unpacker.unpack({"array": ["uint8", [4]]})
    with pytest.raises(ForgedError, match="length"):
        unpacker.end()


def test_what_cannot_cross_is_refused_on_this_side() -> None:
    with pytest.raises(TypeError, match="object"):
        Packer().pack(object())


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EOFError),
        (b"\0" * 5, EOFError),
        (struct.pack("=IQ", 10, 0) + b"{}", EOFError),
        (struct.pack("=IQ", 2, 10) + b"{}", EOFError),
        (struct.pack("=IQ", 2**32 - 1, 0), ForgedError),
        (struct.pack("=IQ", 2, 2**63), ForgedError),
        (struct.pack("=IQ", 2, 0) + b"[]", ForgedError),
        (struct.pack("=IQ", 3, 0) + b"{a}", ForgedError),
        (struct.pack("=IQ", 4, 0) + b"\xff\xfe\x00\xd8", ForgedError),
        (struct.pack("=IQ", 5010, 0) + b'{"n": ' + b"9" * 5003 + b"}", ForgedError),
        (struct.pack("=IQ", 10**6, 0) + b"[" * 10**6, ForgedError),
    ],
    ids=lambda value: ascii(value)[:20] if isinstance(value, bytes) else value.__name__,
)
def test_frames_that_are_cut_off_or_forged_are_refused(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        _receive(data)


def test_a_frame_that_never_ends_is_given_up_at_the_deadline() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("=IQ", 100, 0) + b"{")
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            wire.receive(ours, started + 0.1)
        assert time.monotonic() - started < 1


def test_a_frame_comes_through_a_socket_whole() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=wire.send, args=(theirs, {"a": ["ä", 1]}, bytes(3_000_000)))
        sender.start()
        assert wire.receive(ours, time.monotonic() + 10) == ({"a": ["ä", 1]}, bytes(3_000_000))
        sender.join()


@pytest.mark.parametrize(("text", "wanted"), [
    ("a\nb\t c", "a b c"), ("\x1b[31mred", "[31mred"), ("\u202egnp", "gnp"), ("\ud800x", "x"), ("é ☃", "é ☃"),
])  # fmt: skip
def test_text_is_made_harmless(text: str, wanted: str) -> None:
    assert distrust.clean(text) == wanted


def test_text_is_made_short() -> None:
    assert len(distrust.clean("x" * 10**6)) == distrust.MAX_TEXT


def _receive(data: bytes) -> tuple[dict[str, Any], bytes]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=_send_all, args=(theirs, data))
        sender.start()
        try:
            return wire.receive(ours, time.monotonic() + 2)
        finally:
            ours.shutdown(socket.SHUT_RDWR)
            sender.join()


def _send_all(channel: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        channel.sendall(data)
        channel.shutdown(socket.SHUT_WR)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["list", "tuple", "dict", "array", "tensor", "Value", "Observation", "x"]), inner, max_size=2
    ),
    max_leaves=12,
)  # fmt: skip
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(tree=JSON, payload=st.binary(max_size=40))
def test_no_json_makes_decoding_raise_anything_else(tree: Any, payload: bytes) -> None:
    for header in (tree, {"observation": tree}):
        if isinstance(header, dict):
            _only_forged(lambda header=header: distrust.unpack_observation(header, payload, 3, 2))


@QUICK
@given(data=st.binary(max_size=200), header=st.binary(max_size=60))
def test_no_bytes_make_receiving_raise_anything_else(data: bytes, header: bytes) -> None:
    _only_forged(lambda: _receive(data), EOFError)
    _only_forged(lambda: _receive(struct.pack("=IQ", len(header), 0) + header), EOFError)


def _only_forged(action: Callable[[], object], *others: type[Exception]) -> None:
    try:
        action()
    except (ForgedError, *others):
        pass


def _array(dtype: str, shape: tuple[int, ...], fill: float) -> Any:
    with np.errstate(invalid="ignore"):
        return np.full(shape, fill).astype(dtype)


ARRAYS = st.builds(
    _array,
    st.sampled_from(["float32", "float64", "int64", "bool", "uint16"]),
    st.lists(st.integers(0, 4), max_size=4).map(tuple),
    st.sampled_from([0.0, 1.0, -3.5, float("nan"), float("inf")]) | st.integers(0, 3).map(float),
)
PLAIN = st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=5)
NAMES = st.sampled_from(
    ["Tensor", "ndarray", "list", "tuple", "dict", "str", "int", "float", "bool", "NoneType", "Odd"]
)
TYPES = st.sampled_from(["", "float32", "float64", "int64", "bool", "bfloat16", "odd"])
SHAPES = st.lists(st.integers(0, 5), max_size=4).map(tuple)


def _values(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    """Values of which some contradict themselves and most do not."""
    arrays = st.none() | ARRAYS
    items = st.none() | st.lists(inner, max_size=3).map(tuple)
    loose = st.builds(Value, NAMES, TYPES, SHAPES, arrays, st.none() | st.integers(-1, 4), PLAIN, items, items)
    tensor = st.builds(lambda name, dtype, a: Value(name, dtype, a.shape, a), NAMES, TYPES, ARRAYS)
    row = st.builds(
        lambda name, all_: Value(name, size=len(all_), items=tuple(all_)), NAMES, st.lists(inner, max_size=3)
    )
    same = st.lists(inner, max_size=3)
    table = st.builds(lambda all_: Value("dict", size=len(all_), items=tuple(all_), keys=tuple(all_)), same)
    return loose | tensor | row | table


VALUES = st.recursive(_values(st.just(Value("int", array=np.asarray(1.0), plain=1))), _values, max_leaves=4)
WANTED = st.sampled_from([write_down(v) for v in (
    torch.ones(4), [1, 2, 3], (1.0, "a"), {"a": 1, (1, 2): [torch.ones(2)]}, "text", 3, 2.5, True, [[1], [2]], None,
)])  # fmt: skip


@QUICK
@given(
    index=st.integers(0, 2), values=st.lists(VALUES | st.none(), min_size=2, max_size=2),
    outcome=st.sampled_from(["returned", "raised", "timed out", "not attempted", "died"]),
    gradients=st.lists(st.none() | ARRAYS, min_size=3, max_size=3), changed=st.sets(st.integers(0, 3)),
)  # fmt: skip
def test_nothing_that_gets_through_stops_the_judge(
    index: int, values: list[Value | None], outcome: str, gradients: list[Any], changed: set[int]
) -> None:
    exercise = FUNCTIONS[index]

    def observer(arguments: tuple[Any, ...], positions: tuple[int, ...], seconds: float) -> Observation:
        forged = Observation(outcome, *values, tuple(changed), tuple(gradients[: len(positions)]), "trouble")
        packer = Packer()
        tree = packer.pack(forged)
        try:
            return distrust.unpack_observation({"observation": tree}, packer.payload, len(arguments), len(positions))
        except ForgedError:
            return Observation("died")

    verdict = judge(exercise, observer, 7)

    assert verdict.points < verdict.of or verdict.right
    assert len(verdict.message) < 5_000


@QUICK
@given(got=VALUES, wanted=WANTED)
def test_nothing_that_gets_through_stops_a_comparison(got: Value, wanted: Value) -> None:
    from gentutor.exercises.structure import as_object, diagnose_value

    try:
        distrust.require_value(got)
    except ForgedError:
        return
    found = diagnose_value(got, wanted, 1e-4, 1e-5)
    assert found is None or len(found.message) < 5_000
    as_object(got)
