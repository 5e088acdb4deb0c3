"""*Real or fake?*: deals the items of the quiz, keeps the student's confidence ratings, and finds them again.

A finished quiz is one entry of kind ``"quiz"`` in the workspace's progress (`gentutor.exercises.progress`):
``name``, and for each item its ``family``, whether it was ``fake``, and the ``rating`` given, 0 (surely real) to 3
(surely generated). `last_quiz` reads it back, as lesson 12 does to compare a detector with the student.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gentutor.errors import ExerciseError
from gentutor.exercises.progress import entries, record
from gentutor.seeding import stream_seed

RATINGS = ("surely real", "perhaps real", "perhaps generated", "surely generated")
LESSON = "00_welcome"


class Source(NamedTuple):
    """One family of the quiz: what is real, what a model made, and which model that was.

    Attributes
    ----------
    real, generated : sequence
        Pictures (N, C, H, W) in [0, 1], or lines of text.
    maker : str
        A sentence about the model, shown with the truth.
    """

    real: Sequence[Any]
    generated: Sequence[Any]
    maker: str = ""


class Item(NamedTuple):
    """One thing to judge.

    Attributes
    ----------
    family : str
        Where it comes from, such as ``"garments"``.
    fake : bool
        Whether a model made it.
    content : object
        A picture (C, H, W) in [0, 1], or a line of text.
    maker : str
        Who made it, where a model did.
    """

    family: str
    fake: bool
    content: Any
    maker: str = ""


class QuizResult(NamedTuple):
    """A finished quiz, item by item.

    Attributes
    ----------
    families : list of str
        Where each item came from.
    fake : list of bool
        Whether a model had made it.
    ratings : list of int
        What the student said: 0 (surely real) to 3 (surely generated).
    """

    families: list[str]
    fake: list[bool]
    ratings: list[int]

    @property
    def right(self) -> int:
        """How many items were judged rightly, however sure the student was."""
        return sum((rating >= 2) == fake for rating, fake in zip(self.ratings, self.fake, strict=True))


def deal(sources: Mapping[str, Source], n_each: int = 2, seed: int = 0) -> list[Item]:
    """Draw real and generated items of every family, and mix them.

    Parameters
    ----------
    sources : mapping of str to Source
        The families by name; one more is one line more.
    n_each : int
        Real items of each family, and as many generated ones.
    seed : int
        Same seed, same quiz.

    Raises
    ------
    ExerciseError
        When a family has too few items.

    Examples
    --------
    >>> items = deal({"lines": Source(["a", "b"], ["x", "y"])}, n_each=2)
    >>> sorted((item.content, item.fake) for item in items)
    [('a', False), ('b', False), ('x', True), ('y', True)]
    """
    rng = random.Random(stream_seed(seed, "quiz"))
    items = []
    for family, source in sources.items():
        for fake, pool in ((False, source.real), (True, source.generated)):
            if len(pool) < n_each:
                kind = "generated" if fake else "real"
                raise ExerciseError(
                    f"The quiz needs {n_each} {kind} items of {family!r}; there are {len(pool)}. "
                    "Give more, or lower n_each."
                )
            chosen = rng.sample(range(len(pool)), n_each)
            items += [Item(family, fake, pool[i], source.maker if fake else "") for i in chosen]
    rng.shuffle(items)
    return items


class Quiz:
    """A dealt quiz with the ratings given so far; no widget in it.

    Parameters
    ----------
    items : sequence of Item
        What is asked, in this order.
    name : str
        Name under which the result is kept.
    """

    def __init__(self, items: Sequence[Item], name: str = "real-or-fake") -> None:
        self.items, self.name = list(items), name
        self.ratings: list[int] = []

    def rate(self, index: int, rating: int) -> bool:
        """Take the rating of item `index`, the next one; return whether the quiz is complete, and recorded, with it.

        A rating that is not the next one, or none at all, is not taken: a page may send one twice.
        """
        if index != len(self.ratings) or index >= len(self.items) or rating not in range(len(RATINGS)):
            return False
        self.ratings.append(rating)
        if len(self.ratings) < len(self.items):
            return False
        record(
            "quiz",
            LESSON,
            name=self.name,
            families=[item.family for item in self.items],
            fake=[item.fake for item in self.items],
            ratings=list(self.ratings),
        )
        return True


def last_quiz(name: str = "real-or-fake") -> QuizResult | None:
    """Return the quiz that was finished last in this workspace, or None when there is none.

    Parameters
    ----------
    name : str
        Name of the quiz.
    """
    for entry in reversed(entries("quiz")):
        if entry.get("name") == name:
            return QuizResult(list(entry["families"]), list(entry["fake"]), list(entry["ratings"]))
    return None
