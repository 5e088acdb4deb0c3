"""`check` and `choose`: say whether a function or a letter is right, and let the lesson go on either way."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from gentutor.errors import ExerciseError
from gentutor.exercises.cards import Card, show
from gentutor.exercises.contract import Exercise
from gentutor.exercises.progress import record
from gentutor.exercises.registry import find_function
from gentutor.exercises.verdict import DIFFERS, NOT_ATTEMPTED, RAISED, RIGHT, TIMED_OUT, Verdict

MEDIA_TYPE = "application/vnd.gentutor.check+json"

_HEADLINES = {
    RIGHT: ("good", "Right"),
    DIFFERS: ("bad", "Not yet right"),
    RAISED: ("bad", "Stopped by an error"),
    TIMED_OUT: ("bad", "Timed out"),
    NOT_ATTEMPTED: ("open", "Not attempted yet"),
}


def check(function: Callable[..., Any]) -> Callable[..., Any]:
    """Check a student's function, show what was found, and return a function to go on with.

    Parameters
    ----------
    function : callable
        The student's function; its name says which exercise it answers.

    Returns
    -------
    callable
        The same function if it is right, else gentutor's own.

    Raises
    ------
    ExerciseError
        When `function` is not a function, or there is no exercise of its name.
    """
    from gentutor.exercises.judging import judge_function  # brings torch, which only a check needs

    name = getattr(function, "__name__", None)
    if not callable(function) or not isinstance(name, str):
        raise ExerciseError(
            "check() needs the function itself, as in check(kl_divergence), not the result of a call; "
            f"got {type(function).__name__}."
        )
    exercise = find_function(name)
    if function is exercise.own_function():
        _show_own(exercise)
        return function
    start = time.perf_counter()
    verdict = judge_function(exercise, function, quiet=False)
    record(
        "check",
        exercise.lesson,
        exercise=name,
        verdict=verdict.kind,
        misconception=verdict.misconception,
        message=verdict.message,
        points=verdict.points,
        of=verdict.of,
        seconds=round(time.perf_counter() - start, 3),
    )
    show(card_of(exercise, verdict))
    return function if verdict.right else exercise.own_function()


def card_of(exercise: Exercise, verdict: Verdict) -> Card:
    """Return what the student is shown of a verdict."""
    mark, word = _HEADLINES.get(verdict.kind, ("bad", verdict.kind.capitalize()))
    headline = f"{word}: {exercise.name} · {verdict.points:g} of {verdict.of:g} points"
    payload = {
        "exercise": exercise.name,
        "points": verdict.points,
        "of": verdict.of,
        "verdict": verdict.kind,
        "message": verdict.message,
    }
    return Card(mark, headline, _lines(exercise, verdict), payload={MEDIA_TYPE: payload})


def _lines(exercise: Exercise, verdict: Verdict) -> list[str]:
    if verdict.right:
        tried = ", ".join(finding.check for finding in verdict.findings)
        return [f"Tried on {tried}. The lesson goes on with your function."]
    go_on = "The lesson goes on with gentutor's own, so you can go on too, and come back to this any time."
    help_line = f'Stuck? `hint("{exercise.name}")` gives a nudge. {go_on}'
    if verdict.kind == NOT_ATTEMPTED:
        return [
            f"{exercise.task} Wanted: `{exercise.signature}`. "
            "Write it in place of the line with `raise NotImplementedError`.",
            help_line,
        ]
    where = next(finding.check for finding in verdict.findings if finding.kind != RIGHT)
    return [verdict.message, f"Seen on {where}. {help_line}"]


def _show_own(exercise: Exercise) -> None:
    """Say that there is nothing to check: the cell was run again after gentutor's own function took the name."""
    show(
        Card(
            "open",
            f"{exercise.name} is gentutor's own function at the moment",
            ["Run the cell with your function first, then this one: it checks what you wrote there."],
        )
    )
