"""Calls a function and writes down what it did, as plain arrays and values.

This half of a check runs beside the student's code, in the lesson's kernel or in a process of its own. It knows no
expected values; `gentutor.exercises.judging` has those.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gentutor.exercises.deadline import DeadlineError, within
from gentutor.exercises.explaining import explain_call, explain_exception

Array = np.ndarray[Any, np.dtype[Any]]

MAX_VALUES = 1_000_000  # 4 MB: far more than any exercise returns, and little enough to carry to another process


@dataclass(frozen=True)
class Value:
    """A returned value, written down: what kind it was, and its numbers where it has any.

    Parameters
    ----------
    type_name : str
        ``"Tensor"`` for every kind of tensor, else the name of the Python type.
    dtype : str
        Such as ``"float32"``; empty for what is not a tensor or array.
    shape : tuple of int
        Shape of a tensor or array, ``()`` for a plain number.
    array : ndarray, optional
        The numbers; None for values that have none and for tensors above `MAX_VALUES`.
    size : int, optional
        Number of items in a list, tuple or other container.
    """

    type_name: str
    dtype: str = ""
    shape: tuple[int, ...] = ()
    array: Array | None = None
    size: int | None = None


@dataclass(frozen=True)
class Observation:
    """What a function did with one set of arguments.

    Parameters
    ----------
    outcome : {"returned", "raised", "timed out", "not attempted"}
        How the call ended.
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
        A sentence about the exception, for ``"raised"``.
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


def write_down(result: Any) -> Value:
    """Write down any Python object as a `Value`; never runs code of an unknown object."""
    if isinstance(result, Tensor):
        dtype, shape = str(result.dtype).removeprefix("torch."), tuple(result.shape)
        return Value("Tensor", dtype, shape, _numbers(result))
    if isinstance(result, np.ndarray):
        small = result.size <= MAX_VALUES and result.dtype.kind in "fiub"
        array = np.array(result, copy=True, subok=False) if small else None
        return Value("ndarray", str(result.dtype), tuple(result.shape), array)
    if isinstance(result, (bool, int, float, np.bool_, np.integer, np.floating)):
        with contextlib.suppress(OverflowError):  # a whole number too large for float64 has no array
            return Value(type(result).__name__, array=np.asarray(float(result)))
    size = len(result) if type(result) in (list, tuple, dict, set, str) else None
    return Value(type(result).__name__, size=size)


def _leaves_and_copies(arguments: tuple[Any, ...], wanted: tuple[int, ...]) -> tuple[list[Any], list[Any]]:
    """Return fresh tensors that ask for gradients at the wanted positions, and what the function is to be given.

    The function gets clones, because torch forbids to change a leaf in place: the student shall read our sentence
    about changed arguments, not torch's about leaves.
    """
    leaves = [
        a.detach().clone().requires_grad_(i in wanted) if isinstance(a, Tensor) else a for i, a in enumerate(arguments)
    ]
    return leaves, [leaf.clone() if isinstance(leaf, Tensor) else leaf for leaf in leaves]


def _numbers(tensor: Tensor) -> Array | None:
    """Return a tensor's numbers as an array of a type that NumPy has, or None where they cannot be had."""
    if tensor.numel() > MAX_VALUES or tensor.is_meta or tensor.is_complex():
        return None
    try:
        plain = tensor.detach().as_subclass(Tensor).to_dense().cpu()
        if plain.dtype in (torch.bfloat16, torch.float16):
            plain = plain.float()
        return np.array(plain.resolve_neg().numpy(), copy=True)
    except (RuntimeError, TypeError, NotImplementedError):  # quantised and nested tensors, for which there is no array
        return None


def _gradients(result: Any, leaves: list[Any], wanted: tuple[int, ...]) -> tuple[Array | None, ...] | None:
    """Return the gradient of the sum of `result` with respect to each wanted argument."""
    if not wanted:
        return None
    if not isinstance(result, Tensor) or not result.requires_grad or not result.is_floating_point():
        return (None,) * len(wanted)
    found = torch.autograd.grad(result.sum(), [leaves[i] for i in wanted], allow_unused=True)
    return tuple(None if gradient is None else _numbers(gradient) for gradient in found)


def _same(before: Any, after: Any) -> bool:
    """Whether an argument is as it was; plain values cannot be changed in place."""
    if not isinstance(before, Tensor):
        return True
    return before.shape == after.shape and torch.equal(before, after.detach())


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
