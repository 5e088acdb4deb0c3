"""`predict` before a run, `reveal` after it: the guess is recorded, drawn beside the result and scored."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gentutor.errors import ExerciseError
from gentutor.exercises.cards import Card, show
from gentutor.exercises.number_line import Axis, number_line, plain
from gentutor.exercises.progress import Entry, entries, record

MEDIA_TYPE = "application/vnd.gentutor.prediction+json"

_CLOSENESS = ((9.0, "spot on"), (7.0, "close"), (4.0, "the right region"))


@dataclass(frozen=True)
class Question:
    """What a student is asked to guess."""

    name: str
    text: str
    axis: Axis


_asked: dict[str, Question] = {}


def predict(
    name: str,
    question: str,
    *,
    low: float,
    high: float,
    unit: str = "",
    guess: float | tuple[float, float] | None = None,
) -> None:
    """Ask for a guess before something is run, and record it with its time.

    The last guess before the result is seen counts; later ones are not taken.

    Parameters
    ----------
    name : str
        Name under which `reveal` finds the guess.
    question : str
        What is to be guessed.
    low, high : float
        The range in which the answer may be expected; it sets the scale of the drawing and of the score.
    unit : str
        Unit of the answer; empty for a plain number.
    guess : float or (float, float), optional
        The student's guess, or a range that the student is 80 % sure of, whose middle then is the guess. Without one,
        the lesson goes on and says how to give it.

    Raises
    ------
    ExerciseError
        When the range is empty. A guess that cannot be used costs only a sentence.
    """
    if not low < high:
        raise ExerciseError(f"The prediction {name!r} needs low below high; got low={low!r} and high={high!r}.")
    axis = Axis(float(low), float(high), unit)
    _asked[name] = Question(name, question, axis)
    payload: dict[str, dict[str, Any]] = {MEDIA_TYPE: {"name": name, "stage": "predicted", "guess": None}}
    span = _read_range(guess, axis)
    value, trouble = (axis.middle(*span), "") if span else read_guess(guess, axis)
    if value is None:
        between = f"between {plain(axis.low)} and {axis.text(axis.high)}"
        how = f"Write your guess, {between}, in this cell, as in `guess={_example(axis)}`, and run it again. "
        how += "Or a range that you are 80 % sure of: `guess=(from, to)`."
        if axis.low >= 1 and axis.high == axis.low + 1:  # one of two things, numbered
            how = f"Write `guess={plain(axis.low)}` or `guess={plain(axis.high)}` in this cell, and run it again."
        show(Card("open", f"What do you think? {question}", [*([trouble] if trouble else []), how], payload=payload))
        return
    seen = _first_reveal(name)
    if seen is not None:
        line = "You have seen the result of this one already, so your first guess stays."
        show(Card("note", question, [line], payload=payload))
        return
    record("prediction", lesson_name(), name=name, guess=value, **({"range": list(span)} if span else {}))
    payload[MEDIA_TYPE]["guess"] = value
    said = f"{plain(span[0])} to {axis.text(span[1])}, its middle {axis.text(value)}" if span else axis.text(value)
    show(Card("good", f"Your guess is recorded: {said}", [question], payload=payload))


def reveal(name: str, measured: float) -> None:
    """Draw the guess beside what was measured, and score it.

    The score is ``10 * (1 - 2 * d)`` and never below 0, where d is the distance between guess and measurement as a
    part of the range ``high - low``: an exact guess scores 10, one that is off by a quarter of the range 5, by half of
    it or more 0. Where the range is above 0 and spans a factor of 100 or more, d is measured in ratios (logarithms)
    instead, so that 10 for 20 is as near as 100 for 200. The score is for the student alone; it gives no marks.

    Parameters
    ----------
    name : str
        The name that was given to `predict`.
    measured : float
        The result of the run; a scalar tensor will do.

    Raises
    ------
    ExerciseError
        When there was no such prediction in this kernel, or `measured` is not a finite number.
    """
    if name not in _asked:
        known = f"There are: {', '.join(_asked)}." if _asked else "Run the cell with predict() first."
        raise ExerciseError(f"There is no prediction named {name!r}. {known}")
    question, value = _asked[name], float(measured)
    if not math.isfinite(value):
        raise ExerciseError(f"The measurement for the prediction {name!r} must be a finite number; got {value}.")
    guess = recorded_guess(name)
    result = None if guess is None else closeness(question.axis, guess, value)
    record("reveal", lesson_name(), name=name, guess=guess, measured=value, score=result)
    payload = {"name": name, "stage": "revealed", "guess": guess, "measured": value, "score": result}
    picture = number_line(question.axis, guess, value)
    show(
        Card(
            "note" if result is None or result < _CLOSENESS[1][0] else "good",
            f"Measured: {question.axis.text(value)}",
            [question.text, _comment(question.axis, guess, result), *_about_range(question.axis, name, value)],
            payload={MEDIA_TYPE: payload},
            picture=picture,
        )
    )


def closeness(axis: Axis, guess: float, measured: float) -> float:
    """Return the score of a guess, 0 to 10, by the rule that `reveal` states.

    Examples
    --------
    >>> closeness(Axis(0, 100), 25, 50), closeness(Axis(1, 1000), 10, 10)
    (5.0, 10.0)
    """
    distance = abs(axis.position(guess) - axis.position(measured))
    return round(10 * max(0.0, 1 - 2 * distance), 1)


def read_guess(guess: Any, axis: Axis) -> tuple[float | None, str]:
    """Return a guess as a number, or None and, where something else than None came, a sentence about it."""
    if guess is None:
        return None, ""
    try:
        value = float(guess)
    except (TypeError, ValueError, OverflowError):
        wanted = "A guess must be a number, or a range of two numbers between those below"
        return None, f"{wanted}; {str(guess)[:40]!r} is not."
    if not math.isfinite(value) or not axis.low <= value <= axis.high:
        return None, f"Your guess {value:g} is outside of the range."
    return value, ""


def _read_range(guess: Any, axis: Axis) -> tuple[float, float] | None:
    """Return a pair of numbers within the axis, the smaller first, or None for anything else."""
    if not isinstance(guess, tuple | list) or len(guess) != 2:
        return None
    (first, _), (last, _) = (read_guess(end, axis) for end in guess)
    if first is None or last is None or first == last:
        return None
    return min(first, last), max(first, last)


def recorded_guess(name: str) -> float | None:
    """Return the guess that counts: the last one that was recorded before the result was first seen."""
    entry = _entry_that_counts(name)
    return None if entry is None else float(entry["guess"])


def _entry_that_counts(name: str) -> Entry | None:
    found: Entry | None = None
    for entry in entries():
        if entry.get("name") == name and entry["kind"] == "reveal":
            break
        if entry.get("name") == name and entry["kind"] == "prediction":
            found = entry
    return found


def _about_range(axis: Axis, name: str, measured: float) -> list[str]:
    """Return a sentence on whether the range that was given holds the result; none where none was given."""
    span = _read_range((_entry_that_counts(name) or {}).get("range"), axis)
    if span is None:
        return []
    verdict = "holds it" if span[0] <= measured <= span[1] else "does not hold it"
    return [f"Your range, {plain(span[0])} to {axis.text(span[1])}, {verdict}; it should 8 times in 10."]


def lesson_name() -> str:
    """Return the name of the notebook that runs in JupyterLab, such as ``"04_vaes"``, or an empty text."""
    return Path(os.environ.get("JPY_SESSION_NAME", "")).stem


def _first_reveal(name: str) -> float | None:
    return next((float(entry["measured"]) for entry in entries("reveal") if entry.get("name") == name), None)


def _example(axis: Axis) -> str:
    return f"{float(f'{axis.middle(axis.low, axis.high):.2g}'):g}"


def _comment(axis: Axis, guess: float | None, result: float | None) -> str:
    if guess is None or result is None:
        return "You made no guess this time. Next time guess first: a surprise is what one remembers."
    words = next((words for limit, words in _CLOSENESS if result >= limit), "a surprise, and so worth a second look")
    return f"Your guess was {axis.text(guess)}: {words}. {result:g} of 10 points for closeness."
