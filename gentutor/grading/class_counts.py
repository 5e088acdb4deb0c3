"""Counts over a class: which misconceptions, how many verdicts of each kind for each check, and who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gentutor.exercises.verdict import Verdict
from gentutor.grading.forms import EXERCISE, form_of
from gentutor.grading.records import Result

Row = tuple[str, Mapping[str, int]]  # a check, and how many verdicts of each kind


@dataclass(frozen=True)
class Misread:
    """One misconception of one exercise, with those who have it.

    Parameters
    ----------
    exercise, name : str
        The exercise and the misconception.
    message : str
        What most of them were told.
    students : tuple of str
        Who has it.
    """

    exercise: str
    name: str
    message: str
    students: tuple[str, ...]


def misread(results: Sequence[Result]) -> list[Misread]:
    """Return the misconceptions that were recognised, the most frequent first.

    Parameters
    ----------
    results : sequence of Result
        What became of each submission.
    """
    who: dict[tuple[str, str], list[str]] = {}
    words: dict[tuple[str, str], Counter[str]] = {}
    for result in results:
        for verdict in result.verdicts:
            if verdict.misconception:
                name = f"chose “{verdict.misconception}”" if verdict.answer else verdict.misconception
                key = (verdict.exercise, name)
                who.setdefault(key, []).append(result.student)
                words.setdefault(key, Counter())[verdict.message] += 1
    found = [Misread(*key, words[key].most_common(1)[0][0], tuple(sorted(names))) for key, names in who.items()]
    return sorted(found, key=lambda one: (-len(one.students), one.exercise, one.name))


def check_rows(results: Sequence[Result], exercises: Sequence[Any]) -> list[Row]:
    """Return for each check, question and written answer how many verdicts of each kind there are.

    Checks that were not put any more, after one that was not attempted or did not finish, count like that one.

    Parameters
    ----------
    results : sequence of Result
        What became of each submission; only graded ones count.
    exercises : sequence of Exercise, Choice or Written
        The contracts, in the lesson's order.
    """
    rows: list[Row] = []
    for exercise in exercises:
        verdicts = verdicts_on(results, exercise.name)
        if form_of(exercise) != EXERCISE:
            rows.append((exercise.name, Counter(verdict.kind for verdict in verdicts)))
            continue
        for check in exercise.checks:
            counts: Counter[str] = Counter()
            for verdict in verdicts:
                found = {finding.check: finding.kind for finding in verdict.findings}
                counts[found.get(check.name, verdict.kind)] += 1
            rows.append((f"{exercise.name}: {check.name}", counts))
    return rows


def verdicts_on(results: Sequence[Result], exercise: str) -> list[Verdict]:
    """Return all verdicts on one exercise.

    Parameters
    ----------
    results : sequence of Result
        What became of each submission.
    exercise : str
        Name of the exercise.
    """
    return [verdict for result in results for verdict in result.verdicts if verdict.exercise == exercise]


def students_with(results: Sequence[Result], exercise: str, kind: str) -> list[str]:
    """Return the students whose verdict on an exercise is of one kind.

    Parameters
    ----------
    results : sequence of Result
        What became of each submission.
    exercise : str
        Name of the exercise.
    kind : str
        Kind of the verdict.
    """
    return sorted(
        result.student
        for result in results
        for verdict in result.verdicts
        if verdict.exercise == exercise and verdict.kind == kind
    )
