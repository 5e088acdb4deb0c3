"""The file in which a student shares how a lesson went: small, without code, without free text, without a name.

It holds numbers, names that gentutor's own lessons gave, a random pseudonym and, only where the student said so, a
name. `Shared.to_text` writes it as it is shown to the student; `read_shared` reads it from a stranger.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from gentutor.errors import SharingError

T = TypeVar("T")

KIND = "gentutor share"
VERSION = 1
MAX_BYTES = 256_000  # all lessons together take some 20 kB
MAX_NAME = 80
_MOST = 100_000  # attempts and minutes beyond it are not a student's
_MAX_ENTRIES = 200  # lessons, or steps of one lesson
_WORD = re.compile(r"[^\x00-\x1f<>&]{1,200}")
_PSEUDONYM = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class SharedExercise:
    """How one exercise went.

    Parameters
    ----------
    attempts : int
        Different answers that were checked, up to the first right one.
    right : bool
        Whether one was right.
    hints : int
        Hints that were seen, 0 to 3.
    minutes : int
        Time spent before its checks and hints; breaks are left out.
    met : dict of str to int
        How often each misconception or general diagnosis was met.
    """

    attempts: int = 0
    right: bool = False
    hints: int = 0
    minutes: int = 0
    met: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SharedPrediction:
    """One guess.

    Parameters
    ----------
    guess : float
        What was guessed.
    range : tuple of float, optional
        The range that the student was 80 % sure of, where one was given.
    measured : float, optional
        What that student's run then showed.
    """

    guess: float
    range: tuple[float, float] | None = None
    measured: float | None = None


@dataclass(frozen=True)
class SharedLesson:
    """How one lesson went.

    Parameters
    ----------
    minutes : int
        Time between its first and last entry; breaks are left out.
    exercises : dict of str to SharedExercise
        Those that were tried or for which a hint was seen.
    predictions : dict of str to SharedPrediction
        Those for which a guess was made.
    """

    minutes: int = 0
    exercises: dict[str, SharedExercise] = field(default_factory=dict)
    predictions: dict[str, SharedPrediction] = field(default_factory=dict)


@dataclass(frozen=True)
class Shared:
    """All that one student shares.

    Parameters
    ----------
    pseudonym : str
        Sixteen random hexadecimal digits.
    made : str
        When the file was made, ISO 8601.
    lessons : dict of str to SharedLesson
        By the lesson's name.
    name : str
        The student's name; empty unless the student asked for it to be there.
    """

    pseudonym: str
    made: str
    lessons: dict[str, SharedLesson]
    name: str = ""

    def to_text(self) -> str:
        """Return the file's text, one line for each exercise and prediction, so that a student can read it."""
        head: dict[str, Any] = {"kind": KIND, "v": VERSION, "consent": True, "made": self.made}
        head |= {"pseudonym": self.pseudonym} | ({"name": self.name} if self.name else {})
        lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
        lessons = [f"  {json.dumps(name)}: {_lesson_text(lesson)}" for name, lesson in self.lessons.items()]
        inside = ",\n".join(lessons)
        body = f' "lessons": {{\n{inside}\n }}' if lessons else ' "lessons": {}'
        return "\n".join(["{", *lines, body, "}"]) + "\n"


def _lesson_text(lesson: SharedLesson) -> str:
    parts = [f'"minutes": {lesson.minutes}']
    for key, values in (("exercises", lesson.exercises), ("predictions", lesson.predictions)):
        rows = [f"    {json.dumps(name)}: {json.dumps(_plain(value))}" for name, value in values.items()]
        if rows:
            inside = ",\n".join(rows)
            parts.append(f'\n   "{key}": {{\n{inside}}}')
    return "{" + ",".join(parts) + "}"


def _plain(value: SharedExercise | SharedPrediction) -> dict[str, Any]:
    found = {key: part for key, part in vars(value).items() if part is not None}
    return {key: list(part) if isinstance(part, tuple) else part for key, part in found.items()}


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
