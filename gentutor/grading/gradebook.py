"""Marks in nbgrader's ``gradebook.db``, by its own API, so that formgrader and ``nbgrader export`` read them.

`nbgrader.api.Gradebook` commits after every call, which costs more than grading. Here its models go through its own
session, with one commit for a batch of submissions: a kill between two commits loses no more than that batch, which the
journal still holds. A mark that a teacher gave in formgrader (``manual_score``) is never written, only read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from gentutor.errors import GradingError
from gentutor.exercises.verdict import BY_HAND
from gentutor.grading.forms import WRITTEN, form_of
from gentutor.grading.page import clean
from gentutor.grading.records import FAULT, Result

FILE = "gradebook.db"
BATCH = 100  # results entered together: each entry asks nbgrader for the whole assignment anew
_SECONDS = 5  # to wait for another program that writes to the database


def grade_name(contract: Any) -> str:
    """Return the name of the cell that carries the mark: nbgrader's grade_id in the student copy.

    Parameters
    ----------
    contract : Exercise, Choice or Written
        The exercise.
    """
    return str(contract.name) if form_of(contract) == WRITTEN else f"check_{contract.name}"


def write_gradebook(
    db: Path, lesson: str, exercises: Sequence[Any], results: Sequence[Result], solution_cells: Iterable[str] = ()
) -> None:
    """Enter results; what stands there already is brought up to date, never doubled.

    Parameters
    ----------
    db : pathlib.Path
        The database; made when it is not there. It may be one that nbgrader made.
    lesson : str
        Name of the lesson: the assignment and its notebook.
    exercises : sequence of Exercise, Choice or Written
        The contracts, in the lesson's order.
    results : sequence of Result
        What became of each submission. A fault of the grader is not entered.
    solution_cells : iterable of str
        Names of the cells that students write into; left out, the names of the exercises.

    Raises
    ------
    GradingError
        When the database cannot be opened or written, such as while another program has locked it.
    """
    entered = [result for result in results if result.kind != FAULT]
    with _opened(db) as gradebook:
        notebook = _assignment(gradebook, lesson, exercises, list(solution_cells))
        for start in range(0, len(entered), BATCH):
            _enter(gradebook, notebook, exercises, entered[start : start + BATCH])
            gradebook.db.commit()
            gradebook.db.expire_all()


def manual_scores(db: Path, lesson: str | None = None) -> dict[tuple[str, str], float]:
    """Return the marks that teachers gave in formgrader: points by student and exercise.

    Parameters
    ----------
    db : pathlib.Path
        The database; it need not exist.
    lesson : str, optional
        Name of the lesson; left out, all.

    Raises
    ------
    GradingError
        When the database cannot be read.
    """
    if not db.exists():
        return {}
    from nbgrader import api

    with _opened(db) as gradebook:
        query = (
            gradebook.db.query(api.SubmittedAssignment.student_id, api.GradeCell.name, api.Grade.manual_score)
            .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
            .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
            .join(api.GradeCell, api.GradeCell.id == api.Grade.cell_id)
            .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
            .filter(api.Grade.manual_score.isnot(None))
        )
        if lesson is not None:
            query = query.filter(api.Assignment.name == lesson)
        return {(student, cell.removeprefix("check_")): float(score) for student, cell, score in query.all()}


def _assignment(gradebook: Any, lesson: str, exercises: Sequence[Any], solutions: list[str]) -> Any:
    """Make the assignment, its notebook and cells, or bring them up to date; return the notebook."""
    from nbgrader import api

    gradebook.update_or_create_assignment(lesson)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = gradebook.update_or_create_notebook(lesson, lesson, kernelspec=json.dumps(kernel))
    solutions = solutions or [exercise.name for exercise in exercises]
    known = {(cell.type, cell.name): cell for cell in notebook.grade_cells + notebook.solution_cells}
    for exercise in exercises:
        kind = "markdown" if form_of(exercise) == WRITTEN else "code"
        cell = known.get(("GradeCell", grade_name(exercise)))
        if cell is None:
            cell = api.GradeCell(name=grade_name(exercise), notebook=notebook)
            gradebook.db.add(cell)
        cell.max_score, cell.cell_type = float(exercise.points), kind
    for name in solutions:
        if ("SolutionCell", name) not in known:
            gradebook.db.add(api.SolutionCell(name=name, notebook=notebook))
    gradebook.db.commit()
    return notebook


def _enter(gradebook: Any, notebook: Any, exercises: Sequence[Any], results: Sequence[Result]) -> None:
    """Enter a batch into the session."""
    from nbgrader import api

    db = gradebook.db
    names = [result.student for result in results]
    known = {name for (name,) in db.query(api.Student.id).filter(api.Student.id.in_(names))}
    db.add_all(api.Student(id=name) for name in dict.fromkeys(names) if name not in known)
    grades, comments = _entered(gradebook, notebook, names)
    cells = {cell.name: cell for cell in notebook.grade_cells}
    solutions = {cell.name: cell for cell in notebook.solution_cells}
    for result in results:
        if result.student not in grades:
            _new_submission(gradebook, notebook, result.student, grades, comments)
        verdicts = {verdict.exercise: verdict for verdict in result.verdicts}
        for exercise in exercises:
            verdict = verdicts.get(exercise.name)
            grade = grades[result.student][cells[grade_name(exercise)].id]
            waits = verdict is not None and verdict.kind == BY_HAND
            grade.auto_score = None if waits else float(verdict.points) if verdict is not None else 0.0
            if grade.manual_score is None:  # else a teacher has decided already
                grade.needs_manual_grade = waits
            solution = solutions.get(exercise.name)
            if solution is not None and verdict is not None:
                comments[result.student][solution.id].auto_comment = clean(verdict.message, 2000) or None


def _new_submission(gradebook: Any, notebook: Any, student: str, grades: Any, comments: Any) -> None:
    """Add a submission with a grade and a comment for every cell, as ``Gradebook.add_submission`` does."""
    from nbgrader import api

    submission = api.SubmittedAssignment(id=api.new_uuid(), assignment_id=notebook.assignment_id, student_id=student)
    handed_in = api.SubmittedNotebook(id=api.new_uuid(), notebook_id=notebook.id, assignment_id=submission.id)
    grades[student] = {
        cell.id: api.Grade(id=api.new_uuid(), cell_id=cell.id, notebook_id=handed_in.id)
        for cell in notebook.grade_cells
    }
    comments[student] = {
        cell.id: api.Comment(id=api.new_uuid(), cell_id=cell.id, notebook_id=handed_in.id)
        for cell in notebook.solution_cells
    }
    gradebook.db.add_all([submission, handed_in, *grades[student].values(), *comments[student].values()])


def _entered(gradebook: Any, notebook: Any, names: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Grades and comments that stand in the database, by student and cell; cells new to a submission are added."""
    from nbgrader import api

    db = gradebook.db
    handed_in = (
        db.query(api.SubmittedAssignment.student_id, api.SubmittedNotebook.id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .filter(api.SubmittedNotebook.notebook_id == notebook.id, api.SubmittedAssignment.student_id.in_(names))
        .all()
    )
    student_of = {submitted: student for student, submitted in handed_in}
    found: list[dict[str, Any]] = []
    for model, cells in ((api.Grade, notebook.grade_cells), (api.Comment, notebook.solution_cells)):
        table: dict[str, dict[str, Any]] = {student: {} for student, _ in handed_in}
        for row in db.query(model).filter(model.notebook_id.in_(list(student_of))):
            table[student_of[row.notebook_id]][row.cell_id] = row
        for student, submitted in handed_in:
            for cell in cells:
                if cell.id not in table[student]:
                    table[student][cell.id] = model(id=api.new_uuid(), cell_id=cell.id, notebook_id=submitted)
                    db.add(table[student][cell.id])
        found.append(table)
    return found[0], found[1]


@contextmanager
def _opened(db: Path) -> Iterator[Any]:
    """Nbgrader's gradebook; what goes wrong with the database becomes a sentence."""
    from nbgrader.api import Gradebook, InvalidEntry
    from sqlalchemy.exc import SQLAlchemyError

    gradebook: Any = None
    try:
        _state_version(db)
        gradebook = Gradebook(f"sqlite:///{db.absolute()}?timeout={_SECONDS}")
        yield gradebook
    except (SQLAlchemyError, InvalidEntry, sqlite3.Error, OSError) as error:
        if gradebook is not None:
            gradebook.db.rollback()
        cause = getattr(error, "orig", None) or error
        raise GradingError(
            f"The marks could not be entered in {db}: {clean(str(cause), 300)}. They are safe in the journal. Close "
            "formgrader and other programs that use the file; where it comes from an older nbgrader, run `nbgrader db "
            "upgrade`; then run the command again with --resume."
        ) from error
    finally:
        if gradebook is not None:
            gradebook.close()


def _state_version(db: Path) -> None:
    """Write into a new database which version of nbgrader's tables it has.

    `Gradebook` would do so by starting the command ``alembic``, which takes a second and must be on the PATH.
    """
    if db.exists() and db.stat().st_size:
        return
    import nbgrader
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    settings = Config()
    settings.set_main_option("script_location", str(Path(nbgrader.__file__).parent / "alembic"))
    head = ScriptDirectory.from_config(settings).get_current_head()
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("BEGIN")  # both or none: sqlite3 would otherwise begin only before the insert
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (head,))
