"""Sums a workspace's progress up into what a student may share: numbers and gentutor's own names, nothing else."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gentutor.exercises.contract import N_HINTS, Choice, Contract, Exercise
from gentutor.exercises.progress import Entry
from gentutor.exercises.verdict import NOT_ATTEMPTED, RIGHT
from gentutor.workspace.shared import SharedExercise, SharedLesson, SharedPrediction
from gentutor.workspace.steps import Steps

BREAK_S = 20 * 60  # nobody is known to have worked when nothing was recorded for so long
CODES = {
    "type": "returned another kind of thing than is wanted",
    "plain number": "returned a plain number, through which no gradient flows",
    "dtype": "returned numbers of another type",
    "shape": "returned another shape",
    "size": "returned too many or too few items",
    "keys": "returned other keys than are wanted",
    "too large": "returned far more than is wanted",
    "value": "one value differs",
    "numbers": "the numbers differ",
    "factor": "a constant times too large or too small",
    "offset": "every value too large or too small by the same",
    "sign": "the sign is flipped",
    "zeros": "every value is 0",
    "transposed": "rows and columns are swapped",
    "not finite": "NaN or infinite",
    "not repeatable": "another answer when called again",
    "in place": "changed its arguments",
    "property": "does not do what is asked",
    "no gradient": "no gradient arrives",
    "gradient": "the gradient differs",
    "raised": "stopped by an error",
    "timed out": "did not finish in time",
    "no letter": "answered with something else than a letter",
}
"""General diagnoses by code (`gentutor.exercises.diagnosis`), as a teacher reads them."""


def known_misconceptions(contract: Contract) -> dict[str, str]:
    """Return the names of an exercise's misconceptions, or a question's wrong options, with what a student is told.

    Parameters
    ----------
    contract : Exercise, Choice or Written
        The contract.
    """
    if isinstance(contract, Exercise):
        return {one.name: one.message for one in contract.misconceptions}
    if isinstance(contract, Choice):
        return {text: why for letter, (text, why) in contract.options.items() if letter != contract.right}
    return {}


def summarise(entries: Sequence[Entry], steps: Mapping[str, Steps]) -> dict[str, SharedLesson]:
    """Return how each lesson went, by the lesson's name, in the order of the course.

    Parameters
    ----------
    entries : sequence of dict
        The workspace's progress; entries of unknown exercises, and values that make no sense, do not count.
    steps : mapping of str to Steps
        What the lessons ask.
    """
    homes = {name: lesson for lesson, one in steps.items() for name in (*one.predictions, *one.exercises)}
    placed = [(lesson, step, entry) for entry in entries for lesson, step in [_place(entry, steps, homes)] if lesson]
    seconds = _seconds(placed)
    found = {}
    for lesson, one in steps.items():
        own = [(step, entry) for home, step, entry in placed if home == lesson]
        if own:
            tried = {name: _exercise(contract, _of(own, name)) for name, contract in one.exercises.items()}
            guessed = {name: _prediction(_of(own, name)) for name in one.predictions}
            found[lesson] = SharedLesson(
                _minutes(sum(seconds[lesson, step] for step in {step for step, _ in own})),
                {
                    name: SharedExercise(way.attempts, way.right, way.hints, _minutes(seconds[lesson, name]), way.met)
                    for name, way in tried.items()
                    if way.attempts or way.hints
                },
                {name: guess for name, guess in guessed.items() if guess is not None},
            )
    return found


def _place(entry: Entry, steps: Mapping[str, Steps], homes: Mapping[str, str]) -> tuple[str, str]:
    """The lesson and step to which an entry belongs; outside of JupyterLab predictions do not know their lesson."""
    step = str(entry.get("exercise") or entry.get("name") or "")
    lesson = str(entry.get("lesson", "")).split(".")[0]  # 04_vaes.release-2 is a newer copy of 04_vaes
    if lesson in steps and step in (*steps[lesson].exercises, *steps[lesson].predictions):
        return lesson, step
    home = homes.get(step, "")
    return (home, step) if home else (lesson if lesson in steps else "", "")


def _of(own: Sequence[tuple[str, Entry]], name: str) -> list[Entry]:
    return [entry for step, entry in own if step == name]


def _seconds(placed: Sequence[tuple[str, str, Entry]]) -> dict[tuple[str, str], float]:
    """The time before each entry counts for its step, unless it was so long that it must have been a break."""
    timed = []
    for lesson, step, entry in placed:
        try:
            timed.append((datetime.fromisoformat(str(entry.get("time"))).timestamp(), lesson, step))
        except (ValueError, OverflowError, OSError):
            continue
    timed.sort()
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    for (before, *_), (now, lesson, step) in itertools.pairwise(timed):
        if now - before <= BREAK_S:
            seconds[lesson, step] += now - before
    return seconds


def _minutes(seconds: float) -> int:
    return round(seconds / 60)


def _exercise(contract: Contract, entries: Sequence[Entry]) -> SharedExercise:
    """Count attempts up to the first right one; the same wrong answer, checked again, is no new attempt."""
    known = known_misconceptions(contract)
    attempts, right, met, last = 0, False, Counter[str](), ("", "", "")
    for entry in entries:
        verdict, misconception, code = (str(entry.get(key, "")) for key in ("verdict", "misconception", "code"))
        if entry.get("kind") != "check" or verdict == NOT_ATTEMPTED or right:
            continue
        before, last = last, (verdict, misconception, str(entry.get("message", "")))
        if last == before:
            continue
        attempts, right = attempts + 1, verdict == RIGHT
        label = misconception if misconception in known else code if code in CODES else verdict
        if not right and (label in known or label in CODES):
            met[label] += 1
    hints = [entry.get("number") for entry in entries if entry.get("kind") == "hint"]
    n_hints = max((n for n in hints if isinstance(n, int) and 0 <= n <= N_HINTS), default=0)
    return SharedExercise(attempts, right, n_hints, 0, dict(met))


def _prediction(entries: Sequence[Entry]) -> SharedPrediction | None:
    """The last guess before the result was first seen, with that result."""
    guess, measured = None, None
    for entry in entries:
        if entry.get("kind") == "prediction":
            guess = entry
        elif entry.get("kind") == "reveal":
            measured = _finite(entry.get("measured"))
            break
    value = None if guess is None else _finite(guess.get("guess"))
    if guess is None or value is None:
        return None
    ends = guess.get("range")
    pair = [_finite(end) for end in ends] if isinstance(ends, list) and len(ends) == 2 else []
    return SharedPrediction(value, _range(pair), measured)


def _range(pair: list[float | None]) -> tuple[float, float] | None:
    if len(pair) == 2 and pair[0] is not None and pair[1] is not None and pair[0] < pair[1]:
        return pair[0], pair[1]
    return None


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    # More digits than these say nothing, and could tell who it is.
    return float(f"{number:.6g}") if math.isfinite(number) else None
