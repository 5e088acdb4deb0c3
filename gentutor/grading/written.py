"""Written answers, which a teacher marks: in ``written.csv``, or in nbgrader's formgrader.

The file may be edited in any spreadsheet. What the teacher wrote into it stays: a later run adds students and brings
answers up to date, but keeps points and comments.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gentutor.errors import GradingError
from gentutor.exercises.verdict import BY_HAND, DIFFERS, RIGHT, Verdict
from gentutor.grading.forms import WRITTEN, form_of
from gentutor.grading.page import number
from gentutor.grading.records import Result
from gentutor.grading.spreadsheets import cell, to_csv, uncell
from gentutor.grading.verdicts_file import write_whole

COLUMNS = ("student", "exercise", "answer", "rubric", "of", "points", "comment", "note")

Key = tuple[str, str]  # student and exercise
Marks = Mapping[Key, tuple[float, str]]
Row = dict[str, str]

_CHANGED = "The answer changed after you marked it; please look again."
_GONE = "What was handed in last holds no answer any more."


def write_written(path: Path, results: Sequence[Result], exercises: Sequence[Any]) -> None:
    """Write ``written.csv``, one row per written answer, and keep what the teacher has put into it.

    Parameters
    ----------
    path : pathlib.Path
        The file. It is not touched when there is nothing new.
    results : sequence of Result
        What became of each submission, before marks by hand are applied.
    exercises : sequence of Exercise, Choice or Written
        The contracts, in the lesson's order.

    Raises
    ------
    GradingError
        When the file that stands there cannot be read, or the new one not be written.
    """
    rubrics = {
        exercise.name: " | ".join(f"{number(points)}: {sentence}" for points, sentence in exercise.rubric)
        for exercise in exercises
        if form_of(exercise) == WRITTEN
    }
    if not rubrics:
        return
    before, delimiter = _read(path) if path.exists() else ([], ",")
    rows: dict[Key, Row] = {}
    for _, row in before:
        if row["points"].strip() or _key(row) not in rows:  # of two rows the marked one stays
            rows[_key(row)] = dict(row)
    graded = {student_key(result.student) for result in results if result.verdicts}
    fresh: dict[Key, Row] = {}
    for result in sorted(results, key=lambda result: result.student):
        for verdict in result.verdicts:
            if verdict.exercise in rubrics and verdict.kind == BY_HAND:
                row = _row(result, verdict, rubrics[verdict.exercise])
                fresh[_key(row)] = row
    for key, row in rows.items():
        if key in fresh:
            new = fresh[key]
            changed = bool(row["points"].strip()) and _squeezed(row["answer"]) != _squeezed(new["answer"])
            note = _CHANGED if changed else row["note"]
            row.update({**new, "points": row["points"], "comment": row["comment"], "note": note})
        elif key[0] in graded:
            row["note"] = _GONE
    rows |= {key: row for key, row in fresh.items() if key not in rows}
    text = to_csv([COLUMNS, *([row[column] for column in COLUMNS] for row in rows.values())], delimiter=delimiter)
    if [dict(row) for _, row in before] != list(rows.values()) or not path.exists():
        write_whole(path, text)


def read_marks(path: Path) -> dict[Key, tuple[float, str]]:
    """Return the marks that a teacher put into ``written.csv``: points and comment by student and exercise.

    Rows without points wait still and are left out.

    Parameters
    ----------
    path : pathlib.Path
        The file; it need not exist. Comma, semicolon or tab may separate its cells, and 1,5 stands for 1.5.

    Raises
    ------
    GradingError
        When a mark is no number, below 0 or above the maximum, or given twice: the message names line and student.
    """
    if not path.exists():
        return {}
    marks: dict[Key, tuple[float, str]] = {}
    wrong: list[str] = []
    for line, row in _read(path)[0]:
        written, key = row["points"].strip(), _key(row)
        if not written:
            continue
        where = f"line {line}, {key[0]}, {key[1]}"
        points, of = _float(written), _float(row["of"])
        if points is None:
            wrong.append(f"{where}: {written[:40]!r} is not a number of points.")
        elif points < 0 or (of is not None and points > of):
            limit = f"0 to {number(of)}" if of is not None else "0 or more"
            wrong.append(f"{where}: {number(points)} points were given, but {limit} are possible.")
        elif key in marks and marks[key][0] != points:
            wrong.append(f"{where}: marked twice, with {number(marks[key][0])} and with {number(points)} points.")
        else:
            marks[key] = (points, row["comment"].strip())
    if wrong:
        more = f" And {len(wrong) - 5} more." if len(wrong) > 5 else ""
        raise GradingError(
            f"{path} holds marks that cannot be used. {' '.join(wrong[:5])}{more} Correct them and run the command "
            "again with --resume."
        )
    return marks


def apply_marks(result: Result, marks: Marks) -> Result:
    """Return the result with the marks that its teacher gave by hand.

    A written answer that waited becomes `RIGHT` with full points, else `DIFFERS`, and the comment its message. Any
    other verdict keeps its kind and gets the teacher's points instead, and a sentence that says so.

    Parameters
    ----------
    result : Result
        As it was graded.
    marks : mapping
        Points and comment, by student and exercise.

    Raises
    ------
    GradingError
        When more points were given than there are.
    """
    student = student_key(result.student)
    verdicts = []
    for verdict in result.verdicts:
        mark = marks.get((student, verdict.exercise)) or marks.get((result.student, verdict.exercise))
        verdicts.append(_marked(result, verdict, *mark) if mark is not None else verdict)
    return replace(result, verdicts=tuple(verdicts))


def student_key(student: str) -> str:
    """Return a student's name as it comes back from a spreadsheet."""
    return uncell(cell(student))


def _marked(result: Result, verdict: Verdict, points: float, comment: str) -> Verdict:
    if not 0 <= points <= verdict.of:
        raise GradingError(
            f"{result.student} was given {number(points)} points by hand for {verdict.exercise}, but 0 to "
            f"{number(verdict.of)} are possible. Correct the mark and run the command again with --resume."
        )
    given = f"{number(points)} of {number(verdict.of)} points by your teacher's mark."
    if verdict.kind == BY_HAND:
        kind = RIGHT if points == verdict.of else DIFFERS
        return replace(verdict, kind=kind, points=points, message=comment or given)
    if points == verdict.points:
        return verdict
    return replace(verdict, points=points, message=" ".join(filter(None, [given, comment, verdict.message])))


def _row(result: Result, verdict: Verdict, rubric: str) -> Row:
    values = (cell(result.student), verdict.exercise, cell(verdict.answer), rubric, number(verdict.of), "", "", "")
    return dict(zip(COLUMNS, values, strict=True))


def _key(row: Row) -> Key:
    return uncell(row["student"].strip()), row["exercise"].strip()


def _squeezed(text: str) -> str:
    """The text without differences that a spreadsheet makes when it saves."""
    return " ".join(text.split())


def _float(text: str) -> float | None:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _read(path: Path) -> tuple[list[tuple[int, Row]], str]:
    """The rows with their line numbers, and what separates the cells."""
    remedy = "Save it as CSV (UTF-8) again, or move it away to have a new one written."
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GradingError(f"{path} cannot be read: {error.strerror}. Close it elsewhere and try again.") from error
    text = _decoded(data)
    head = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    rows: list[tuple[int, Row]] = []
    try:
        missing = {"student", "exercise", "points"} - set(reader.fieldnames or ())
        if missing:
            raise GradingError(
                f"{path} has no column named {' or '.join(sorted(missing))}; its first line must name the columns "
                f"{', '.join(COLUMNS)}. {remedy}"
            )
        line = reader.line_num + 1
        for values in reader:
            row = {column: values.get(column) or "" for column in COLUMNS}
            if row["student"].strip():
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise GradingError(f"{path} cannot be read as CSV, near line {reader.line_num}: {error}. {remedy}") from error
    return rows, delimiter


def _decoded(data: bytes) -> str:
    """Text as spreadsheets save it: UTF-8, UTF-16 with its mark, or the one-byte code of western Windows."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
