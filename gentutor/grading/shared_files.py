"""Reads what students shared, from a folder or a zip file of any form in which submissions arrive; trusts nothing.

The names of files and folders, in which Canvas and Moodle put the student's name, are used for sentences about files
that cannot be read and for nothing else.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gentutor.errors import SharingError, SubmissionsError
from gentutor.grading.archives import Archive
from gentutor.grading.listing import Found, in_archive, in_folder, is_zip
from gentutor.grading.names import shown
from gentutor.grading.unpacking import MIB, MemberError, Scratch
from gentutor.workspace.shared import MAX_BYTES, Shared, SharedLesson, SharedPrediction
from gentutor.workspace.shared_reading import read_shared
from gentutor.workspace.sharing import FILE_START
from gentutor.workspace.steps import Steps
from gentutor.workspace.summary import CODES, known_misconceptions

_INNER_MEMBERS = 2_000
_INNER_BYTES = 64 * MIB


@dataclass(frozen=True)
class Gathered:
    """What a class shared.

    Parameters
    ----------
    students : tuple of Shared
        One for each pseudonym, sorted by it.
    troubles : tuple of (str, str)
        Files that do not count, and why; the first is the file's name, which may name a student.
    older : int
        Files that a newer one of the same student replaced in part or altogether.
    unknown : int
        Lessons, exercises and predictions that this gentutor does not know.
    """

    students: tuple[Shared, ...]
    troubles: tuple[tuple[str, str], ...] = ()
    older: int = 0
    unknown: int = 0


def gather(folder: Path, steps: Mapping[str, Steps], scratch: Path) -> Gathered:
    """Read every file of `gentutor share` in a folder or zip file, in zip files inside of it too.

    Of several files of one student the newest counts, lesson by lesson.

    Parameters
    ----------
    folder : pathlib.Path
        A folder, a zip file as Canvas or Moodle exports it, or a single file.
    steps : mapping of str to Steps
        What the lessons ask.
    scratch : pathlib.Path
        Folder into which zip files are unpacked; it can be deleted afterwards.

    Raises
    ------
    SubmissionsError
        When there is nothing to read at all, or a zip file is damaged or made to do harm.
    """
    troubles: list[tuple[str, str]] = []
    files: list[Shared] = []
    unknown = 0
    with ExitStack() as stack:
        for one in _found(folder, Scratch(scratch), stack, troubles):
            named = FILE_START in one.name
            try:
                shared = read_shared(_read(one))
                known, n_unknown = _checked(shared, steps)
            except (SharingError, MemberError, OSError) as error:
                if named:  # other JSON files are none of this command's business
                    reason = f"it cannot be read ({error.strerror})" if isinstance(error, OSError) else str(error)
                    troubles.append((shown(one.path), reason))
                continue
            unknown += n_unknown
            files.append(known)
    students, older = _newest(files)
    if not students and not troubles:
        raise SubmissionsError(
            f"Nobody shared anything in {shown(str(folder))}: there is no file {FILE_START}….json. Students write it "
            "with gentutor share, and hand it in beside the notebook."
        )
    return Gathered(tuple(students), tuple(troubles), older, unknown)


def _found(path: Path, room: Scratch, stack: ExitStack, troubles: list[tuple[str, str]]) -> list[Found]:
    """Every JSON file at `path`, and in zip files there, one level deep."""
    if path.is_dir():
        found = in_folder(path)
    elif not path.exists():
        raise SubmissionsError(f"There is no {shown(str(path))}. Give the folder or zip file with what was handed in.")
    elif path.suffix.lower() == ".zip":
        found = in_archive(stack.enter_context(closing(Archive(path, path.name, room))))
    else:
        found = [one for one in in_folder(path.parent) if one.parts == (path.name,)]
    inner = []
    for one in filter(is_zip, found):
        part = room.part(members=_INNER_MEMBERS, total_bytes=_INNER_BYTES)
        try:
            inner += in_archive(stack.enter_context(closing(Archive(one.get(), one.name, part))))
        except MemberError as error:
            troubles.append((shown(one.path), str(error)))
        except SubmissionsError as error:
            troubles.append((shown(one.path), f"it is left out: {error}"))
    return [one for one in (*found, *inner) if one.name.lower().endswith(".json") and not one.folder]


def _read(found: Found) -> bytes:
    """Read a plain file, at most one byte more than a file of `gentutor share` can have."""
    handle = os.open(found.get(), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise MemberError("it is no plain file")
        return file.read(MAX_BYTES + 1)


def _checked(shared: Shared, steps: Mapping[str, Steps]) -> tuple[Shared, int]:
    """What of a file is about lessons that are known here, and how much is not; what cannot be raises."""
    lessons, unknown = {}, 0
    for name, lesson in shared.lessons.items():
        if name not in steps:
            unknown += 1
            continue
        known, n_unknown = _checked_lesson(lesson, steps[name])
        lessons[name] = known
        unknown += n_unknown
    return replace(shared, lessons=lessons), unknown


def _checked_lesson(lesson: SharedLesson, steps: Steps) -> tuple[SharedLesson, int]:
    exercises = {name: way for name, way in lesson.exercises.items() if name in steps.exercises}
    predictions = {name: guess for name, guess in lesson.predictions.items() if name in steps.predictions}
    unknown = len(lesson.exercises) - len(exercises) + len(lesson.predictions) - len(predictions)
    for name, way in exercises.items():
        labels = {*known_misconceptions(steps.exercises[name]), *CODES}
        unknown += len(way.met.keys() - labels)
        exercises[name] = replace(way, met={label: n for label, n in way.met.items() if label in labels})
    for name, guess in predictions.items():
        _refuse_impossible(name, guess, steps)
    return replace(lesson, exercises=exercises, predictions=predictions), unknown


def _refuse_impossible(name: str, guess: SharedPrediction, steps: Steps) -> None:
    axis = steps.predictions[name].axis
    for value in (guess.guess, *(guess.range or ())):
        if not axis.low <= value <= axis.high:
            between = f"{axis.low:g} to {axis.high:g}"
            raise SharingError(f"its guess for {name!r} is outside of {between}, and no guess there is ever taken")


def _newest(files: list[Shared]) -> tuple[list[Shared], int]:
    """One for each pseudonym, each lesson from the newest file that has it."""
    students: dict[str, Shared] = {}
    for shared in sorted(files, key=lambda one: (datetime.fromisoformat(one.made), one.to_text())):
        before = students.get(shared.pseudonym)
        lessons = {**(before.lessons if before else {}), **shared.lessons}
        students[shared.pseudonym] = replace(shared, lessons=lessons)
    often = Counter(shared.pseudonym for shared in files)
    return [students[key] for key in sorted(students)], sum(n - 1 for n in often.values())
