"""Compares what a function did with what it should have done, and finds the sentence that teaches most.

This half of a check knows the expected values. It gets `Observation`s, from the same kernel or from another process,
and never the student's function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gentutor.exercises import verdict as kinds
from gentutor.exercises.contract import Check, Exercise, Function, Misconception
from gentutor.exercises.diagnosis import (
    Diagnosis,
    close,
    constant_factor,
    diagnose_numbers,
    diagnose_shape,
    diagnose_type,
    times,
)
from gentutor.exercises.observing import Observation, observe
from gentutor.exercises.verdict import Finding, Verdict
from gentutor.seeding import generator

Observer = Callable[[tuple[Any, ...], tuple[int, ...], float], Observation]


@dataclass(frozen=True)
class _Trial:
    """One check with its arguments, what is wanted of them, and what the student's function did."""

    check: Check
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
    for check in exercise.checks:
        trials.append(_try(exercise, check, observer, seed))
        if trials[-1].finding.kind in (kinds.NOT_ATTEMPTED, kinds.TIMED_OUT):
            break  # the others would say the same, and cost their deadlines
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


def _try(exercise: Exercise, check: Check, observer: Observer, seed: int) -> _Trial:
    arguments = check.inputs(generator(seed, exercise.name, check.name))
    positions = exercise.gradient_positions if check.gradients else ()
    wanted = observe(exercise.oracle, arguments, wanted_gradients=positions, seconds=60.0, twice=False)
    if wanted.value is None:
        raise RuntimeError(f"The oracle of {exercise.name} failed on {check.name}: {wanted.trouble or wanted.outcome}")
    done = observer(arguments, positions, check.seconds)
    return _Trial(check, arguments, wanted, done, _find(exercise, check, arguments, wanted, done))


def _find(
    exercise: Exercise, check: Check, arguments: tuple[Any, ...], wanted: Observation, done: Observation
) -> Finding:
    """Say what one check found."""
    if done.outcome == "not attempted":
        return Finding(check.name, kinds.NOT_ATTEMPTED, "not attempted", "Not attempted yet.")
    if done.outcome == "timed out":
        message = f"Your function had not finished after {check.seconds:g} seconds: is there a loop that never ends?"
        return Finding(check.name, kinds.TIMED_OUT, "timed out", message)
    if done.outcome == "raised" or done.value is None:
        return Finding(check.name, kinds.RAISED, "raised", done.trouble)
    found = (
        diagnose_type(done.value)
        or _not_repeatable(done, check)
        or _changed(exercise, done)
        or _wrong_value(exercise, check, arguments, wanted, done)
        or _wrong_gradient(exercise, check, wanted, done)
    )
    if found is None:
        return Finding(check.name, kinds.RIGHT)
    return Finding(check.name, kinds.DIFFERS, found.code, found.message, found.by)


def _not_repeatable(done: Observation, check: Check) -> Diagnosis | None:
    value, again = done.value, done.again
    if value is None or value.array is None or again is None or again.array is None:
        return None
    if close(again.array, value.array, check.rtol, check.atol):
        return None
    message = (
        "Called twice with the same values it gave two different answers. Does it draw random numbers of its own, or "
        "remember something from the call before? Use only the values that it is given."
    )
    return Diagnosis("not repeatable", message)


def _changed(exercise: Exercise, done: Observation) -> Diagnosis | None:
    if not done.changed:
        return None
    names = " and ".join(f"`{list(exercise.arguments)[i]}`" for i in done.changed)
    message = f"It changes {names} in place, and so spoils the caller's tensor. Avoid `+=` and functions ending in `_`."
    return Diagnosis("in place", message)


def _wrong_value(
    exercise: Exercise, check: Check, arguments: tuple[Any, ...], wanted: Observation, done: Observation
) -> Diagnosis | None:
    assert wanted.value is not None
    assert wanted.value.array is not None
    assert done.value is not None
    sizes = exercise.sizes(arguments)
    shape = diagnose_shape(done.value, wanted.value.array, sizes)
    if shape or done.value.array is None:
        return shape or Diagnosis("type", "It returned a tensor whose values cannot be read.")
    if check.property is not None:
        sentence = check.property(arguments, torch.from_numpy(done.value.array))
        return Diagnosis("property", sentence) if sentence else None
    got, target = done.value.array.astype(np.float64), wanted.value.array.astype(np.float64)
    return diagnose_numbers(got, target, sizes, check.rtol, check.atol)


def _wrong_gradient(exercise: Exercise, check: Check, wanted: Observation, done: Observation) -> Diagnosis | None:
    if not wanted.gradients:
        return None
    for name, target, got in zip(exercise.differentiable, wanted.gradients, done.gradients or (), strict=True):
        if target is None:
            continue
        if got is None:
            message = (
                f"The numbers are right, but no gradient reaches `{name}`, so it would never be trained. Is there a "
                "`.detach()`, `.item()`, `.data`, `torch.no_grad()` or `torch.tensor(...)` on the way?"
            )
            return Diagnosis("no gradient", message)
        if not close(got, target, 10 * check.rtol, 10 * check.atol):  # a derivative loses a digit
            message = (
                f"The numbers are right, but the gradient of `{name}` is not: is a part of the formula cut off from it?"
            )
            return Diagnosis("gradient", message)
    return None


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
    positions = exercise.gradient_positions if trial.check.gradients else ()
    same = observe(misconception.function, trial.arguments, wanted_gradients=positions, seconds=60.0, twice=False)
    mine, theirs = same.value, trial.done.value
    if mine is None or theirs is None or mine.type_name != theirs.type_name:
        return False
    finding = _find(exercise, trial.check, trial.arguments, trial.wanted, same)
    if finding.code != trial.finding.code or mine.array is None or theirs.array is None:
        return False
    return close(theirs.array, mine.array, trial.check.rtol, trial.check.atol)


def _filled(message: str, exercise: Exercise, trial: _Trial) -> str:
    """Fill in ``{factor}`` and the sizes of a misconception's message."""
    got, wanted = trial.done.value, trial.wanted.value
    factor: float | None = None
    if got and wanted and got.array is not None and wanted.array is not None and got.shape == wanted.shape:
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
