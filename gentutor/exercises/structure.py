"""Compares numbers, text, lists, tuples and dicts with what is wanted, and says where they first differ.

What is wanted says what counts: text and whole numbers must be equal, decimal numbers nearly so, tensors inside of
lists as tensors are everywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from gentutor.exercises.diagnosis import Diagnosis, close, diagnose_numbers, diagnose_shape, diagnose_type
from gentutor.exercises.values import Value

TOO_LARGE = "too large"
"""Code of the diagnosis of what cannot be compared, because only its beginning or nothing of it was written down."""

_NUMBERS = ("int", "float")
_WORDS = {
    "Tensor": "a torch tensor", "ndarray": "a NumPy array", "list": "a list", "tuple": "a tuple", "dict": "a dict",
    "str": "text", "int": "a whole number", "float": "a number", "bool": "True or False", "NoneType": "None",
    "set": "a set",
}  # fmt: skip
_ADVICE = {
    ("Tensor", "number"): "Add `.item()`.",
    ("Tensor", "list"): "Add `.tolist()`.",
    ("ndarray", "list"): "Add `.tolist()`.",
    ("tuple", "list"): "Write square brackets, or `list(...)`.",
    ("list", "tuple"): "Write round brackets, or only commas after `return`.",
    ("str", "list"): "Did you join what should stay apart?",
    ("list", "str"): 'Put the pieces together with `"".join(...)`.',
    ("NoneType", ""): "Is the `return` missing, or does it stand in front of an empty line?",
    ("generator", ""): "Write square brackets around it, or `list(...)`.",
}
_MAX_QUOTE = 40  # characters of a text that a message quotes


def diagnose_value(got: Value, wanted: Value, rtol: float, atol: float, where: str = "") -> Diagnosis | None:
    """Say how a value differs from the one that is wanted, or None when it does not.

    Parameters
    ----------
    got, wanted : Value
        What was returned and what should have been.
    rtol, atol : float
        Allowed difference of decimal numbers.
    where : str
        Place inside of the returned value, such as ``"item 2"``; empty for all of it.
    """
    kind, want = _kind(got), _kind(wanted)
    if want not in (kind, "Tensor"):
        return _wrong_kind(got, wanted, where)
    compare = _COMPARE.get(want, _plain)
    return compare(got, wanted, rtol, atol, where)


def _plain(got: Value, wanted: Value, rtol: float, atol: float, where: str) -> Diagnosis | None:
    if got.plain is None and got.size is not None:
        return Diagnosis(TOO_LARGE, f"{_it(where)} is far longer than what is wanted.")
    if got.plain != wanted.plain:
        return Diagnosis("value", f"{_it(where)} is {_quote(got)}; wanted is {_quote(wanted)}.")
    return None


def as_object(value: Value) -> Any:
    """Rebuild what was written down: tensors, plain values, and lists, tuples and dicts of such; else None."""
    if value.type_name in ("Tensor", "ndarray"):
        return None if value.array is None else torch.from_numpy(value.array)
    if value.type_name == "dict":
        keys = (as_object(key) for key in value.keys or ())
        return dict(zip(keys, map(as_object, value.items or ()), strict=True))
    if value.type_name in ("list", "tuple"):
        items = value.array.tolist() if value.array is not None else map(as_object, value.items or ())
        return list(items) if value.type_name == "list" else tuple(items)
    return value.plain


def _kind(value: Value) -> str:
    """Return what kind of thing it is; Python's and NumPy's plain numbers are one kind, but truth values another."""
    if type(value.plain) is bool:
        return "bool"
    return "number" if value.type_name in _NUMBERS or isinstance(value.plain, (int, float)) else value.type_name


def _wrong_kind(got: Value, wanted: Value, where: str) -> Diagnosis:
    kind, want = _kind(got), _kind(wanted)
    advice = _ADVICE.get((kind, want)) or _ADVICE.get((kind, ""), "")
    is_, want_ = _WORDS.get(got.type_name, f"a {got.type_name}"), _WORDS.get(wanted.type_name, f"a {wanted.type_name}")
    if kind == "number" and want != "number":
        is_ = "a number"
    if not where and kind == "NoneType":
        is_ = "nothing"
    said = f"{_it(where)} is {is_}" if where else f"It returned {is_}"
    return Diagnosis("type", f"{said}; wanted is {want_}. {advice}".rstrip())


def _tensor(got: Value, wanted: Value, rtol: float, atol: float, where: str) -> Diagnosis | None:
    if not where and wanted.type_name == "Tensor":
        found = diagnose_type(got, wanted.dtype)
    elif got.type_name != wanted.type_name:
        return _wrong_kind(got, wanted, where)
    else:
        found = diagnose_type(Value("Tensor", got.dtype), wanted.dtype)
    if wanted.array is None:
        return found
    found = found or diagnose_shape(got, wanted.array, {})
    if not found and got.array is None:
        found = Diagnosis("type", "It is a tensor whose values cannot be read.")
    if not found and got.array is not None:
        exact = wanted.array.dtype.kind in "iub"
        tolerance = (0.0, 0.0) if exact else (rtol, atol)
        found = diagnose_numbers(got.array.astype(np.float64), wanted.array.astype(np.float64), {}, *tolerance)
    if found and where:
        return Diagnosis(found.code, f"{_it(where)} is not right. {found.message}", found.by)
    return found


def _number(got: Value, wanted: Value, rtol: float, atol: float, where: str) -> Diagnosis | None:
    if type(got.plain) is int and type(wanted.plain) is int and got.plain == wanted.plain:
        return None
    by = None
    if got.array is not None and wanted.array is not None:
        tolerance = (0.0, 0.0) if wanted.type_name == "int" else (rtol, atol)
        both_whole = type(got.plain) is int and type(wanted.plain) is int
        if not both_whole and close(got.array, wanted.array, *tolerance):
            return None
        difference = float(np.abs(got.array - wanted.array))
        by = difference if np.isfinite(difference) else None
    return Diagnosis("value", f"{_it(where)} is {_quote(got)}; wanted is {_quote(wanted)}.", by)


def _row(got: Value, wanted: Value, rtol: float, atol: float, where: str) -> Diagnosis | None:
    if got.size != wanted.size:
        be = "is" if wanted.size == 1 else "are"
        return Diagnosis("size", f"{_it(where)} has {_items(got.size)}; wanted {be} {wanted.size}.")
    if got.array is not None and wanted.array is not None and got.array.dtype == wanted.array.dtype:
        tolerance = (rtol, atol) if wanted.array.dtype.kind == "f" else (0.0, 0.0)
        alike = np.isclose(got.array, wanted.array, *tolerance, equal_nan=True)
        if alike.all():
            return None
        first = int(np.argmin(alike))
        return diagnose_value(_entry(got, first), _entry(wanted, first), rtol, atol, _place(first, where))
    if (got.array is None and got.items is None) or (wanted.array is None and wanted.items is None):
        return Diagnosis(TOO_LARGE, f"{_it(where)} holds more than can be compared.")
    for i in range(wanted.size or 0):
        found = diagnose_value(_entry(got, i), _entry(wanted, i), rtol, atol, _place(i, where))
        if found:
            return found
    return None


def _place(i: int, where: str) -> str:
    return f"item {i} of {where}" if where else f"item {i}"


def _entry(row: Value, i: int) -> Value:
    """Return one item of a list or tuple, from its array where it has one."""
    if row.array is None:
        assert row.items is not None
        return row.items[i]
    number = row.array[i].item()
    return Value(type(number).__name__, array=np.asarray(float(number)), plain=number)


def _dict(got: Value, wanted: Value, rtol: float, atol: float, where: str) -> Diagnosis | None:
    if got.keys is None or got.items is None or wanted.keys is None or wanted.items is None:
        return Diagnosis(TOO_LARGE, f"{_it(where)} holds more than can be compared.")
    found = {_hashable(key): item for key, item in zip(got.keys, got.items, strict=True)}
    for key, item in zip(wanted.keys, wanted.items, strict=True):
        if _hashable(key) not in found:
            return Diagnosis("keys", f"{_it(where)} has no key {_quote(key)}, which is wanted.")
        place = f"the value of key {_quote(key)}{f' of {where}' if where else ''}"
        difference = diagnose_value(found[_hashable(key)], item, rtol, atol, place)
        if difference:
            return difference
    known = {_hashable(key) for key in wanted.keys}
    extra = next((key for key in got.keys if _hashable(key) not in known), None)
    if extra is None:
        return None
    return Diagnosis("keys", f"{_it(where)} has a key {_quote(extra)}, which is not wanted.")


def _hashable(key: Value) -> Any:
    """Return a key as something to look up; keys that are no plain values and no tuples of such are all alike."""
    if key.type_name == "tuple":
        n = key.size if key.array is not None or key.items is not None else 0
        return tuple(_hashable(_entry(key, i)) for i in range(n or 0))
    return key.plain if key.plain is not None else (key.type_name,)


def _quote(value: Value) -> str:
    """Write a value for a message, between the marks of code where it is text."""
    if isinstance(value.plain, str):
        if not value.plain.strip():
            return f"text of {len(value.plain)} blanks" if value.plain else "empty text"
        text = "".join(c if c.isprintable() and c != "`" else "�" for c in value.plain[:_MAX_QUOTE])
        return f"`{text}{'…' if len(value.plain) > _MAX_QUOTE else ''}`"
    if type(value.plain) is float:
        return f"{value.plain:.6g}"
    if value.plain is not None:
        return str(value.plain)
    if value.type_name == "tuple" and (value.size or 0) <= 4 and (value.array is not None or value.items):
        return f"({', '.join(_quote(_entry(value, i)) for i in range(value.size or 0))})"
    return _WORDS.get(value.type_name, f"a {value.type_name}")


def _it(where: str) -> str:
    return f"{where[0].upper()}{where[1:]}" if where else "What it returned"


def _items(n: int | None) -> str:
    return "1 item" if n == 1 else f"{n} items"


_COMPARE = {"Tensor": _tensor, "ndarray": _tensor, "number": _number, "list": _row, "tuple": _row, "dict": _dict}
