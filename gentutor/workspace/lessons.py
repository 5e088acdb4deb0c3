"""The registry of lessons: what notebooks there are, and what each one's head and exercises say."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gentutor.errors import LessonFormError, LessonNotFoundError
from gentutor.knobs import KnobSet, lesson_knobs, lessons_with_knobs
from gentutor.workspace.files import cell_source, read_notebook

_FILE_NAME = re.compile(r"(\d\d)_([a-z][a-z0-9_]*)\.ipynb")
_TITLE = re.compile(r"^# (\d\d) · (.+)$", re.MULTILINE)
_PROMISE = re.compile(r"(?:^> ?.+\n?)+", re.MULTILINE)
_MINUTES = re.compile(r"\*\*Time\*\* (\d+) minutes")


@dataclass(frozen=True)
class Exercise:
    """One exercise of a lesson.

    Parameters
    ----------
    name : str
        Name of the function that the student writes, or of the question.
    points : float
        What it is worth.
    by_hand : bool
        Whether it is answered in words, so that no check says whether it is right.
    """

    name: str
    points: float
    by_hand: bool = False


@dataclass(frozen=True)
class Lesson:
    """One lesson, as its notebook declares itself.

    Parameters
    ----------
    name : str
        File name without ending, such as ``"04_vaes"``.
    number : int
        Place in the course.
    title, promise : str
        From the first cell: the heading without its number, and the sentence quoted below it.
    minutes : int
        Time in class.
    path : pathlib.Path
        The master notebook.
    exercises : tuple of Exercise
        In the order in which they stand in the notebook.
    """

    name: str
    number: int
    title: str
    promise: str
    minutes: int
    path: Path
    exercises: tuple[Exercise, ...]

    @property
    def points(self) -> float:
        """What all exercises together are worth."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def knobs(self) -> KnobSet:
        """The declared knobs; an empty set where the lesson declares none."""
        return knobs_or_none(self.name) or KnobSet()


def knobs_or_none(lesson: str) -> KnobSet | None:
    """The knobs declared for a lesson's name, or None where there are none."""
    subject = lesson.split("_", 1)[-1]
    return lesson_knobs(subject) if subject in lessons_with_knobs() else None


def lessons_folder() -> Path:
    """The folder of the master notebooks.

    ``notebooks/`` of the checkout, else the copy inside the installed package; the environment variable
    ``GENTUTOR_NOTEBOOKS`` names another.

    Raises
    ------
    LessonNotFoundError
        When there is no such folder.
    """
    chosen = os.environ.get("GENTUTOR_NOTEBOOKS")
    package = Path(__file__).resolve().parents[1]
    candidates = [Path(chosen)] if chosen else [package.parent / "notebooks", package / "_bundle" / "notebooks"]
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise LessonNotFoundError(
        f"The folder of the lessons is missing; it was looked for at {' and '.join(map(str, candidates))}. "
        "Install gentutor again, or set GENTUTOR_NOTEBOOKS to the folder that holds the notebooks."
    )


def lesson_paths(folder: Path | None = None) -> list[Path]:
    """The files of all lessons (``NN_noun.ipynb``), in the order of the course, without reading them."""
    folder = folder or lessons_folder()
    return sorted(path for path in folder.iterdir() if _FILE_NAME.fullmatch(path.name))


def find_lessons(folder: Path | None = None) -> list[Lesson]:
    """All lessons found on disk, in the order of the course.

    Raises
    ------
    LessonDamagedError
        When a notebook cannot be read.
    LessonFormError
        When a notebook lacks a part of the head that every lesson has.
    """
    return [read_lesson(path) for path in lesson_paths(folder)]


def find_lesson(name: str, folder: Path | None = None) -> Lesson:
    """The lesson called `name`, in one of the forms that `lesson_path` takes.

    Raises
    ------
    LessonNotFoundError
        When there is none; the message suggests the nearest names.
    LessonDamagedError, LessonFormError
        When its notebook cannot be read or lacks a part of the head.
    """
    return read_lesson(lesson_path(name, folder))


def lesson_path(name: str, folder: Path | None = None) -> Path:
    """The file of a lesson: ``"04_vaes"``, ``"vaes"``, ``"04"``, ``"4"`` or ``"04_vaes.ipynb"``.

    Raises
    ------
    LessonNotFoundError
        When there is none; the message suggests the nearest names.
    """
    paths = lesson_paths(folder)
    wanted = name.removesuffix(".ipynb").lower()
    if wanted.isdigit():
        wanted = wanted.zfill(2)
    for path in paths:
        if wanted in (path.stem, *path.stem.split("_", 1)):
            return path
    subjects = {path.stem.split("_", 1)[1]: path.stem for path in paths}
    names = [*subjects.values(), *subjects]
    near = list(dict.fromkeys(subjects.get(n, n) for n in difflib.get_close_matches(wanted, names, n=3)))
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise LessonNotFoundError(
        f"There is no lesson {name!r}.{hint} There are: {', '.join(subjects.values()) or 'no lessons at all'}."
    )


def read_lesson(path: Path) -> Lesson:
    """Read one master notebook's declaration of itself.

    Raises
    ------
    LessonDamagedError
        When the file is no readable notebook.
    LessonFormError
        When the file name or the first cell does not have the form that every lesson has.
    """
    named = _FILE_NAME.fullmatch(path.name)
    if named is None:
        raise LessonFormError(f"{path.name} is no lesson's name; expected two digits and a noun, as in 04_vaes.ipynb.")
    cells = read_notebook(path)["cells"]
    head = cell_source(cells[0]) if cells and cells[0]["cell_type"] == "markdown" else ""
    title = _head_part(path, head, _TITLE, "a heading '# 04 · Title'")
    promise = _head_part(path, head, _PROMISE, "the promise, quoted as '> One sentence.'")
    minutes = _head_part(path, head, _MINUTES, "the time, as '**Time** 75 minutes'")
    if title[1] != named[1]:
        raise LessonFormError(f"{path.name}: the heading says lesson {title[1]}, the file name says {named[1]}.")
    return Lesson(
        name=path.stem,
        number=int(named[1]),
        title=title[2].strip(),
        promise=" ".join(line.lstrip("> ").strip() for line in promise[0].splitlines()),
        minutes=int(minutes[1]),
        path=path,
        exercises=_exercises(cells),
    )


def _head_part(path: Path, head: str, pattern: re.Pattern[str], what: str) -> re.Match[str]:
    found = pattern.search(head)
    if found is None:
        raise LessonFormError(f"{path.name}: the first cell must be Markdown and hold {what}; it does not.")
    return found


def _exercises(cells: list[dict[str, Any]]) -> tuple[Exercise, ...]:
    """The exercises that the graded cells' nbgrader metadata declare."""
    graded = [cell.get("metadata", {}).get("nbgrader", {}) for cell in cells]
    return tuple(
        Exercise(
            meta["grade_id"].removeprefix("check_"), float(meta.get("points", 0)), by_hand=bool(meta.get("solution"))
        )
        for meta in graded
        if meta.get("grade")
    )
