"""`check` and `choose`: say whether a function or a letter is right, and let the lesson go on either way."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from gentutor.errors import ExerciseError
from gentutor.exercises.borrowing import borrows
from gentutor.exercises.cards import Card, show
from gentutor.exercises.contract import Choice, Exercise
from gentutor.exercises.progress import record
from gentutor.exercises.registry import exercises, find_exercise, find_function
from gentutor.exercises.verdict import DIFFERS, NOT_ATTEMPTED, RAISED, RIGHT, TIMED_OUT, Verdict

MEDIA_TYPE = "application/vnd.gentutor.check+json"

_HEADLINES = {
    RIGHT: ("good", "Right"),
    DIFFERS: ("bad", "Not yet right"),
    RAISED: ("bad", "Stopped by an error"),
    TIMED_OUT: ("bad", "Timed out"),
    NOT_ATTEMPTED: ("open", "Not attempted yet"),
}

BORROWED = (
    "It calls gentutor's own code, which is not there when your lesson is graded: write it with torch and with "
    "functions of your own."
)


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
    _record(exercise, verdict, seconds=round(time.perf_counter() - start, 3))
    others = {other.name for other in exercises(exercise.lesson)} - {name}
    show(card_of(exercise, verdict, borrowed=verdict.kind != NOT_ATTEMPTED and borrows(function, others)))
    return function if verdict.right else exercise.own_function()


def choose(name: str, answer: Any) -> None:
    """Check the letter that a student chose, and show why it is right or wrong.

    Parameters
    ----------
    name : str
        Name of the question.
    answer : object
        The letter; None or ``...`` where nothing is chosen yet. A wrong answer never raises.

    Raises
    ------
    ExerciseError
        When there is no such question.
    """
    from gentutor.exercises.answering import judge_choice  # brings torch, as above
    from gentutor.exercises.values import write_down

    choice = find_exercise(name)
    if not isinstance(choice, Choice):
        raise ExerciseError(f"{choice.name} is no question with letters to choose from: use check().")
    verdict = judge_choice(choice, write_down(answer))
    _record(choice, verdict)
    mark, word = _HEADLINES[verdict.kind]
    lines = [verdict.message]
    if not verdict.right:
        lines.append(f"Write {choice.letters} into the cell above and run both cells; you may try again.")
    show(Card(mark, f"{word}: {_points(verdict)}", lines, payload=_payload(verdict)))


def _record(contract: Exercise | Choice, verdict: Verdict, **more: Any) -> None:
    record(
        "check",
        contract.lesson,
        exercise=contract.name,
        verdict=verdict.kind,
        misconception=verdict.misconception,
        code=next((finding.code for finding in verdict.findings if finding.kind != RIGHT), ""),
        message=verdict.message,
        points=verdict.points,
        of=verdict.of,
        **more,
    )


def _points(verdict: Verdict) -> str:
    return f"{verdict.exercise} · {verdict.points:g} of {verdict.of:g} point{'' if verdict.of == 1 else 's'}"


def _payload(verdict: Verdict) -> dict[str, dict[str, Any]]:
    values = {
        "exercise": verdict.exercise,
        "points": verdict.points,
        "of": verdict.of,
        "verdict": verdict.kind,
        "message": verdict.message,
    }
    return {MEDIA_TYPE: values}


def card_of(exercise: Exercise, verdict: Verdict, *, borrowed: bool = False) -> Card:
    """Return what the student is shown of a verdict; `borrowed` adds that the function leans on gentutor's own code."""
    mark, word = _HEADLINES.get(verdict.kind, ("bad", verdict.kind.capitalize()))
    lines = [*_lines(exercise, verdict), *([BORROWED] if borrowed else [])]
    return Card(mark, f"{word}: {_points(verdict)}", lines, payload=_payload(verdict))


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
