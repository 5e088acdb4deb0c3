"""Who handed in what: every form in which submissions arrive becomes one list, one entry for each student.

Whatever is odd about one student's files becomes a sentence of that student's entry, never the end of the run.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from gentutor.errors import SubmissionsError
from gentutor.grading.archives import Archive
from gentutor.grading.choosing import Choice, Item, Wanted, choose, exact, wanted
from gentutor.grading.listing import Found, in_archive, in_folder, is_notebook, is_zip
from gentutor.grading.names import make_unique, read_canvas, read_moodle, shown, visible
from gentutor.grading.records import Submission
from gentutor.grading.unpacking import MIB, MemberError, Scratch

MAX_OWN_ZIPS = 3  # of one student
OWN_ZIP_MEMBERS = 2_000
OWN_ZIP_BYTES = 256 * MIB

_WRAPPERS = {"submitted", "submissions"}
_COURSE = {"source", "release", "autograded", "feedback", "nbgrader_config.py", "gradebook.db"}  # nbgrader's


@dataclass
class _HandIn:
    """Everything of one student, before it is known which file counts."""

    name: str
    top: str
    items: list[Item] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    canvas_id: str = ""
    moodle_id: str = ""


def collect(
    submissions: Path, lesson: str, *, allowed: Collection[str] = (), scratch: Path
) -> list[Submission]:
    """Collect the submissions of a class, in a fixed order.

    Parameters
    ----------
    submissions : pathlib.Path
        A folder of ``student/LESSON.ipynb`` folders (nbgrader's ``submitted/student/LESSON/LESSON.ipynb`` too) or of
        ``student.ipynb`` files or of both; a zip file of such a folder; a zip file as Canvas or Moodle exports it, or
        the folder into which one was unpacked; or a single notebook.
    lesson : str
        The lesson's name, such as ``"04_vaes"``.
    allowed : collection of str
        Exact names of files that may go along with the notebook beside which they lie.
    scratch : pathlib.Path
        Folder into which archives are unpacked; it must last as long as the submissions are used.

    Returns
    -------
    list of Submission
        One for each student, sorted by name. Where there is nothing to grade, ``trouble`` says why.

    Raises
    ------
    SubmissionsError
        When there is nothing at all: no such path, an empty folder, a file that is no zip file, a damaged one, or one
        that is made to do harm as a whole.
    """
    want = wanted(lesson)
    room = Scratch(scratch)
    with ExitStack() as stack:
        found, prefix = _found(submissions, room, stack)
        hand_ins = _by_student(_without_wrappers(found, want, packed=bool(prefix)), want)
        if not hand_ins:
            raise SubmissionsError(
                f"There are no submissions in {shown(str(submissions))}: no notebook, no zip file, no folder of "
                f"a student. Expected student/{want.file_name} folders, student.ipynb files, or a zip file from Canvas "
                "or Moodle."
            )
        hand_ins.sort(key=lambda h: (visible(h.name).casefold(), h.name, h.canvas_id, h.moodle_id, h.top))
        names = make_unique([(hand_in.name, hand_in.canvas_id or hand_in.moodle_id) for hand_in in hand_ins])
        return [
            _submission(hand_in, name, prefix, want=want, allowed=allowed, room=room)
            for hand_in, name in zip(hand_ins, names, strict=True)
        ]


def _found(path: Path, room: Scratch, stack: ExitStack) -> tuple[list[Found], str]:
    """Everything at `path`, and what stands before its names when they are shown."""
    name = shown(path.name)
    if path.is_dir():
        return in_folder(path), ""
    if not path.exists():
        raise SubmissionsError(
            f"There is no {shown(str(path))}. Give the folder or the zip file that holds the submissions."
        )
    if not path.is_file():
        raise SubmissionsError(f"{name} is neither a folder nor a file. Give the folder or zip file of submissions.")
    if path.suffix.lower() == ".ipynb":
        return [found for found in in_folder(path.parent) if found.parts == (path.name,)], ""
    if path.suffix.lower() != ".zip":
        raise SubmissionsError(
            f"{name} is no zip file and no folder. If it is an archive of another kind, unpack it and give the folder."
        )
    archive = stack.enter_context(closing(Archive(path, path.name, room)))
    found = in_archive(archive)
    if found and all("password" in one.trouble for one in found if not one.folder):
        raise SubmissionsError(f"{name} is protected by a password. Unpack it yourself and give the folder.")
    return found, f"{name}: "


def _without_wrappers(found: list[Found], want: Wanted, *, packed: bool) -> list[Found]:
    """Take off folders that hold the whole class: nbgrader's ``submitted``, or the one that a zip was made of."""
    for _ in range(2):
        tops = {one.parts[0] for one in found}
        if "submitted" in tops and tops & _COURSE:
            found = [one for one in found if one.parts[0] == "submitted"]
            tops = {"submitted"}
        if len(tops) != 1 or min((len(one.parts) for one in found), default=0) < 2:
            return found
        if not _is_wrapper(tops.pop(), found, want, packed=packed):
            return found
        found = [replace(one, parts=one.parts[1:]) for one in found]
    return found


def _is_wrapper(top: str, found: list[Found], want: Wanted, *, packed: bool) -> bool:
    """Whether the only folder is the class's, not the only student's."""
    if top.lower() in _WRAPPERS:
        return True
    if read_moodle(top):
        return False
    if any(one.parts[1] == "submitted" or read_moodle(one.parts[1]) or read_canvas(one.parts[1]) for one in found):
        return True
    notebooks = [one for one in found if is_notebook(one)]
    flat = [one for one in notebooks if len(one.parts) == 2]
    if any(one.name.lower() == want.file_name.lower() for one in flat):
        return False
    # Whoever zips a folder of flat files gets that folder into the zip; on disk it is one student with several files.
    return (packed and len(flat) > 1) or len({one.parts[1] for one in notebooks if len(one.parts) > 2}) > 1


def _by_student(found: list[Found], want: Wanted) -> list[_HandIn]:
    students: dict[tuple[str, ...], _HandIn] = {}
    for one in found:
        _file_under(one, students)
    for hand_in in students.values():
        of_lesson = [item for item in hand_in.items if item.parts[0] == want.lesson and len(item.parts) > 1]
        if of_lesson:  # nbgrader keeps a folder for each lesson; the others are none of this run's business
            hand_in.items = [replace(item, parts=item.parts[1:]) for item in of_lesson]
    return list(students.values())


def _file_under(one: Found, students: dict[tuple[str, ...], _HandIn]) -> None:
    top, inside = one.parts[0], one.parts[1:]
    moodle = read_moodle(top)
    canvas = None if inside or moodle else read_canvas(top)
    if moodle:
        key: tuple[str, ...] = ("moodle", moodle.name, moodle.moodle_id)
        hand_in = students.setdefault(key, _HandIn(moodle.name, top, moodle_id=moodle.moodle_id))
        parts = inside or ((moodle.original,) if moodle.original else ())
        if parts:
            hand_in.items.append(Item(one, parts))
    elif canvas:
        key = ("canvas", canvas.name, canvas.canvas_id)
        hand_in = students.setdefault(key, _HandIn(canvas.name, top, canvas_id=canvas.canvas_id))
        hand_in.items.append(Item(one, (canvas.original,), canvas.version, canvas.number))
        if canvas.late and "Canvas marks it as late." not in hand_in.notes:
            hand_in.notes.append("Canvas marks it as late.")
    elif inside or one.folder:
        hand_in = students.setdefault(("folder", top), _HandIn(top, f"{top}/"))
        if inside:
            hand_in.items.append(Item(one, inside))
    elif is_notebook(one) or is_zip(one):
        stem = top.rpartition(".")[0]
        students[("file", top)] = _HandIn(stem, top, [Item(one, (top,))])
    elif one.trouble:  # a link may be a student's folder
        students[("odd", top)] = _HandIn(top, top, [Item(one, (top,))])


def _submission(
    hand_in: _HandIn, name: str, prefix: str, *, want: Wanted, allowed: Collection[str], room: Scratch
) -> Submission:
    notes = list(hand_in.notes)
    if name != hand_in.name:
        notes.append(_renamed(hand_in.name, name))
    with ExitStack() as stack:
        items = hand_in.items
        if not exact(items, want) and not any(item.name in allowed and is_zip(item.found) for item in items):
            items = _with_own_zips(items, room, stack, notes)
        items = [item for item in items if not item.found.folder] or items
        choice = choose(items, want, allowed)
    if not hand_in.items:
        choice.trouble = "Nothing was handed in: the folder is empty."
    return Submission(
        student=name,
        notebook=None if choice.trouble else choice.path,
        source=f"{prefix}{_source(hand_in, choice)}",
        extras=choice.extras,
        notes=(*notes, *choice.notes),
        trouble=choice.trouble,
        canvas_id=hand_in.canvas_id,
        moodle_id=hand_in.moodle_id,
    )


def _source(hand_in: _HandIn, choice: Choice) -> str:
    if choice.item is None:
        return shown(hand_in.top)
    own_zip = f"{shown(choice.item.inside)}: " if choice.item.inside else ""
    return own_zip + shown(choice.item.found.path)


def _renamed(old: str, new: str) -> str:
    was = shown(old)
    if unicodedata.normalize("NFC", old) == new:
        return f"The name {was} is stored in Unicode's composed form."
    return f"The student's name {was!r} is written as {new!r}, so that it is a file name and no other student's."


def _with_own_zips(items: list[Item], room: Scratch, stack: ExitStack, notes: list[str]) -> list[Item]:
    """Open the zip files that a student handed in, one level deep, and put what they hold among the items."""
    result = [item for item in items if not is_zip(item.found)]
    zips = [item for item in items if is_zip(item.found)]
    zips.sort(key=lambda item: (-item.version, -item.number, item.parts))
    for position, item in enumerate(zips):
        if position >= MAX_OWN_ZIPS:
            result.append(item)
            continue
        inner = room.part(members=OWN_ZIP_MEMBERS, total_bytes=OWN_ZIP_BYTES)
        try:
            archive = stack.enter_context(closing(Archive(item.found.get(), item.name, inner)))
        except (MemberError, SubmissionsError) as error:
            sentence = str(error) if isinstance(error, SubmissionsError) else f"{shown(item.name)}: {error}."
            notes.append(sentence)
            result.append(replace(item, found=replace(item.found, trouble="it cannot be opened")))
            continue
        result += [
            Item(found, found.parts, item.version, item.number, inside=item.found.path)
            for found in in_archive(archive)
        ]
    return result
