"""Questions beside the functions to write: `Choice`, answered by a letter, and `Written`, answered in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gentutor.errors import ExerciseError

WRITTEN_STUB = "*Write your answer here.*"
"""What stands in a student copy where the master has its model answer."""


@dataclass(frozen=True, eq=False)
class Choice:
    """A question with a few answers, of which one is right.

    Parameters
    ----------
    name : str
        The variable that the student binds to a letter, and the name of its cell.
    lesson : str
        Name of the lesson, such as ``"04_vaes"``.
    question : str
        The question, as it stands in the lesson.
    options : dict of str to (str, str)
        From a lower-case letter to the option's text and the reason why it is right or wrong: what a student reads
        who chooses it. The text names the misconception in reports.
    right : str
        The right letter.
    points : int
        Points for the right letter.

    Raises
    ------
    ExerciseError
        When the declaration contradicts itself.
    """

    name: str
    lesson: str
    question: str
    options: dict[str, tuple[str, str]]
    right: str
    points: int

    def __post_init__(self) -> None:
        letters = "abcdefghij"[: len(self.options)]
        if len(self.options) < 2 or "".join(self.options) != letters:
            raise ExerciseError(f"{self.name}: the options must be a, b, c and so on; they are {list(self.options)}.")
        if self.right not in self.options:
            raise ExerciseError(f"{self.name}: {self.right!r} is not among its options {', '.join(self.options)}.")
        texts = {text for text, _ in self.options.values()}
        if len(texts) < len(self.options) or not all(text and reason for text, reason in self.options.values()):
            raise ExerciseError(f"{self.name}: every option needs a text of its own and a reason.")

    @property
    def letters(self) -> str:
        """The letters as a sentence lists them, such as ``"a", "b" or "c"``."""
        quoted = [f'"{letter}"' for letter in self.options]
        return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


@dataclass(frozen=True, eq=False)
class Written:
    """A question answered in words, which a teacher marks by a rubric.

    Parameters
    ----------
    name : str
        Name of the answer's cell.
    lesson : str
        Name of the lesson, such as ``"04_vaes"``.
    question : str
        The question, as it stands in the lesson.
    rubric : tuple of (float, str)
        What points are given for; they add up to `points`.
    points : int
        Points that can be earned.
    min_words, max_words : int
        How long an answer should be. A shorter or longer one waits for its mark like any other; the teacher is told.

    Raises
    ------
    ExerciseError
        When the declaration contradicts itself.
    """

    name: str
    lesson: str
    question: str
    rubric: tuple[tuple[float, str], ...]
    points: int
    min_words: int = 20
    max_words: int = 150

    def __post_init__(self) -> None:
        total = sum(points for points, _ in self.rubric)
        if not math.isclose(total, self.points):
            raise ExerciseError(f"{self.name}: its rubric adds up to {total:g} points; the question has {self.points}.")
        if not 0 < self.min_words < self.max_words:
            raise ExerciseError(f"{self.name}: {self.min_words} to {self.max_words} words is no range.")
