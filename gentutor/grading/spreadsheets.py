"""Marks as CSV: for a person, for Canvas's gradebook, and as Moodle's grading worksheet.

Three rules hold in all of them. A fault of the grader leaves the mark empty; it is never a 0. Canvas and Moodle get a
mark only when it is complete: while a written answer waits for its teacher it stays empty, so that no student sees half
a mark. And text from outside cannot become a formula: see `cell`.

Sources: Canvas, ``lib/gradebook_importer.rb`` (five columns about the student, then assignments; a row "Points
Possible"); Moodle, ``mod/assign/feedback/offline/importgradeslib.php`` (needs "Identifier", "Grade" and "Last modified
(grade)").
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from gentutor.grading.page import SHOWN, clean, number
from gentutor.grading.records import FAULT, Result
from gentutor.grading.verdicts_file import write_whole

BOM = "\ufeff"  # by it Excel recognises UTF-8; Moodle skips it, Canvas does without
_CELL_LIMIT = 30_000  # characters; Excel holds 32,767
_FORMULA = "=+-@|%＝＋－＠"  # the wide forms too: some spreadsheets take them for the narrow ones
# After a character at which a spreadsheet with other settings would begin a new cell.
_INNER = re.compile(f'([;\\t|]\\s*"?)(?=[{re.escape(_FORMULA)}])')


def cell(text: str) -> str:
    """Make text from outside safe in a spreadsheet.

    Control characters go; text that begins with one of ``= + - @`` (or ``|``, ``%``, their wide forms, or an
    apostrophe) gets an apostrophe before it, which makes it text and never a formula; so does what stands after a
    semicolon, tab or bar inside it, where a spreadsheet with other settings would split.

    Parameters
    ----------
    text : str
        Anything.

    Examples
    --------
    >>> cell('=HYPERLINK("http://example.org")')
    '\\'=HYPERLINK("http://example.org")'
    >>> cell("Anna")
    'Anna'
    """
    safe = _INNER.sub(r"\1'", clean(text, _CELL_LIMIT).replace("\t", " ").strip())
    return f"'{safe}" if safe.startswith((*_FORMULA, "'")) else safe


def uncell(text: str) -> str:
    """Take away the apostrophe that `cell` put before a text."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text


def to_csv(rows: Iterable[Sequence[object]], *, bom: bool = True, delimiter: str = ",") -> str:
    """Return rows as the text of a CSV file.

    Parameters
    ----------
    rows : iterable of sequence
        Cells; text from outside has gone through `cell`.
    bom : bool
        Whether the file begins with a byte order mark.
    delimiter : str
        What separates cells.
    """
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return (BOM if bom else "") + buffer.getvalue()


def write_grades(path: Path, results: Sequence[Result], exercises: Sequence[Any]) -> None:
    """Write ``grades.csv``: one row per student, two columns per exercise.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    results : sequence of Result
        What became of each submission.
    exercises : sequence of Exercise, Choice or Written
        The contracts, in the lesson's order.

    Raises
    ------
    GradingError
        When it could not be written.
    """
    names = [exercise.name for exercise in exercises]
    total = sum(exercise.points for exercise in exercises)
    head = ["student", "result", "points", "of", "percent", "waiting"]
    head += [column for name in names for column in (name, f"{name}: verdict")]
    rows: list[list[object]] = [[*head, "wall", "source", "notes"]]
    for result in _sorted(results):
        marks: list[object] = ["", number(total), "", ""]
        if result.kind != FAULT:
            percent = number(100 * result.points / result.of) if result.of else ""
            marks = [number(result.points), number(result.of), percent, number(result.waiting)]
        verdicts = {verdict.exercise: verdict for verdict in result.verdicts}
        for name in names:
            verdict = verdicts.get(name)
            waits = verdict is not None and verdict.kind == "by hand"
            marks += ["" if verdict is None or waits else number(verdict.points), verdict.kind if verdict else ""]
        notes = " ".join(filter(None, [result.message, *result.notes]))
        rows.append([cell(result.student), result.kind, *marks, result.wall, cell(result.source), cell(notes)])
    write_whole(path, to_csv(rows))


def write_canvas(path: Path, results: Sequence[Result], title: str, of: float) -> None:
    """Write ``grades_canvas.csv``, which Canvas imports under Grades, Import.

    Students are found by their Canvas number where the export's file names held it, else by taking the name of the
    folder for a login. A new assignment is offered where none has the lesson's title.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    results : sequence of Result
        What became of each submission.
    title : str
        Title of the assignment.
    of : float
        Points that can be earned.

    Raises
    ------
    GradingError
        When it could not be written.
    """
    rows: list[list[object]] = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", cell(title)]]
    rows.append(["    Points Possible", "", "", "", "", number(of)])
    for result in _sorted(results):
        # A row that holds these words would set what the assignment is worth.
        name = cell(result.student).replace("Points Possible", "Points-Possible")
        login = "" if result.canvas_id else name
        rows.append([name, _digits(result.canvas_id), "", login, "", _complete(result)])
    write_whole(path, to_csv(rows, bom=False))


def write_moodle(path: Path, results: Sequence[Result], of: float) -> None:
    """Write ``grades_moodle.csv``, for "Upload grading worksheet" of a Moodle assignment.

    Moodle finds a student by the identifier, which is known where the submissions came as Moodle exports them. A mark
    that was changed in Moodle meanwhile is left alone unless the upload form is told otherwise.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    results : sequence of Result
        What became of each submission.
    of : float
        Points that can be earned.

    Raises
    ------
    GradingError
        When it could not be written.
    """
    rows: list[list[object]] = [
        [
            "Identifier", "Full name", "Status", "Grade", "Maximum Grade", "Grade can be changed",
            "Last modified (submission)", "Last modified (grade)", "Feedback comments",
        ]
    ]  # fmt: skip
    for result in _sorted(results):
        moodle_id = _digits(result.moodle_id)
        identifier = f"Participant {moodle_id}" if moodle_id else ""
        rows.append(
            [
                identifier, cell(result.student), "Submitted for grading", _complete(result), number(of), "Yes",
                "-", "-", _comment(result),
            ]
        )  # fmt: skip
    write_whole(path, to_csv(rows))


def _comment(result: Result) -> str:
    """A short comment as the HTML that Moodle's field holds, on one line."""
    if result.kind == FAULT:
        return "Not graded yet."
    lines = [f"{number(result.points)} of {number(result.of)} points."]
    if result.waiting:
        lines.append(f"{number(result.waiting)} points wait for your teacher's mark.")
    if result.message:
        lines.append(result.message)
    for verdict in result.verdicts:
        words = SHOWN.get(verdict.kind, ("", verdict.kind))[1]
        message = "" if verdict.right or result.message else f" {clean(verdict.message, 600)}"
        lines.append(f"{verdict.exercise}: {words}.{message}")
    return cell("<br>".join(html.escape(" ".join(clean(line, 1000).split()), quote=False) for line in lines))


def _complete(result: Result) -> str:
    """The mark for another system, empty while it is not complete."""
    return "" if result.kind == FAULT or result.waiting else number(result.points)


def _digits(text: str) -> str:
    return text if re.fullmatch(r"[0-9]{1,20}", text) else ""


def _sorted(results: Iterable[Result]) -> list[Result]:
    return sorted(results, key=lambda result: result.student)
