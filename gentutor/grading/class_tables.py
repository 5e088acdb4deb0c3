"""The numbers of the class's page as two CSV files, under the same rule of five."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gentutor.grading.class_drawing import told
from gentutor.grading.class_page import label_of
from gentutor.grading.class_sharing import LessonView
from gentutor.grading.small_groups import K
from gentutor.grading.spreadsheets import cell, to_csv
from gentutor.workspace.files import write_text

EXERCISES, PREDICTIONS = "class_exercises.csv", "class_predictions.csv"


def write_tables(out: Path, lessons: Sequence[LessonView]) -> None:
    """Write a row for each exercise and a row for each prediction; what stands for fewer than five is empty.

    Parameters
    ----------
    out : pathlib.Path
        The folder, which is there.
    lessons : sequence of LessonView
        The numbers.

    Raises
    ------
    WorkspaceError
        When a file could not be written.
    """
    rows: list[list[object]] = [
        ["lesson", "exercise", "students", "how_far", "tries_median", "hints_median", "minutes_median",
         "met_most", "met_by"],
    ]  # fmt: skip
    for one in lessons:
        for view in one.exercises:
            most = view.met[0] if view.met else None
            rows.append([
                one.steps.lesson, view.contract.name, one.n, cell(told(view.groups)), _blank(view.attempts),
                _blank(view.hints), _blank(view.minutes), cell(label_of(view, most[0])[0]) if most else "",
                "" if most is None else f"all but fewer than {K}" if most[2] else most[1],
            ])  # fmt: skip
    write_text(out / EXERCISES, to_csv(rows))
    rows = [["lesson", "prediction", "question", "unit", "students", "guess_median", "measured_median",
             "error_median_of_range", "closeness_mean", "guesses", "ranges"]]  # fmt: skip
    for one in lessons:
        for guess in one.predictions:
            question = guess.question
            rows.append([
                one.steps.lesson, question.name, cell(question.text), cell(question.axis.unit), guess.n or "",
                _blank(guess.median), _blank(guess.result), _blank(guess.error), _blank(guess.score),
                cell(told(guess.groups)), cell(told(guess.ranges)),
            ])  # fmt: skip
    write_text(out / PREDICTIONS, to_csv(rows))


def _blank(value: float | None) -> object:
    return "" if value is None else round(value, 4)
