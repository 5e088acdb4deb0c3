"""An assignment for a class: nbgrader's course folder with the teacher's copy and the student's copy of a lesson.

``source/LESSON/LESSON.ipynb`` is the teacher's: the master, and in each check cell a region of hidden tests that tells
nbgrader's own autograder the points which the check gave. ``release/LESSON/LESSON.ipynb`` is the student's.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gentutor.errors import WorkspaceError
from gentutor.language import SOURCE
from gentutor.workspace.canonical import canonical, to_json
from gentutor.workspace.files import make_folder, read_notebook, sha256, write_text
from gentutor.workspace.lessons import Lesson, knobs_or_none, lessons_folder
from gentutor.workspace.student import student_copy

# Not a folder `.gentutor`: that would mark the course as a workspace, in which lessons keep a student's progress.
RECORD = ".gentutor-release.json"
CONFIG = "nbgrader_config.py"

CONFIG_TEXT = '''"""Settings of nbgrader for this course; `gentutor release` never overwrites what you change here."""

from pathlib import Path

from gentutor.grading.release import generate_preprocessors

c = get_config()  # noqa: F821  (nbgrader defines it)
c.CourseDirectory.course_id = "gentutor"
c.CourseDirectory.db_url = f"sqlite:///{Path(__file__).resolve().parent / 'gradebook.db'}"
# With this, `nbgrader generate_assignment` makes the very copies that `gentutor release` makes.
c.GenerateAssignment.preprocessors = generate_preprocessors()
c.ExecutePreprocessor.timeout = 600  # seconds a cell: lessons train for up to a minute, on a slow machine for longer
'''

_PLACE = "EXERCISE_NAME"  # in CODE_STUB, where the exercise's name belongs

_HIDDEN = '''
### BEGIN HIDDEN TESTS
# For nbgrader's own autograder: the points that the check above gave. `gentutor grade` does not need this.
from gentutor.exercises.progress import entries
min({points}, [0.0, *(entry["points"] for entry in entries("check") if entry["exercise"] == {name!r})][-1])
### END HIDDEN TESTS'''


@dataclass(frozen=True)
class Released:
    """What happened to one file of a release.

    Parameters
    ----------
    what : str
        ``"made"``; ``"unchanged"``; ``"updated"`` (you had not changed it); ``"beside"`` (you had, so the new one
        stands in a file of its own).
    path : pathlib.Path
        The file that was written, or that stands as it was.
    name : str
        The file's usual place in the course folder.
    """

    what: str
    path: Path
    name: str

    @property
    def sentence(self) -> str:
        """What to tell the teacher."""
        return {
            "made": f"{self.name}: written.",
            "unchanged": f"{self.name}: as it was.",
            "updated": f"{self.name}: brought up to date; you had not changed it.",
            "beside": f"{self.name}: you have changed it, so it stays as it is. The new one is beside it: "
            f"{self.path.name} (rename it to .ipynb or .py to use it).",
        }[self.what]


def teacher_copy(lesson: Lesson) -> str:
    """The teacher's copy of a lesson, as the text of its notebook file.

    Parameters
    ----------
    lesson : Lesson
        The lesson.

    Raises
    ------
    LessonDamagedError
        When the master cannot be read.
    """
    master = canonical(read_notebook(lesson.path), knobs_or_none(lesson.name))
    for cell in master["cells"]:
        cell["source"] += _hidden_tests(cell)
    return to_json(master)


def _hidden_tests(cell: dict[str, Any]) -> str:
    """The region for a cell in which a function is checked; nothing for every other cell."""
    marks = cell["metadata"].get("nbgrader", {})
    if cell["cell_type"] != "code" or not marks.get("grade") or not _asks(cell["source"]):
        return ""
    name = str(marks["grade_id"]).removeprefix("check_").replace("-", "_")
    return _HIDDEN.format(points=float(marks.get("points", 0)), name=name)


def _asks(source: str) -> bool:
    """Whether a cell calls `check` or `choose`, which record the points."""
    if "### BEGIN HIDDEN TESTS" in source:  # the lesson brings its own
        return False
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:  # a line of IPython's own
        return False
    calls = {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return bool(calls & {"check", "choose"})


def release(lessons: Sequence[Lesson], out: Path, chosen: str = SOURCE) -> list[Released]:
    """Write lessons into a course folder of nbgrader, or bring it up to date. What the teacher changed stays.

    Parameters
    ----------
    lessons : sequence of Lesson
        Which to release.
    out : pathlib.Path
        The course folder; made where it does not exist.
    chosen : str
        Language of the students' copies; the teacher's stay English.

    Returns
    -------
    list of Released
        What happened to each file.

    Raises
    ------
    WorkspaceError
        When the folder cannot be written, or holds the masters. Every file is then whole, old or new.
    LessonDamagedError, LessonFormError
        When a master is not in order; nothing of that lesson is then written.
    """
    if lessons_folder().resolve() in (out.resolve(), *out.resolve().parents):
        raise WorkspaceError(
            f"{out} is the folder of the master lessons, or inside it. Choose a folder for the course with --out."
        )
    make_folder(out)
    done = [_place(out, CONFIG, CONFIG_TEXT)]
    for lesson in lessons:
        # Both, before either is written.
        texts = {"source": teacher_copy(lesson), "release": student_copy(lesson, chosen)}
        done += [_place(out, f"{part}/{lesson.name}/{lesson.name}.ipynb", text) for part, text in texts.items()]
    return done


def _place(out: Path, name: str, text: str) -> Released:
    """Write one file of the course, unless that would cost the teacher's changes."""
    records = _read_records(out)
    target = out / name
    written = name
    if not target.exists():
        what = "made"
    elif _hash_of(target) == sha256(text):
        what = "unchanged"
    elif _hash_of(target) == records.get(name):
        what = "updated"
    elif name == CONFIG and name not in records:  # a course of the teacher's own; it needs no second configuration
        return Released("unchanged", target, name)
    else:
        what, written = _beside(out, name, text, records)
    make_folder(target.parent)
    if what != "unchanged":
        write_text(out / written, text)
    if records.get(written) != sha256(text):
        records[written] = sha256(text)
        write_text(out / RECORD, json.dumps(records, indent=1, sort_keys=True) + "\n")
    return Released(what, out / written, name)


def _beside(out: Path, name: str, text: str, records: dict[str, str]) -> tuple[str, str]:
    """The first numbered name that is free, untouched, or has this text already.

    The number comes last, so that nbgrader, which takes every ``.ipynb`` for a part of the assignment, leaves it alone.
    """
    number = 2
    while True:
        beside = f"{name}.release-{number}"
        path = out / beside
        if path.exists() and _hash_of(path) == sha256(text):
            return "unchanged", beside
        if not path.exists() or _hash_of(path) == records.get(beside):
            return "beside", beside
        number += 1


def _hash_of(path: Path) -> str:
    """The hash of a file, whatever is in it; a file that cannot be read counts as changed."""
    try:
        return sha256(path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""


def _read_records(out: Path) -> dict[str, str]:
    """What was written here; without it every file counts as changed, which is the safe side."""
    try:
        records = json.loads((out / RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return records if isinstance(records, dict) else {}


def generate_preprocessors() -> list[Any]:
    """Return nbgrader's steps of ``generate_assignment``, with solutions replaced as `student_copy` does it.

    It is what the course's ``nbgrader_config.py`` asks for, so that both ways give the same student copy.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import ClearSolutions

    from gentutor.exercises.questions import WRITTEN_STUB
    from gentutor.workspace.student import CODE_STUB, hide_letters

    class ClearAnswers(ClearSolutions):  # type: ignore[misc]
        """Put gentutor's stubs, which name the exercise, in place of solutions."""

        def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
            self.code_stub, self.text_stub = {"python": CODE_STUB}, WRITTEN_STUB
            letters = hide_letters(nb.cells)
            nb, resources = super().preprocess(nb, resources)
            for cell in nb.cells:
                name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
                cell.source = cell.source.replace(CODE_STUB, letters.get(cell.id, CODE_STUB)).replace(_PLACE, name)
            return nb, resources

    return [ClearAnswers if step is ClearSolutions else step for step in GenerateAssignment().preprocessors]
