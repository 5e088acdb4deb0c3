"""What an exercise is: `Exercise`, with each `Check`, and each `Misconception` that it can recognise.

A lesson's ``EXERCISES`` hold, in the order of the lesson, functions to write (`Exercise`), letters to choose (`Choice`)
and answers in words (`Written`); the last two stand in `gentutor.exercises.questions`.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gentutor.errors import ExerciseError
from gentutor.exercises.questions import Choice, Written

if TYPE_CHECKING:
    from torch import Generator

__all__ = ["N_HINTS", "Check", "Choice", "Contract", "Exercise", "Function", "Misconception", "Written"]

Function = Callable[..., Any]

N_HINTS = 3  # from a nudge, over the idea, to nearly the answer


@dataclass(frozen=True)
class Check:
    """One question put to a student's function: seeded inputs, and what must come back.

    Parameters
    ----------
    name : str
        What is tried, in words that finish the sentence "tried on ...", such as ``"a batch of four codes"``.
    inputs : callable
        Given a seeded `torch.Generator`, returns the arguments as a tuple of tensors and plain values. Sizes that
        mean different things (B, Z) should differ, and so should they from 1, or a wrong axis goes unseen.
    share : float
        Part of the exercise's points that this check earns; the shares of an exercise add up to 1.
    property : callable, optional
        Given the arguments and the returned tensor, returns a sentence when something is wrong and None when all is
        well. Replaces the comparison with the oracle.
    rtol, atol : float
        Allowed difference from the oracle: ``atol + rtol * |wanted|``. Float32 keeps about 7 digits; sums over some
        hundred terms in another order keep 5.
    seconds : float
        Deadline for one call of the function.
    gradients : bool
        Whether gradients with respect to the exercise's `differentiable` arguments are compared too.
    """

    name: str
    inputs: Callable[[Generator], tuple[Any, ...]]
    share: float
    property: Callable[[tuple[Any, ...], Any], str | None] | None = None
    rtol: float = 1e-4
    atol: float = 1e-5
    seconds: float = 2.0
    gradients: bool = True


@dataclass(frozen=True)
class Misconception:
    """A planted wrong answer, and the sentence for a student whose function does the same.

    Parameters
    ----------
    name : str
        Short name for reports, such as ``"mean instead of sum"``.
    function : callable
        The wrong answer. It must fail, for every seed, and get its own message.
    message : str
        What to tell the student. ``{factor}`` stands for how many times too large or small the answer is (always
        above 1), ``{B}``, ``{Z}`` and the other letters of the signature for the sizes in the check.
    symptom : str, optional
        For wrong answers whose values cannot be foreseen, such as own random draws: the code of the general diagnosis
        (`gentutor.exercises.diagnosis`) that this message replaces.
    """

    name: str
    function: Function
    message: str
    symptom: str = ""


@dataclass(frozen=True, eq=False)  # compared by identity: what is kept of one must not serve its namesake
class Exercise:
    """A function for the student to write.

    Parameters
    ----------
    name : str
        Name of the function; `check` finds the exercise by it.
    lesson : str
        Name of the lesson, such as ``"04_vaes"``.
    task : str
        One sentence: what the function is to return.
    arguments : dict of str to str
        Argument names and their shapes in the fixed letters, such as ``{"mu": "B Z"}``; ``""`` is a scalar tensor.
        What is no tensor has its type instead, in lower case, such as ``{"text": "str"}``.
    returns : str
        Shape or type of the result in the same way.
    points : int
        Points for passing every check.
    oracle : callable
        Computes the right result in another way than the lesson teaches it. What it returns says what is wanted: a
        tensor, a number, text, or a list, tuple or dict of such.
    taught : str
        Where gentutor's own function is, as ``"module:name"``; the lesson goes on with it.
    hints : tuple of str
        Three steps: a nudge, the idea, nearly the answer.
    checks : tuple of Check
        The most telling first; its diagnosis is the one that a student reads.
    misconceptions : tuple of Misconception
        Wrong answers that are recognised; the first that explains every failed check is named.
    alternatives : tuple of callable
        Right answers written differently, which must pass, for every seed.
    differentiable : tuple of str
        Arguments that a gradient must reach.

    Raises
    ------
    ExerciseError
        When the declaration contradicts itself.
    """

    name: str
    lesson: str
    task: str
    arguments: dict[str, str]
    returns: str
    points: int
    oracle: Function
    taught: str
    hints: tuple[str, ...]
    checks: tuple[Check, ...]
    misconceptions: tuple[Misconception, ...]
    alternatives: tuple[Function, ...] = ()
    differentiable: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hints) != N_HINTS:
            raise ExerciseError(f"{self.name} needs {N_HINTS} hints; it has {len(self.hints)}.")
        if not math.isclose(sum(check.share for check in self.checks), 1.0):
            shares = [check.share for check in self.checks]
            raise ExerciseError(f"{self.name}: the shares of its checks must add up to 1; they are {shares}.")
        unknown = set(self.differentiable) - set(self.arguments)
        if unknown:
            raise ExerciseError(f"{self.name} has no argument {', '.join(sorted(unknown))}.")

    @property
    def signature(self) -> str:
        """The call with its shapes, such as ``"kl_divergence(mu (B, Z), logvar (B, Z)) -> (B,)"``."""
        arguments = ", ".join(
            f"{name}: {shape}" if _is_type(shape) else f"{name} {in_brackets(shape)}"
            for name, shape in self.arguments.items()
        )
        return f"{self.name}({arguments}) -> {self.returns if _is_type(self.returns) else in_brackets(self.returns)}"

    @property
    def gradient_positions(self) -> tuple[int, ...]:
        """Positions of the arguments that a gradient must reach."""
        return tuple(list(self.arguments).index(name) for name in self.differentiable)

    def own_function(self) -> Function:
        """Return gentutor's own function, with which the lesson goes on."""
        module, _, name = self.taught.partition(":")
        function: Function = getattr(importlib.import_module(module), name)
        return function

    def sizes(self, arguments: tuple[Any, ...]) -> dict[str, int]:
        """Return what each letter of the signature stands for in these arguments, such as ``{"B": 4, "Z": 3}``."""
        sizes: dict[str, int] = {}
        for letters, value in zip(self.arguments.values(), arguments, strict=True):
            sizes.update(zip(letters.split(), getattr(value, "shape", ()), strict=False))
        return sizes


def in_brackets(letters: str) -> str:
    """Write a shape's letters as Python would, such as ``"B Z"`` as ``"(B, Z)"`` and ``"B"`` as ``"(B,)"``."""
    names = letters.split()
    return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"


def _is_type(shape: str) -> bool:
    """Whether it is the name of a type, such as ``"list of int"``, and no shape in letters."""
    return any(letter.islower() for letter in shape)


Contract = Exercise | Choice | Written
"""What a lesson can ask for."""
