"""The file in which a student shares how a lesson went: small, without code, without free text, without a name.

It holds numbers, names that gentutor's own lessons gave, a random pseudonym and, only where the student said so, a
name. `Shared.to_text` writes it as it is shown to the student; `gentutor.workspace.shared_reading` reads it from a
stranger.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

KIND = "gentutor share"
VERSION = 1
MAX_BYTES = 256_000  # all lessons together take some 20 kB
MAX_NAME = 80


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
