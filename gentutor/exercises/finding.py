"""Says what one check found: compares one observation with what was wanted."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from gentutor.exercises import verdict as kinds
from gentutor.exercises.contract import Check, Exercise
from gentutor.exercises.diagnosis import Diagnosis, close, diagnose_numbers, diagnose_shape, diagnose_type
from gentutor.exercises.observing import Observation
from gentutor.exercises.structure import TOO_LARGE, as_object, diagnose_value
from gentutor.exercises.values import Value
from gentutor.exercises.verdict import Finding


def find(
    exercise: Exercise, check: Check, arguments: tuple[Any, ...], wanted: Observation, done: Observation
) -> Finding:
    """Say what one check found.

    Parameters
    ----------
    exercise : Exercise
        The contract.
    check : Check
        The check that was put.
    arguments : tuple
        What the function was given.
    wanted, done : Observation
        What the oracle did with them, and what the student's function did.
    """
    if done.outcome == "not attempted":
        return Finding(check.name, kinds.NOT_ATTEMPTED, "not attempted", "Not attempted yet.")
    if done.outcome == "timed out":
        message = f"Your function had not finished after {check.seconds:g} seconds: is there a loop that never ends?"
        return Finding(check.name, kinds.TIMED_OUT, "timed out", message)
    if done.outcome == "died":
        return Finding(check.name, kinds.DIED, "died", done.trouble)
    if done.outcome == "raised" or done.value is None or wanted.value is None:
        return Finding(check.name, kinds.RAISED, "raised", done.trouble)
    found = (
        _wrong_type(done.value, wanted.value)
        or _not_repeatable(done, check)
        or _changed(exercise, done)
        or _wrong_value(exercise, check, arguments, wanted.value, done.value)
        or _wrong_gradient(exercise, check, wanted, done)
    )
    if found is None:
        return Finding(check.name, kinds.RIGHT)
    return Finding(check.name, kinds.DIFFERS, found.code, found.message, found.by)


def _wrong_type(got: Value, wanted: Value) -> Diagnosis | None:
    return diagnose_type(got, wanted.dtype) if wanted.type_name == "Tensor" else None


def _not_repeatable(done: Observation, check: Check) -> Diagnosis | None:
    if done.value is None or done.again is None or alike(done.again, done.value, check):
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
    exercise: Exercise, check: Check, arguments: tuple[Any, ...], wanted: Value, got: Value
) -> Diagnosis | None:
    if wanted.type_name == "Tensor":
        return _wrong_tensor(exercise, check, arguments, wanted, got)
    if check.property is None:
        return diagnose_value(got, wanted, check.rtol, check.atol)
    if got.type_name != wanted.type_name:
        return diagnose_value(got, wanted, check.rtol, check.atol)
    return _property(check, arguments, as_object(got))


def _wrong_tensor(
    exercise: Exercise, check: Check, arguments: tuple[Any, ...], wanted: Value, got: Value
) -> Diagnosis | None:
    assert wanted.array is not None
    sizes = exercise.sizes(arguments)
    shape = diagnose_shape(got, wanted.array, sizes)
    if shape or got.array is None:
        return shape or Diagnosis("type", "It returned a tensor whose values cannot be read.")
    if check.property is not None:
        return _property(check, arguments, torch.from_numpy(got.array))
    tolerance = (check.rtol, check.atol) if wanted.array.dtype.kind == "f" else (0.0, 0.0)
    return diagnose_numbers(got.array.astype(np.float64), wanted.array.astype(np.float64), sizes, *tolerance)


def _property(check: Check, arguments: tuple[Any, ...], returned: Any) -> Diagnosis | None:
    """Ask the check's property, which may stumble over what it has not foreseen: lists of other things, or lengths."""
    assert check.property is not None
    try:
        sentence = check.property(arguments, returned)
    except Exception:
        sentence = "What it returned has another form than what is wanted."
    return Diagnosis("property", sentence) if sentence else None


def alike(one: Value, other: Value, check: Check) -> bool:
    """Whether two returned values are the same, as far as can be told; tensors without numbers are."""
    if one.type_name == other.type_name == "Tensor":
        if one.array is None or other.array is None:
            return True
        return close(one.array, other.array, check.rtol, check.atol)
    found = diagnose_value(one, other, check.rtol, check.atol)
    return found is None or found.code == TOO_LARGE


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
