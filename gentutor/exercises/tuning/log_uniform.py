"""Exercise `log_uniform`: draws that are as likely between 0.001 and 0.01 as between 0.01 and 0.1."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.tuning.inputs import LESSON, draws_and_range


def log_uniform(u: Tensor, low: float, high: float) -> Tensor:
    """Return values that are spread evenly over the powers of ten from `low` to `high`.

    Parameters
    ----------
    u : Tensor
        Draws that are spread evenly over 0 to 1, (N,).
    low, high : float
        Ends of the range, above 0.

    Returns
    -------
    Tensor
        Values (N,): `low` where u is 0, `high` where it is 1.
    """
    return low * (high / low) ** u


def _oracle(u: Tensor, low: float, high: float) -> Tensor:
    exponents = math.log10(low) + u.double() * (math.log10(high) - math.log10(low))
    return 10**exponents


LOG_UNIFORM = Exercise(
    name="log_uniform",
    lesson=LESSON,
    task="Turn even draws u from 0 to 1 into values from `low` to `high` that are even on a logarithmic scale: low "
    "where u is 0, high where it is 1, and equal factors for equal steps of u.",
    arguments={"u": "N", "low": "float", "high": "float"},
    returns="N",
    points=3,
    oracle=_oracle,
    taught="gentutor.exercises.tuning.log_uniform:log_uniform",
    hints=(
        "From 0.001 to 0.1, which value lies half-way if equal *factors* count as equal steps? It is ten times the one "
        "end and a tenth of the other.",
        "Draw the logarithm evenly: go from log(low) to log(high) by the share u, then undo the logarithm with exp. "
        "Or: how often does the factor high / low fit in, if only the share u of the way is gone?",
        "low * (high / low) ** u",
    ),
    checks=(
        Check("learning rates from 0.00001 to 1", lambda g: draws_and_range(g, 1e-5, 1.0), share=0.5),
        Check("widths from 8 to 300", lambda g: draws_and_range(g, 8.0, 300.0, 5), share=0.5),
        Check("one draw", lambda g: draws_and_range(g, 0.02, 0.5, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "linear",
            lambda u, low, high: low + (high - low) * u,
            "Your draws are even on a linear scale: from 0.00001 to 1, nine of ten lie above 0.1, and hardly any where "
            "good learning rates are. Draw the logarithm evenly.",
        ),
        Misconception(
            "not undone",
            lambda u, low, high: math.log(low) + u * math.log(high / low),
            "You return logarithms. Undo the logarithm at the end, with exp.",
        ),
        Misconception(
            "not undone, base 10",
            lambda u, low, high: math.log10(low) + u * math.log10(high / low),
            "You return powers of ten, the exponents alone. The last step is missing: 10 to that power.",
        ),
        Misconception(
            "e and 10 mixed",
            lambda u, low, high: torch.exp(math.log10(low) + u * math.log10(high / low)),
            "You take logarithms to base 10 and undo them with exp, which belongs to the natural logarithm. Use "
            "math.log with exp, or math.log10 with 10 ** ….",
        ),
        Misconception(
            "10 and e mixed",
            lambda u, low, high: 10 ** (math.log(low) + u * math.log(high / low)),
            "You take natural logarithms and undo them with 10 ** …. Use math.log with torch.exp, or math.log10 with "
            "10 ** ….",
        ),
        Misconception(
            "ends exchanged",
            lambda u, low, high: high * (low / high) ** u,
            "The ends are exchanged: u = 0 must give `low`, and u = 1 `high`.",
        ),
        Misconception(
            "low forgotten",
            lambda u, low, high: (high / low) ** u,
            "Your values begin at 1 instead of at `low`: multiply by `low`.",
        ),
        Misconception(
            "high instead of the factor",
            lambda u, low, high: low * high**u,
            "You end at low · high. The factor between both ends is high / low; take that to the power u.",
        ),
        Misconception(
            "logarithm of the draw",
            lambda u, low, high: low + (high - low) * (1 + u.log() / 10).clamp(min=0),
            "You take the logarithm of u. The draw stays as it is; the logarithms of `low` and `high` are what is "
            "walked between.",
        ),
        Misconception(
            "squared",
            lambda u, low, high: low + (high - low) * u**2,
            "A square favours small values, but not by equal factors: each power of ten must get as many draws as the "
            "next.",
        ),
        Misconception(
            "own draws",
            lambda u, low, high: low * (high / low) ** torch.rand(u.shape),
            "You draw anew. The draws are given: use `u`, so that the same draws give the same values.",
            symptom="not repeatable",
        ),
    ),
    alternatives=(
        lambda u, low, high: torch.exp(math.log(low) + u * (math.log(high) - math.log(low))),
        lambda u, low, high: 10 ** torch.lerp(torch.tensor(math.log10(low)), torch.tensor(math.log10(high)), u),
        lambda u, low, high: low ** (1 - u) * high**u,
    ),
)
