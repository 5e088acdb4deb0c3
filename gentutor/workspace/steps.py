"""What a lesson asks of a student, in its order: exercises to solve and predictions to make, read from the masters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gentutor.errors import ExerciseError, LessonError
from gentutor.exercises.contract import Contract
from gentutor.exercises.number_line import Axis
from gentutor.exercises.predictions import Question
from gentutor.exercises.registry import exercises
from gentutor.workspace.files import cell_source, read_notebook
from gentutor.workspace.lessons import lesson_paths, read_lesson


@dataclass(frozen=True)
class Steps:
    """What one lesson asks.

    Parameters
    ----------
    lesson : str
        Name of the lesson, such as ``"04_vaes"``.
    title : str
        Its title.
    order : tuple of str
        Names of exercises and predictions as they follow each other in the notebook.
    exercises : dict of str to Exercise, Choice or Written
        The contracts, by name.
    predictions : dict of str to Question
        What is to be guessed, by name.
    """

    lesson: str
    title: str
    order: tuple[str, ...] = ()
    exercises: dict[str, Contract] = field(default_factory=dict)
    predictions: dict[str, Question] = field(default_factory=dict)


def all_steps(folder: Path | None = None) -> dict[str, Steps]:
    """Return the steps of every lesson that can be read, in the order of the course, by the lesson's name.

    Parameters
    ----------
    folder : pathlib.Path, optional
        Where the masters are; gentutor's own where it is not given.
    """
    found = {}
    for path in lesson_paths(folder):
        with suppress(LessonError):  # a damaged master must not cost the others
            found[path.stem] = steps_of(path)
    return found


def steps_of(path: Path) -> Steps:
    """Return the steps of one lesson.

    Parameters
    ----------
    path : pathlib.Path
        The master notebook.

    Raises
    ------
    LessonDamagedError, LessonFormError
        When it cannot be read or lacks a part of the head.
    """
    lesson = read_lesson(path)
    try:
        contracts = {contract.name: contract for contract in exercises(lesson.name)}
    except ExerciseError:
        contracts = {}
    predictions: dict[str, Question] = {}
    order: list[str] = []
    for cell in read_notebook(path)["cells"]:
        meta = cell.get("metadata", {}).get("nbgrader", {})
        name = str(meta.get("grade_id", "")).removeprefix("check_")
        if meta.get("grade") and name in contracts:
            order.append(name)
        if cell["cell_type"] == "code":
            for question in _questions(cell_source(cell)):
                predictions[question.name] = question
                order.append(question.name)
    order += [name for name in contracts if name not in order]
    return Steps(lesson.name, lesson.title, tuple(dict.fromkeys(order)), contracts, predictions)


def _questions(source: str) -> Iterator[Question]:
    """Yield what the calls of ``predict`` in a cell ask, where name, question and range are written out."""
    if "predict(" not in source:
        return
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # such as a cell with a magic command
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "predict":
            values: dict[str, Any] = {}
            given = [*zip(("name", "question"), node.args, strict=False)]
            given += [(keyword.arg or "", keyword.value) for keyword in node.keywords]
            for key, value in given:
                with suppress(ValueError, TypeError, SyntaxError):
                    values[key] = ast.literal_eval(value)
            low, high = values.get("low"), values.get("high")
            if isinstance(values.get("name"), str) and isinstance(low, int | float) and isinstance(high, int | float):
                axis = Axis(float(low), float(high), str(values.get("unit", "")))
                yield Question(values["name"], str(values.get("question", values["name"])), axis)
