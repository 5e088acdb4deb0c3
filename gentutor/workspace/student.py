"""Student copies: a master lesson without its solutions, made by nbgrader's own preprocessors.

The steps and their order are those of ``nbgrader generate_assignment`` (version 0.9), without its course folder and
database, so that nbgrader's tools recognise the copy and collect it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gentutor.errors import LessonFormError
from gentutor.exercises.questions import WRITTEN_STUB
from gentutor.language import SOURCE
from gentutor.workspace.canonical import canonical, to_json
from gentutor.workspace.files import cell_source, read_notebook
from gentutor.workspace.imports import skip_slow_grammar
from gentutor.workspace.lessons import Lesson, knobs_or_none, read_lesson
from gentutor.workspace.translation import translate_cells

if TYPE_CHECKING:
    from nbformat import NotebookNode

_NAME = "EXERCISE_NAME"
CODE_STUB = (
    f'# YOUR CODE HERE, in place of the line below. Stuck? hint("{_NAME}") gives a first hint, again a second.\n'
    f'raise NotImplementedError("{_NAME} is still to be written")'
)
"""What stands in a student copy where the solution stood; `EXERCISE_NAME` becomes the exercise's name."""

_LETTER = re.compile(r"""### BEGIN SOLUTION\n(\w+) = ["'][a-z]["'](.*)\n### END SOLUTION""")
_MARKER = re.compile(r"### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)")


def student_copy(lesson: Lesson | Path, chosen: str = SOURCE) -> str:
    """The student copy of a master lesson, as the text of its notebook file.

    Parameters
    ----------
    lesson : Lesson or pathlib.Path
        The lesson, or the path of its master notebook.
    chosen : str
        Language of the prose; a lesson without a translation stays English. Code cells are the same in all.

    Raises
    ------
    LessonDamagedError
        When the master cannot be read.
    LessonFormError
        When its markers or nbgrader metadata are not in order: the message names the cell or the mistake.
    """
    if isinstance(lesson, Path):
        lesson = read_lesson(lesson)
    master = canonical(read_notebook(lesson.path), knobs_or_none(lesson.name))
    translate_cells(master["cells"], lesson.name, chosen)
    _require_order(lesson, master["cells"])
    unanswered = hide_letters(master["cells"])
    copy = _release(lesson.name, to_json(master))
    for cell in copy["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        cell["source"] = (
            cell_source(cell).replace(CODE_STUB, unanswered.get(cell["id"], CODE_STUB)).replace(_NAME, name)
        )
    _refresh_checksums(copy)
    return to_json(copy)


def _require_order(lesson: Lesson, cells: list[dict[str, Any]]) -> None:
    """Refuse masters whose solution would not be cut out whole, in words that name the cell."""
    for cell in cells:
        marks = cell["metadata"].get("nbgrader", {})
        n_begin = cell["source"].count("### BEGIN SOLUTION")
        n_end = cell["source"].count("### END SOLUTION")
        where = f"{lesson.path.name}, cell {cell['id']!r}"
        if n_begin != n_end:
            raise LessonFormError(f"{where}: {n_begin} times BEGIN SOLUTION, but {n_end} times END SOLUTION.")
        if n_begin and not marks.get("solution"):
            raise LessonFormError(f"{where} holds a solution, but its nbgrader metadata do not say solution: true.")
        if marks.get("solution") and not n_begin:
            raise LessonFormError(f"{where} is marked as a solution, but has no '### BEGIN SOLUTION' line.")


def hide_letters(cells: list[dict[str, Any]]) -> dict[str, str]:
    """Return by cell id what a student copy has in place of a chosen letter: ``name = None`` and the comment after it.

    A question is left open without an error, so that the cells after it run.
    """
    found = {}
    for cell in cells:
        letter = _LETTER.search(cell["source"])
        if cell["cell_type"] == "code" and letter and letter[1] == cell["metadata"].get("nbgrader", {}).get("grade_id"):
            found[cell["id"]] = f"{letter[1]} = None{letter[2]}"
    return found


def _release(name: str, text: str) -> dict[str, Any]:
    """Run nbgrader's preprocessors over the notebook `text`."""
    skip_slow_grammar()
    import nbformat
    from nbgrader import preprocessors as step
    from traitlets.config import Config

    config = Config()
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = WRITTEN_STUB
    notebook: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    resources: dict[str, Any] = {"unique_key": name}
    order = [
        step.LockCells, step.ClearSolutions, step.ClearOutput, step.CheckCellMetadata, step.ComputeChecksums,
        step.ClearHiddenTests, step.ClearMarkScheme, step.ComputeChecksums, step.CheckCellMetadata,
    ]  # fmt: skip
    try:
        for preprocessor in order:
            notebook, resources = preprocessor(config=config).preprocess(notebook, resources)
    except Exception as error:  # nbgrader raises whatever is at hand: RuntimeError, KeyError, ValidationError
        raise LessonFormError(f"nbgrader cannot make a student copy of {name}: {error}") from error
    left = [cell.id for cell in notebook.cells if _MARKER.search(cell.source)]
    if left:
        raise LessonFormError(f"The student copy of {name} would still hold markers of solutions in cell {left[0]!r}.")
    plain: dict[str, Any] = notebook
    return plain


def _refresh_checksums(copy: dict[str, Any]) -> None:
    """Compute nbgrader's checksums again, after the exercise's name has been put into the stub."""
    from nbgrader.preprocessors import ComputeChecksums

    ComputeChecksums().preprocess(copy, {})
