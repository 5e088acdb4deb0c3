"""Calls a function and writes down what it did, as plain arrays and values.

This half of a check runs beside the student's code, in the lesson's kernel or in a process of its own. It knows no
expected values; `gentutor.exercises.judging` has those.
"""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gentutor.exercises.deadline import DeadlineError, within
from gentutor.exercises.explaining import explain_call, explain_exception
from gentutor.exercises.values import Array, Value, equal, numbers, plain_tensor, write_down


@dataclass(frozen=True)
class Observation:
    """What a function did with one set of arguments.

    Parameters
    ----------
    outcome : {"returned", "raised", "timed out", "not attempted", "died"}
        How the call ended; only a process of its own can die.
    value : Value, optional
        What it returned.
    again : Value, optional
        What it returned when called once more with equal arguments and torch's generator in another state.
    changed : tuple of int
        Positions of the arguments that it changed in place.
    gradients : tuple, optional
        Gradient of the sum of the result with respect to each argument asked for, None where none arrived; None
        altogether where no gradients were asked for.
    trouble : str
        A sentence about the exception, for ``"raised"``, or about the process, for ``"died"``.
    """

    outcome: str
    value: Value | None = None
    again: Value | None = None
    changed: tuple[int, ...] = ()
    gradients: tuple[Array | None, ...] | None = None
    trouble: str = ""


def observe(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    *,
    wanted_gradients: tuple[int, ...] = (),
    seconds: float = 2.0,
    quiet: bool = True,
    twice: bool = True,
) -> Observation:
    """Call `function` with copies of `arguments` and write down what it did.

    Parameters
    ----------
    function : callable
        A student's function.
    arguments : tuple
        Tensors and plain values; the function gets copies.
    wanted_gradients : tuple of int
        Positions of the arguments for which gradients are wanted.
    seconds : float
        Deadline for each of the two calls.
    quiet : bool
        Swallow what the first call prints; what the second prints is always swallowed.
    twice : bool
        Call it once more, to see whether it gives the same answer again.
    """
    mismatch = explain_call(function, arguments)
    if mismatch:
        return Observation("raised", trouble=mismatch)
    leaves, copies = _leaves_and_copies(arguments, wanted_gradients)
    try:
        with _own_randomness(seed=1), _silence(quiet):
            result = within(seconds, function, *copies)
            value = write_down(result)
            gradients = _gradients(result, leaves, wanted_gradients)
        changed = tuple(i for i, pair in enumerate(zip(arguments, copies, strict=True)) if not _same(*pair))
        again = None
        if twice:
            with _own_randomness(seed=2), _silence(True):
                again = write_down(within(seconds, function, *_leaves_and_copies(arguments, wanted_gradients)[1]))
    except DeadlineError:
        return Observation("timed out")
    except NotImplementedError:
        return Observation("not attempted")
    except (Exception, SystemExit) as error:
        return Observation("raised", trouble=explain_exception(error, function))
    return Observation("returned", value, again, changed, gradients)


def _leaves_and_copies(arguments: tuple[Any, ...], wanted: tuple[int, ...]) -> tuple[list[Any], list[Any]]:
    """Return fresh tensors that ask for gradients at the wanted positions, and what the function is to be given.

    The function gets clones, because torch forbids to change a leaf in place: the student shall read our sentence
    about changed arguments, not torch's about leaves.
    """
    leaves = [
        a.detach().clone().requires_grad_(i in wanted) if isinstance(a, Tensor) else a for i, a in enumerate(arguments)
    ]
    with torch.enable_grad():  # in a lesson's no_grad block too, or the clones have no history
        return leaves, [leaf.clone() if isinstance(leaf, Tensor) else copy.deepcopy(leaf) for leaf in leaves]


def _gradients(result: Any, leaves: list[Any], wanted: tuple[int, ...]) -> tuple[Array | None, ...] | None:
    """Return the gradient of the sum of `result` with respect to each wanted argument."""
    if not wanted:
        return None
    plain = plain_tensor(result) if issubclass(type(result), Tensor) else None
    if plain is None or not plain.requires_grad or not plain.is_floating_point():
        return (None,) * len(wanted)
    found = torch.autograd.grad(plain.sum(), [leaves[i] for i in wanted], allow_unused=True)
    return tuple(None if gradient is None else numbers(gradient) for gradient in found)


def _same(before: Any, after: Any) -> bool:
    """Whether an argument is as it was; plain values cannot be changed in place, but lists and dicts can."""
    if isinstance(before, Tensor):
        plain = plain_tensor(after)
        if plain is None or before.shape != plain.shape or before.dtype != plain.dtype:
            return False
        after = plain.detach()
        return bool(((before == after) | (before.isnan() & after.isnan())).all())  # a NaN is as it was, too
    return not isinstance(before, (list, dict, tuple)) or equal(write_down(before), write_down(after))


@contextlib.contextmanager
def _own_randomness(seed: int) -> Iterator[None]:
    """Give the block its own state of torch's generator and gradients switched on; restore both afterwards."""
    # Not torch.manual_seed: without CUDA in use it keeps a stack trace of every call for later.
    before = torch.default_generator.get_state()
    torch.default_generator.manual_seed(seed)
    try:
        with torch.enable_grad():
            yield
    finally:
        torch.default_generator.set_state(before)


@contextlib.contextmanager
def _silence(quiet: bool) -> Iterator[None]:
    """Swallow what the block prints."""
    with contextlib.redirect_stdout(io.StringIO()) if quiet else contextlib.nullcontext():
        yield
