"""Finds exercises: each subject module in `SUBJECTS` holds ``EXERCISES``, in the order of its lesson."""

from __future__ import annotations

import difflib
import importlib

from gentutor.errors import ExerciseError
from gentutor.exercises.contract import Contract, Exercise

SUBJECTS = (
    "welcome",
    "data",
    "training",
    "gans",
    "vaes",
    "transformers",
    "sequences",
    "diffusion",
    "tuning",
    "evaluation",
    "finetuning",
    "overfitting",
    "ethics",
    "health",
)  # in the order of the course


def exercises(lesson: str | None = None) -> tuple[Contract, ...]:
    """Return the exercises of a lesson, named in full (``"04_vaes"``) or by subject (``"vaes"``), or of all lessons.

    Raises
    ------
    ExerciseError
        When the lesson has no exercises.
    """
    if lesson is None:
        return tuple(exercise for subject in SUBJECTS for exercise in exercises(subject))
    subject = lesson.split("_", 1)[1] if lesson[:2].isdigit() and "_" in lesson else lesson
    if subject not in SUBJECTS:
        raise ExerciseError(f"No exercises are declared for {lesson!r}; there are some for: {', '.join(SUBJECTS)}.")
    found: tuple[Contract, ...] = importlib.import_module(f"gentutor.exercises.{subject}").EXERCISES
    return found


def find_exercise(name: str) -> Contract:
    """Return the exercise, choice or written question of this name; hyphens, as in cell names, stand for underscores.

    Raises
    ------
    ExerciseError
        When there is none; the message suggests the nearest name.
    """
    by_name = {exercise.name: exercise for exercise in exercises()}
    if name.replace("-", "_") in by_name:
        return by_name[name.replace("-", "_")]
    near = difflib.get_close_matches(name, by_name, n=1, cutoff=0.5)
    advice = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(by_name)}."
    raise ExerciseError(f"There is no exercise named {name!r}. {advice}")


def find_function(name: str) -> Exercise:
    """Return the exercise whose function has this name.

    Raises
    ------
    ExerciseError
        When there is none, or it is a question to answer and no function to write.
    """
    found = find_exercise(name)
    if not isinstance(found, Exercise):
        raise ExerciseError(f"{found.name} is a question to answer, and no function to write.")
    return found
