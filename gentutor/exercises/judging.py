"""Compares what a function did with what it should have done, and finds the sentence that teaches most.

This half of a check knows the expected values. It gets each `Observation` from the same kernel or from another process,
and never the student's function. Inputs, oracles and planted wrong answers are computed once for an exercise, a check
and a seed, and serve every submission.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from gentutor.exercises import verdict as kinds
from gentutor.exercises.answering import judge_choice, judge_written
from gentutor.exercises.contract import Check, Exercise, Function, Misconception
from gentutor.exercises.diagnosis import constant_factor, times
from gentutor.exercises.finding import alike, find
from gentutor.exercises.observing import Observation, observe
from gentutor.exercises.structure import TOO_LARGE
from gentutor.exercises.verdict import Finding, Verdict
from gentutor.seeding import generator

__all__ = ["Observer", "judge", "judge_choice", "judge_function", "judge_written"]

Observer = Callable[[tuple[Any, ...], tuple[int, ...], float], Observation]

SPARE_S = 1.0  # what all checks after one that timed out may cost together
_LEAST_S = 0.02  # with less than this left a check is not tried
_ORACLE_S = 60.0
_KEPT = 128  # checks whose inputs and oracle's answers are kept; a lesson has some 20
_KEPT_WRONG = 1024


@dataclass(frozen=True)
class _Trial:
    """One check with its arguments, what is wanted of them, and what the student's function did."""

    check: Check
    seed: int
    arguments: tuple[Any, ...]
    wanted: Observation
    done: Observation
    finding: Finding


def judge(exercise: Exercise, observer: Observer, seed: int = 0) -> Verdict:
    """Put every check of an exercise to a function and return the verdict.

    Parameters
    ----------
    exercise : Exercise
        The contract.
    observer : callable
        ``observer(arguments, wanted_gradients, seconds)`` calls the student's function somewhere and returns the
        `Observation`; see `gentutor.exercises.observing.observe`.
    seed : int
        Seed of the inputs. The lesson uses 0, so that a message stays the same while a student thinks about it; a
        grader uses a secret one.
    """
    trials: list[_Trial] = []
    spare: float | None = None
    for n_done, check in enumerate(exercise.checks):
        # Of what is to spare each check gets an equal part, so that one endless loop more leaves time for the others.
        seconds = check.seconds if spare is None else min(check.seconds, spare / (len(exercise.checks) - n_done))
        started = time.monotonic()
        trials.append(_try(exercise, check, observer, seed, seconds))
        kind = trials[-1].finding.kind
        if kind == kinds.NOT_ATTEMPTED:
            break  # the others would say the same
        if spare is not None:
            spare -= time.monotonic() - started
        elif kind == kinds.TIMED_OUT:
            spare = SPARE_S
    wrong = [trial for trial in trials if trial.finding.kind != kinds.RIGHT]
    findings = tuple(trial.finding for trial in trials)
    earned = exercise.points * sum(trial.check.share for trial in trials if trial.finding.kind == kinds.RIGHT)
    if not wrong:
        message = "Every check passed."
        return Verdict(exercise.name, kinds.RIGHT, message, exercise.points, exercise.points, 0.0, "", findings)
    first = wrong[0].finding
    known = _recognise(exercise, wrong)
    message = _filled(known.message, exercise, wrong[0]) if known else first.message + _only_one(trials, wrong)
    name = known.name if known else ""
    return Verdict(exercise.name, first.kind, message, round(earned, 6), exercise.points, first.by, name, findings)


def judge_function(exercise: Exercise, function: Function, seed: int = 0, *, quiet: bool = True) -> Verdict:
    """Put an exercise's checks to a function in this process; with `quiet` false, its first call may print."""
    loud = not quiet

    def observer(arguments: tuple[Any, ...], positions: tuple[int, ...], seconds: float) -> Observation:
        nonlocal loud
        first, loud = loud, False
        return observe(function, arguments, wanted_gradients=positions, seconds=seconds, quiet=not first)

    return judge(exercise, observer, seed)


@lru_cache(maxsize=_KEPT)
def _expected(exercise: Exercise, check: Check, seed: int) -> tuple[tuple[Any, ...], Observation]:
    """Return a check's arguments and what its oracle does with them."""
    arguments = check.inputs(generator(seed, exercise.name, check.name))
    wanted = _observe_ours(exercise, check, exercise.oracle, arguments)
    if wanted.value is None:
        raise RuntimeError(f"The oracle of {exercise.name} failed on {check.name}: {wanted.trouble or wanted.outcome}")
    return arguments, wanted


@lru_cache(maxsize=_KEPT_WRONG)
def _planted(exercise: Exercise, misconception: Misconception, check: Check, seed: int) -> tuple[Observation, Finding]:
    """Return what a planted wrong answer does in a check, and what is found of it."""
    arguments, wanted = _expected(exercise, check, seed)
    done = _observe_ours(exercise, check, misconception.function, arguments)
    return done, find(exercise, check, arguments, wanted, done)


def _observe_ours(exercise: Exercise, check: Check, function: Function, arguments: tuple[Any, ...]) -> Observation:
    positions = exercise.gradient_positions if check.gradients else ()
    return observe(function, arguments, wanted_gradients=positions, seconds=_ORACLE_S, twice=False)


def _try(exercise: Exercise, check: Check, observer: Observer, seed: int, seconds: float) -> _Trial:
    arguments, wanted = _expected(exercise, check, seed)
    positions = exercise.gradient_positions if check.gradients else ()
    done = observer(arguments, positions, seconds) if seconds > _LEAST_S else Observation("timed out")
    finding = find(exercise, check, arguments, wanted, done)
    if finding.kind == kinds.TIMED_OUT and seconds < check.seconds:
        finding = replace(finding, message="It had not finished in the time that was left after an earlier check.")
    return _Trial(check, seed, arguments, wanted, done, finding)


def _recognise(exercise: Exercise, wrong: list[_Trial]) -> Misconception | None:
    """Return the first misconception that explains every failed check."""
    if any(trial.finding.kind != kinds.DIFFERS for trial in wrong):
        return None
    for misconception in exercise.misconceptions:
        if all(_explains(misconception, exercise, trial) for trial in wrong):
            return misconception
    return None


def _explains(misconception: Misconception, exercise: Exercise, trial: _Trial) -> bool:
    if misconception.symptom:
        return misconception.symptom == trial.finding.code
    same, finding = _planted(exercise, misconception, trial.check, trial.seed)
    mine, theirs = same.value, trial.done.value
    if mine is None or theirs is None or mine.type_name != theirs.type_name or finding.code != trial.finding.code:
        return False
    if finding.code == TOO_LARGE or (mine.type_name == "Tensor" and (mine.array is None or theirs.array is None)):
        return False
    return alike(theirs, mine, trial.check)


def _filled(message: str, exercise: Exercise, trial: _Trial) -> str:
    """Fill in ``{factor}`` and the sizes of a misconception's message."""
    got, wanted = trial.done.value, trial.wanted.value
    factor: float | None = None
    if got and wanted and got.array is not None and wanted.array is not None and got.array.shape == wanted.array.shape:
        factor = constant_factor(got.array.astype(np.float64), wanted.array.astype(np.float64))
    return message.format(factor=times(factor) if factor else "several", **exercise.sizes(trial.arguments))


def _only_one(trials: list[_Trial], wrong: list[_Trial]) -> str:
    """Add that the function works for a batch of one, where that is so and larger batches fail."""

    def of_one(trial: _Trial) -> bool:
        return len(trial.arguments) > 0 and tuple(getattr(trial.arguments[0], "shape", ()))[:1] == (1,)

    right = [trial for trial in trials if trial.finding.kind == kinds.RIGHT]
    if right and all(of_one(trial) for trial in right) and not any(of_one(trial) for trial in wrong):
        return " For a batch of one it is right; think of what changes when there are more."
    return ""
