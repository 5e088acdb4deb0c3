"""The checker's side of what comes from the wall: what is no plain observation of bounded size is refused.

`gentutor.grading.inside.wire` decodes; here the decoded values are held against their types and against each other,
because they may have been made by the student's code.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gentutor.exercises.observing import Observation
from gentutor.exercises.values import MAX_CHARACTERS, Value
from gentutor.grading.inside.wire import MAX_DIMENSIONS, ForgedError, Unpacker, collector_asleep

MAX_TEXT = 1_000  # characters of a sentence that comes from the wall
MAX_NAME = 100
_MAX_WHOLE = 2**63
_OUTCOMES = ("returned", "raised", "timed out", "not attempted", "died")


def unpack_observation(header: dict[str, Any], payload: bytes, n_arguments: int, n_gradients: int) -> Observation:
    """Decode what came from the wall as an `Observation` of a call with so many arguments and wanted gradients.

    Raises
    ------
    ForgedError
        When it is none, or contradicts itself.
    """
    unpacker = Unpacker(payload)
    with collector_asleep():
        done = unpacker.unpack(header.get("observation"))
    unpacker.end()
    if not isinstance(done, Observation) or done.outcome not in _OUTCOMES or not isinstance(done.trouble, str):
        raise ForgedError("no observation")
    for value in (done.value, done.again):
        if value is not None:
            require_value(value)
    changed = (
        isinstance(done.changed, tuple)
        and all(type(i) is int and 0 <= i < n_arguments for i in done.changed)
        and len(set(done.changed)) == len(done.changed)
    )
    gradients = done.gradients is None or (
        isinstance(done.gradients, tuple)
        and len(done.gradients) == n_gradients
        and all(g is None or (isinstance(g, np.ndarray) and g.dtype.kind == "f") for g in done.gradients)
    )
    missing = done.outcome == "returned" and (done.value is None or (n_gradients > 0 and done.gradients is None))
    if not (changed and gradients) or missing:
        raise ForgedError("an observation that contradicts itself")
    return Observation(
        done.outcome, done.value, done.again, done.changed, done.gradients if n_gradients else None, clean(done.trouble)
    )


def require_value(value: Any) -> None:
    """Refuse a `Value` from the wall whose fields are not of their types or contradict each other."""
    if not isinstance(value, Value):
        raise ForgedError("no value")
    if not (_well_typed(value) and _consistent(value)):
        raise ForgedError("a value that contradicts itself")
    for item in (*(value.items or ()), *(value.keys or ())):
        require_value(item)


def _well_typed(value: Value) -> bool:
    """Whether every field has its type and is of bounded size, so that messages are too."""
    names = all(isinstance(n, str) and len(n) <= MAX_NAME and n.isprintable() for n in (value.type_name, value.dtype))
    shape = isinstance(value.shape, tuple) and len(value.shape) <= MAX_DIMENSIONS and all(map(_is_size, value.shape))
    parts = all(part is None or isinstance(part, tuple) for part in (value.items, value.keys))
    plain = value.plain is None or type(value.plain) in (str, int, float, bool)
    if isinstance(value.plain, (str, int)):
        short = len(value.plain) <= MAX_CHARACTERS if isinstance(value.plain, str) else abs(value.plain) <= _MAX_WHOLE
        plain = plain and short
    array = value.array is None or isinstance(value.array, np.ndarray)
    return names and shape and parts and plain and array and (value.size is None or _is_size(value.size))


def _is_size(n: Any) -> bool:
    return type(n) is int and 0 <= n <= _MAX_WHOLE


def _consistent(value: Value) -> bool:
    """Whether array, shape, size, items and keys fit each other."""
    array, size, items, keys = value.array, value.size, value.items, value.keys
    if array is not None and (array.shape != value.shape or (size is not None and array.shape != (size,))):
        return False
    is_number = value.type_name in ("int", "float") or isinstance(value.plain, (int, float))
    if is_number and value.shape:
        return False
    if value.type_name in ("list", "tuple") and (keys is not None or size is None):
        return False
    if (items is not None and len(items) != size) or (keys is not None and items is None):
        return False
    if not all(map(_may_be_key, keys or ())):
        return False
    return value.type_name != "dict" or (array is None and len(items or ()) == len(keys or ()))


def _may_be_key(value: Any) -> bool:
    """Whether Python would take it as a key of a dict."""
    parts = value.items if isinstance(value, Value) and value.type_name == "tuple" else None
    return isinstance(value, Value) and value.type_name not in ("list", "dict") and all(map(_may_be_key, parts or ()))


def clean(text: str) -> str:
    """Return text from the wall on one line, without control characters, and of bounded length."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * MAX_TEXT]).split())
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"
