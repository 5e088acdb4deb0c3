"""Which of the files that a student handed in is the lesson's notebook, and which others may go along."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gentutor.errors import LessonError
from gentutor.grading.listing import Found, is_notebook
from gentutor.grading.names import shown
from gentutor.grading.unpacking import MemberError
from gentutor.workspace.sharing import FILE_START

MAX_OPENED = 5  # notebooks of one student that are opened to see which is the lesson's
MAX_LISTED = 5  # names in a sentence

_SOME_LESSON = re.compile(r"\d\d_[a-z][a-z0-9_]*\.ipynb")


@dataclass(frozen=True)
class Item:
    """One file of a student.

    Parameters
    ----------
    found : Found
        Where it lies.
    parts : tuple of str
        Its path as the student handed it in.
    version, number : int
        Which resubmission it is, and Canvas's number of the file, of which the higher is the newer.
    inside : str
        The student's own zip file in which it lies; empty for most.
    """

    found: Found
    parts: tuple[str, ...]
    version: int = 0
    number: int = 0
    inside: str = ""

    @property
    def name(self) -> str:
        """The file's name when it was handed in."""
        return self.parts[-1]


@dataclass(frozen=True)
class Wanted:
    """How the lesson's notebook is recognised.

    Parameters
    ----------
    lesson : str
        The lesson's name.
    marks : frozenset of str
        Ids of its cells and names of its exercises; empty where the lesson is not at hand.
    """

    lesson: str
    marks: frozenset[str]

    @property
    def file_name(self) -> str:
        """The name under which the notebook was handed out."""
        return f"{self.lesson}.ipynb"


@dataclass
class Choice:
    """What was chosen, and what the teacher should know of it.

    Parameters
    ----------
    item : Item, optional
        The notebook that counts.
    path : pathlib.Path, optional
        Where its content is.
    extras : dict of str to pathlib.Path
        Allowed files beside it.
    notes : list of str
        Sentences for the teacher.
    trouble : str
        Why there is no notebook; empty when there is one.
    """

    item: Item | None = None
    path: Path | None = None
    extras: dict[str, Path] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    trouble: str = ""


def wanted(lesson: str) -> Wanted:
    """Return how a lesson's notebook is recognised, by name alone where there is no such lesson here."""
    from gentutor.workspace.files import read_notebook
    from gentutor.workspace.lessons import lesson_path

    try:
        marks = _marks(read_notebook(lesson_path(lesson)))
    except LessonError:
        marks = frozenset()
    return Wanted(lesson, marks)


def exact(items: list[Item], want: Wanted) -> list[Item]:
    """Return the plain files that have the lesson's own name, capital letters apart."""
    return [i for i in items if not i.found.trouble and i.name.lower() == want.file_name.lower()]


def choose(items: list[Item], want: Wanted, allowed: Collection[str]) -> Choice:
    """Choose the notebook that counts and the files that go along; say what was left.

    Parameters
    ----------
    items : list of Item
        Everything the student handed in, sorted.
    want : Wanted
        How the lesson's notebook is recognised.
    allowed : collection of str
        Names of files that may go along with the notebook.
    """
    choice = Choice()
    usable = [item for item in items if is_notebook(item.found) and not item.found.trouble]
    choice.item = _pick(usable, want, choice)
    if choice.item is None:
        choice.trouble = choice.trouble or _why_none(items)
        return choice
    try:
        choice.path = choice.item.found.get()
    except MemberError as error:
        choice.trouble = f"{shown(choice.item.name)} cannot be graded: {error}."
        return choice
    if len(usable) == 1 and _of_another_lesson(choice, want):
        name = shown(choice.item.name)
        choice.trouble = f"The only notebook is {name}, which is not {want.file_name} and has none of its cells."
        choice.path = None
        return choice
    rest = [item for item in items if item is not choice.item]
    _take_along(rest, choice, allowed)
    return choice


def _pick(usable: list[Item], want: Wanted, choice: Choice) -> Item | None:
    named = exact(usable, want)
    if named:
        return _one_of_same_name(named, want, choice)
    if len(usable) <= 1:
        return usable[0] if usable else None
    near = [item for item in usable if item.name.lower().startswith(want.lesson.lower())]
    if len(near) == 1:
        return near[0]
    best = _best(near or usable, want)
    if best is None:
        choice.trouble = (
            f"There are {len(usable)} notebooks, and none is called {want.file_name} or is clearly the lesson's: "
            f"{_listed(usable)}. Leave only the one that counts, or rename it."
        )
    return best


def _one_of_same_name(named: list[Item], want: Wanted, choice: Choice) -> Item | None:
    """The newest resubmission; of others the one nearest to the top; of those the one with more of the lesson."""
    newest = max((item.version, item.number) for item in named)
    if newest > (0, 0):
        return next(item for item in named if (item.version, item.number) == newest)
    depth = min(len(item.parts) for item in named)
    nearest = [item for item in named if len(item.parts) == depth]
    if len(nearest) == 1:
        return nearest[0]
    best = _best(nearest, want)
    if best is None:
        choice.trouble = (
            f"There are {len(nearest)} files called {want.file_name}, and none is clearly the one that counts: "
            f"{', '.join(shown('/'.join(item.parts)) for item in nearest[:MAX_LISTED])}. Leave only one."
        )
    return best


def _best(items: list[Item], want: Wanted) -> Item | None:
    """The one with the most cells of the lesson; None when there is none, or more than one."""
    if not want.marks or len(items) > MAX_OPENED:
        return None
    scores = [_score(item, want) for item in items]
    top = max(scores)
    return items[scores.index(top)] if top and scores.count(top) == 1 else None


def _score(item: Item, want: Wanted) -> int:
    try:
        return _score_of_file(item.found.get(), want)
    except MemberError:
        return 0


def _score_of_file(path: Path, want: Wanted) -> int:
    try:
        return len(_marks(json.loads(path.read_bytes())) & want.marks)
    except (OSError, ValueError, RecursionError):
        return 0


def _marks(notebook: Any) -> frozenset[str]:
    """Ids of cells and names of exercises in something that may or may not be a notebook."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    marks: set[str] = set()
    for cell in cells if isinstance(cells, list) else []:
        if not isinstance(cell, dict):
            continue
        if isinstance(cell.get("id"), str):
            marks.add(f"cell {cell['id']}")
        metadata = cell.get("metadata")
        graded = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if isinstance(graded, dict) and isinstance(graded.get("grade_id"), str):
            marks.add(f"exercise {graded['grade_id']}")
    return frozenset(marks)


def _of_another_lesson(choice: Choice, want: Wanted) -> bool:
    assert choice.item is not None
    assert choice.path is not None
    name = choice.item.name.lower()
    is_other = name != want.file_name.lower() and _SOME_LESSON.fullmatch(name) is not None
    return is_other and bool(want.marks) and _score_of_file(choice.path, want) == 0


def _take_along(rest: list[Item], choice: Choice, allowed: Collection[str]) -> None:
    """Fill in the extras, and a note on everything else."""
    assert choice.item is not None
    left, older = [], []
    for item in sorted(rest, key=lambda item: (-item.version, -item.number, item.parts)):
        beside = item.parts[:-1] == choice.item.parts[:-1] and item.inside == choice.item.inside
        if item.parts == choice.item.parts and item.inside == choice.item.inside and not item.found.trouble:
            older.append(item)
        elif beside and item.name in allowed and item.name not in choice.extras:
            _take_one(item, choice)
        # nbgrader puts a time stamp there itself; what is shared is for `gentutor class`.
        elif item.name != "timestamp.txt" and not item.name.startswith(FILE_START):
            left.append(item)
    if older:
        choice.notes.append(f"An older {shown(choice.item.name)} does not count: {_listed(older)}.")
    if left:
        left.sort(key=lambda item: (item.inside, item.parts))
        files = "1 other file" if len(left) == 1 else f"{len(left)} other files"
        choice.notes.append(f"Ignored {files}: {_listed(left)}.")


def _take_one(item: Item, choice: Choice) -> None:
    try:
        choice.extras[item.name] = item.found.get()
    except MemberError as error:
        choice.notes.append(f"{shown(item.name)} is allowed, but cannot be used: {error}.")


def _why_none(items: list[Item]) -> str:
    odd = next((item for item in items if item.found.trouble and is_notebook(item.found)), None)
    odd = odd or next((item for item in items if item.found.trouble), None)
    if odd:
        return f"{shown(odd.name)} cannot be graded: {odd.found.trouble}."
    return f"There is no notebook, only {_listed(items)}." if items else "There is no notebook."


def _listed(items: list[Item]) -> str:
    names = [shown(item.found.name) + (f" ({item.found.trouble})" if item.found.trouble else "") for item in items]
    more = f", and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    return ", ".join(names[:MAX_LISTED]) + more
