"""Numbers over what a class shared, of which none stands for fewer than five students (`small_groups`)."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gentutor.exercises.contract import Contract, Written
from gentutor.exercises.number_line import Axis
from gentutor.exercises.predictions import Question, closeness
from gentutor.grading.small_groups import Groups, K, bars_of, grouped
from gentutor.workspace.shared import Shared, SharedExercise, SharedPrediction
from gentutor.workspace.steps import Steps

_QUARTILES_FROM = 4 * K  # so that at least K lie beyond each quartile
SOLVED = ("right", "not right yet", "not tried")
HELD, MISSED = "held the result", "missed it"
NEAR = 0.1  # of the range: a guess so near to the result is neither too low nor too high


@dataclass(frozen=True)
class ExerciseView:
    """One exercise over the class.

    Parameters
    ----------
    contract : Exercise or Choice
        The contract.
    groups : tuple of (str, int)
        The labels of `SOLVED`; merged where one is too small.
    attempts, hints, minutes : float, optional
        Medians over those who tried.
    met : tuple of (str, int, bool)
        Messages that at least five met, with how many did; true where that is all but fewer than five.
    n_rare : int
        Messages that fewer than five met.
    """

    contract: Contract
    groups: Groups
    attempts: float | None = None
    hints: float | None = None
    minutes: float | None = None
    met: tuple[tuple[str, int, bool], ...] = ()
    n_rare: int = 0


@dataclass(frozen=True)
class PredictionView:
    """One prediction over the class.

    Parameters
    ----------
    question : Question
        What was asked.
    n : int
        Students who guessed; 0 where they were fewer than five.
    bars : tuple of (float, float, int)
        From where to where on the axis (0 to 1), and how many guesses lie there, five at least.
    median, result : float, optional
        Median guess, and median of what was measured.
    error : float, optional
        Median of guess less result, as a part of the range; above 0 where the class guessed too high.
    quartiles : tuple of float, optional
        Between which the middle half of these errors lies.
    score : float, optional
        Mean points for closeness, 0 to 10.
    groups : tuple of (str, int)
        Too low, near, too high.
    ranges : tuple of (str, int)
        Of those who gave a range: it held the result, or it missed it.
    """

    question: Question
    n: int = 0
    bars: tuple[tuple[float, float, int], ...] = ()
    median: float | None = None
    result: float | None = None
    error: float | None = None
    quartiles: tuple[float, float] | None = None
    score: float | None = None
    groups: Groups = ()
    ranges: Groups = ()


@dataclass(frozen=True)
class LessonView:
    """One lesson over the class.

    Parameters
    ----------
    steps : Steps
        What it asks.
    n : int
        Students who shared it; where they are fewer than five, all else is empty.
    minutes : float, optional
        Median of the minutes.
    exercises : tuple of ExerciseView
        In the lesson's order.
    predictions : tuple of PredictionView
        In the lesson's order.
    """

    steps: Steps
    n: int
    minutes: float | None = None
    exercises: tuple[ExerciseView, ...] = ()
    predictions: tuple[PredictionView, ...] = ()


def view(students: Sequence[Shared], steps: Mapping[str, Steps]) -> list[LessonView]:
    """Return every lesson that somebody shared, in the order of the course.

    Parameters
    ----------
    students : sequence of Shared
        One for each student.
    steps : mapping of str to Steps
        What the lessons ask.
    """
    return [_lesson(one, students) for name, one in steps.items() if any(name in s.lessons for s in students)]


def _lesson(steps: Steps, students: Sequence[Shared]) -> LessonView:
    own = [student.lessons[steps.lesson] for student in students if steps.lesson in student.lessons]
    if len(own) < K:
        return LessonView(steps, len(own))
    return LessonView(
        steps,
        len(own),
        _median([lesson.minutes for lesson in own]),
        tuple(
            _exercise(steps.exercises[name], [lesson.exercises.get(name, SharedExercise()) for lesson in own])
            for name in steps.order
            if name in steps.exercises and not isinstance(steps.exercises[name], Written)
        ),
        tuple(
            _prediction(steps.predictions[name], [way.predictions[name] for way in own if name in way.predictions])
            for name in steps.order
            if name in steps.predictions
        ),
    )


def _exercise(contract: Contract, ways: Sequence[SharedExercise]) -> ExerciseView:
    tried = [way for way in ways if way.attempts]
    right = sum(way.right for way in tried)
    parts = list(zip(SOLVED, (right, len(tried) - right, len(ways) - len(tried)), strict=True))
    counts = Counter(label for way in tried for label in way.met)
    often = [(label, n, 0 < len(ways) - n < K) for label, n in counts.most_common() if n >= K]
    return ExerciseView(
        contract,
        grouped(parts),
        _median([way.attempts for way in tried]),
        _median([way.hints for way in tried]),
        _median([way.minutes for way in tried]),
        tuple(often),
        len(counts) - len(often),
    )


def _prediction(question: Question, guesses: Sequence[SharedPrediction]) -> PredictionView:
    if len(guesses) < K:
        return PredictionView(question)
    axis = question.axis
    errors = [error_of(axis, guess) for guess in guesses if guess.measured is not None]
    scores = [closeness(axis, guess.guess, guess.measured) for guess in guesses if guess.measured is not None]
    low, high = sum(error < -NEAR for error in errors), sum(error > NEAR for error in errors)
    held = [holds(guess) for guess in guesses if guess.range is not None and guess.measured is not None]
    quarters = statistics.quantiles(errors, n=4) if len(errors) >= _QUARTILES_FROM else None
    return PredictionView(
        question,
        len(guesses),
        bars_of([axis.position(guess.guess) for guess in guesses]),
        _median([guess.guess for guess in guesses]),
        _median([guess.measured for guess in guesses if guess.measured is not None]),
        _median(errors),
        None if quarters is None else (quarters[0], quarters[2]),
        statistics.fmean(scores) if len(scores) >= K else None,
        grouped([("too low", low), ("near", len(errors) - low - high), ("too high", high)]),
        grouped([(HELD, sum(held)), (MISSED, len(held) - sum(held))]),
    )


def error_of(axis: Axis, guess: SharedPrediction) -> float:
    """Return guess less result as a part of the range; a result far outside counts as one range away.

    Parameters
    ----------
    axis : Axis
        The range of the question.
    guess : SharedPrediction
        A guess whose result is known.
    """
    assert guess.measured is not None
    return axis.position(guess.guess) - min(2.0, max(-1.0, axis.position(guess.measured)))


def holds(guess: SharedPrediction) -> bool:
    """Whether the range that a student gave holds the result.

    Parameters
    ----------
    guess : SharedPrediction
        A guess with a range whose result is known.
    """
    assert guess.range is not None
    assert guess.measured is not None
    return guess.range[0] <= guess.measured <= guess.range[1]


def _median(values: Sequence[float]) -> float | None:
    return float(statistics.median(values)) if len(values) >= K else None
