"""Reads a file in which a student shared how a lesson went, as it comes from a stranger: every value is looked at."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from gentutor.errors import SharingError
from gentutor.workspace.shared import (
    KIND,
    MAX_BYTES,
    MAX_NAME,
    VERSION,
    Shared,
    SharedExercise,
    SharedLesson,
    SharedPrediction,
)

T = TypeVar("T")
_MOST = 100_000  # attempts and minutes beyond it are not a student's
_MAX_ENTRIES = 200  # lessons, or steps of one lesson
_WORD = re.compile(r"[^\x00-\x1f]{1,200}")
_PSEUDONYM = re.compile(r"[0-9a-f]{16}")


def read_shared(data: bytes) -> Shared:
    """Read what a student shared, trusting nothing about it.

    Parameters
    ----------
    data : bytes
        The file's content.

    Raises
    ------
    SharingError
        When it is damaged, of another kind or version, shared without consent, or holds impossible values; the text
        begins with "it" or "its", so that the file's name can stand before it.

    Examples
    --------
    >>> text = Shared("0123456789abcdef", "2026-01-02T03:04:05+00:00", {"04_vaes": SharedLesson(7)}).to_text()
    >>> read_shared(text.encode()).lessons["04_vaes"].minutes
    7
    """
    if len(data) > MAX_BYTES:
        raise SharingError(f"it is larger than {MAX_BYTES // 1000} kB, which no file of `gentutor share` is")
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise SharingError("it is damaged: not the JSON that `gentutor share` writes") from error
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise SharingError("it was not written by `gentutor share`")
    version = found.get("v")
    if version != VERSION or isinstance(version, bool):
        newer = isinstance(version, int) and version > VERSION
        advice = "update your gentutor" if newer else "ask for a new one, made by a present gentutor"
        raise SharingError(f"it is of version {str(version)[:20]}, and version {VERSION} is read here: {advice}")
    if found.get("consent") is not True:
        raise SharingError("it does not say that its student consented")
    pseudonym, made = found.get("pseudonym"), found.get("made")
    if not isinstance(pseudonym, str) or not _PSEUDONYM.fullmatch(pseudonym):
        raise SharingError("its pseudonym is not one that gentutor made")
    return Shared(pseudonym, _time(made), _entries(found.get("lessons"), "lessons", _lesson), _name(found))


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _time(made: Any) -> str:
    try:
        moment = datetime.fromisoformat(made)
        return moment.astimezone().isoformat() if moment.tzinfo is None else moment.isoformat()
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise SharingError("it does not say when it was made") from error


def _name(found: dict[str, Any]) -> str:
    name = found.get("name", "")
    if not isinstance(name, str) or len(name) > MAX_NAME:
        raise SharingError(f"its name is no text of at most {MAX_NAME} letters")
    return name


def _entries(found: Any, what: str, read: Callable[[dict[str, Any], str], T]) -> dict[str, T]:
    if found is None and what != "lessons":
        return {}
    if not isinstance(found, dict) or len(found) > _MAX_ENTRIES:
        raise SharingError(f"its {what} are not as gentutor writes them")
    entries = {}
    for name, value in found.items():
        if not _WORD.fullmatch(name) or not isinstance(value, dict):
            raise SharingError(f"its {what} are not as gentutor writes them")
        entries[name] = read(value, name)
    return entries


def _lesson(found: dict[str, Any], name: str) -> SharedLesson:
    return SharedLesson(
        _count(found, "minutes", name),
        _entries(found.get("exercises"), "exercises", _exercise),
        _entries(found.get("predictions"), "predictions", _prediction),
    )


def _exercise(found: dict[str, Any], name: str) -> SharedExercise:
    attempts, right = _count(found, "attempts", name), found.get("right", False)
    met = found.get("met", {})
    if not isinstance(right, bool) or not isinstance(met, dict) or len(met) > _MAX_ENTRIES:
        raise SharingError(f"what it says of {name!r} is not as gentutor writes it")
    counts = {str(key): _count(met, key, name) for key in met}
    if (right and not attempts) or any(count > attempts for count in counts.values()):
        raise SharingError(f"what it says of {name!r} cannot be: more was found than was tried")
    return SharedExercise(attempts, right, _count(found, "hints", name, 3), _count(found, "minutes", name), counts)


def _prediction(found: dict[str, Any], name: str) -> SharedPrediction:
    measured = None if found.get("measured") is None else _number(found["measured"], name)
    ends = found.get("range")
    if ends is None:
        return SharedPrediction(_number(found.get("guess"), name), None, measured)
    if not isinstance(ends, list) or len(ends) != 2:
        raise SharingError(f"the range of {name!r} is not two numbers")
    low, high = _number(ends[0], name), _number(ends[1], name)
    if not low < high:
        raise SharingError(f"the range of {name!r} is empty")
    return SharedPrediction(_number(found.get("guess"), name), (low, high), measured)


def _count(found: dict[str, Any], key: str, name: str, most: int = _MOST) -> int:
    value = found.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise SharingError(f"{key[:40]!r} of {name!r} is no whole number from 0 to {most}")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SharingError(f"a value of {name!r} is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise SharingError(f"a value of {name!r} is no finite number")
    return number
