"""Values written down: whatever a function returned, as plain arrays, numbers, texts and items of bounded size."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

Array = np.ndarray[Any, np.dtype[Any]]

MAX_VALUES = 1_000_000  # numbers: 4 MB, far more than an exercise returns, and little to carry to another process
MAX_ITEMS = 10_000  # items of lists, tuples and dicts, but for rows of plain numbers, which are kept as arrays
MAX_CHARACTERS = 100_000  # of all texts together
MAX_DEPTH = 6  # lists in lists
_MAX_WHOLE = 2**63  # what int64 holds
_MAX_NAME = 100

_NAME, _LINE, _OWN = (type.__dict__[name] for name in ("__name__", "__mro__", "__dict__"))  # no metaclass answers these


@dataclass(frozen=True)
class Value:
    """A returned value, written down: what kind it was, and its numbers, its text or its items where it has any.

    Parameters
    ----------
    type_name : str
        ``"Tensor"``, ``"list"``, ``"tuple"``, ``"dict"``, ``"str"``, ``"int"`` or ``"float"`` for these and every kind
        of them, else the name of the Python type.
    dtype : str
        Such as ``"float32"``; empty for what is neither tensor nor array nor a row of numbers.
    shape : tuple of int
        Shape of a tensor or array, ``(n,)`` for a list or tuple of n plain numbers of one type, ``()`` for one number.
    array : ndarray, optional
        The numbers; None for values that have none and for what is above `MAX_VALUES`.
    size : int, optional
        Number of items in a list, tuple or other container, or of characters in a text.
    plain : str, int, float or bool, optional
        The value itself, where it is one of these and not too large.
    items : tuple of Value, optional
        Items of a list or tuple, values of a dict; None where `array` has them, and for what is too large or too deep.
    keys : tuple of Value, optional
        Keys of a dict.
    """

    type_name: str
    dtype: str = ""
    shape: tuple[int, ...] = ()
    array: Array | None = None
    size: int | None = None
    plain: str | int | float | bool | None = None
    items: tuple[Value, ...] | None = None
    keys: tuple[Value, ...] | None = None


def write_down(result: Any) -> Value:
    """Write down any Python object as a `Value`; never runs code of an unknown object."""
    return _Writer().write(result)


class _Writer:
    """Writes values down, within what is allowed for all of them together.

    A type is asked for with `type`, never with `isinstance`, which believes what an object says of itself; and methods
    are those of the base class, called by its name, because a subclass may have others.
    """

    def __init__(self) -> None:
        self._n_values, self._n_items, self._n_characters = MAX_VALUES, MAX_ITEMS, MAX_CHARACTERS

    def write(self, result: Any, depth: int = 0) -> Value:  # noqa: PLR0911  (one for each kind)
        kind = type(result)
        if issubclass(kind, Tensor):
            tensor = plain_tensor(result)
            return Value(_name(kind)) if tensor is None else self._tensor(tensor)
        if issubclass(kind, np.ndarray):
            return self._array(np.ndarray.view(result, np.ndarray))
        if issubclass(kind, (np.bool_, np.integer, np.floating)):
            return self._number(_name(kind), np.generic.item(result))
        if issubclass(kind, str):
            return self._text(str.__str__(result))
        if kind is bool:
            return self._number("bool", result)
        if issubclass(kind, int):
            return self._number("int", int.__int__(result))
        if issubclass(kind, float):
            return self._number("float", float.__float__(result))
        if issubclass(kind, (list, tuple)):
            base: Any = list if issubclass(kind, list) else tuple
            return self._row(base, base.__getitem__(result, slice(None)), depth)
        if issubclass(kind, dict):
            return self._dict(list(dict.items(result)), depth)
        return Value(_name(kind), size=len(result) if kind in (set, frozenset) else None)

    def _tensor(self, tensor: Tensor) -> Value:
        dtype, shape = str(tensor.dtype).removeprefix("torch."), tuple(tensor.shape)
        array = numbers(tensor, self._n_values)
        self._n_values -= 0 if array is None else array.size
        return Value("Tensor", dtype, shape, array)

    def _array(self, array: Array) -> Value:
        small = array.size <= self._n_values and array.dtype.kind in "fiub"
        self._n_values -= array.size if small else 0
        return Value("ndarray", str(array.dtype)[:_MAX_NAME], array.shape, array.copy() if small else None)

    def _number(self, name: str, number: Any) -> Value:
        small = type(number) is not int or -_MAX_WHOLE <= number < _MAX_WHOLE
        with contextlib.suppress(OverflowError):  # a whole number too large for float64 has no array
            return Value(name, array=np.asarray(float(number)), plain=number if small else None)
        return Value(name)

    def _text(self, text: str) -> Value:
        small = len(text) <= self._n_characters
        self._n_characters -= len(text) if small else 0
        return Value("str", size=len(text), plain=text if small else None)

    def _row(self, base: type, items: Any, depth: int) -> Value:
        name, n = base.__name__, len(items)
        kinds = set(map(type, items)) if n <= self._n_values else set()
        if len(kinds) == 1 and kinds <= {int, float, bool}:
            with contextlib.suppress(OverflowError):  # numbers beyond int64 are written down one by one
                array: Array = np.array(items, {int: np.int64, float: np.float64, bool: np.bool_}[kinds.pop()])
                self._n_values -= n
                return Value(name, str(array.dtype), (n,), array, n)
        return Value(name, size=n, items=self._items(items, depth))

    def _dict(self, pairs: list[tuple[Any, Any]], depth: int) -> Value:
        keys = self._items([key for key, _ in pairs], depth)
        items = None if keys is None else self._items([item for _, item in pairs], depth)
        return Value("dict", size=len(pairs), items=items, keys=None if items is None else keys)

    def _items(self, items: Any, depth: int) -> tuple[Value, ...] | None:
        if depth >= MAX_DEPTH or len(items) > self._n_items:
            return None
        self._n_items -= len(items)
        return tuple(self.write(item, depth + 1) for item in items)


def _name(kind: type) -> str:
    """Return a type's name, of bounded length and on one line."""
    name = str.__str__(_NAME.__get__(kind))[:_MAX_NAME]
    return name if name.isprintable() else "strange type"


def plain_tensor(result: Any) -> Tensor | None:
    """Return a tensor, with its history, as one of torch's own class; None for one that computes by its own rules."""
    kind = type(result)
    if kind is Tensor:
        return cast(Tensor, result)
    own = itertools.takewhile(lambda base: base is not Tensor, _LINE.__get__(kind))
    if any("__torch_dispatch__" in _OWN.__get__(base) for base in own):
        return None
    with torch._C.DisableTorchFunctionSubclass():
        plain: Tensor = Tensor.as_subclass(result, Tensor)
    return plain


def equal(one: Value, other: Value) -> bool:
    """Whether two written values are the same."""
    heads = [(v.type_name, v.dtype, v.shape, v.size, v.plain, v.array is None, v.items is None) for v in (one, other)]
    if heads[0] != heads[1] and one.plain == one.plain:  # NaN is never equal to itself
        return False
    if one.array is not None and other.array is not None and not np.array_equal(one.array, other.array, equal_nan=True):
        return False
    pairs = zip((*(one.items or ()), *(one.keys or ())), (*(other.items or ()), *(other.keys or ())), strict=True)
    return all(equal(*pair) for pair in pairs)


def numbers(tensor: Tensor, most: int = MAX_VALUES) -> Array | None:
    """Return a tensor's numbers as an array of a type that NumPy has, or None where they cannot be had."""
    if tensor.numel() > most or tensor.is_meta or tensor.is_complex():
        return None
    try:
        plain = tensor.detach().to_dense().cpu()
        if plain.dtype in (torch.bfloat16, torch.float16):
            plain = plain.float()
        return np.array(plain.resolve_neg().numpy(), copy=True)
    except (RuntimeError, TypeError, NotImplementedError):  # quantised and nested tensors, for which there is no array
        return None
