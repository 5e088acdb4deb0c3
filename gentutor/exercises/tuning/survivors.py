"""Exercise `survivors`: which trainings go on in successive halving."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.tuning.inputs import LESSON, losses_of_trainings, losses_with_failures


def survivors(losses: Tensor, factor: int = 3) -> Tensor:
    """Return which trainings go on: the best one of every `factor`, at least one, the best first.

    Parameters
    ----------
    losses : Tensor
        Present loss of each training, (N,); NaN for one that has broken.
    factor : int
        How many times fewer go on.

    Returns
    -------
    Tensor
        Their places in `losses`, whole numbers, (K,) with K = N // factor, but at least 1.
    """
    n_kept = max(1, len(losses) // factor)
    return losses.nan_to_num(nan=math.inf).argsort(stable=True)[:n_kept]


def _oracle(losses: Tensor, factor: int) -> Tensor:
    values = [(math.inf if math.isnan(value) else value, place) for place, value in enumerate(losses.tolist())]
    return torch.tensor([place for _, place in sorted(values)[: max(len(values) // factor, 1)]])


def _kept(losses: Tensor, factor: int) -> int:
    return max(1, len(losses) // factor)


def _nan_first(losses: Tensor, factor: int) -> Tensor:
    return losses.nan_to_num(nan=-math.inf).argsort()[: _kept(losses, factor)]


SURVIVORS = Exercise(
    name="survivors",
    lesson=LESSON,
    task="Return the places of the trainings that go on: the N // factor with the lowest losses (at least one), the "
    "best first. A loss that is not a number (NaN) is worse than any other.",
    arguments={"losses": "N", "factor": "int"},
    returns="K",
    points=4,
    oracle=_oracle,
    taught="gentutor.exercises.tuning.survivors:survivors",
    hints=(
        "Of nine trainings with factor 3, how many go on? And of two? Which ones: the numbers that you return are "
        "*places*, such as [4, 0, 7].",
        "`losses.argsort()` gives the places from the lowest loss to the highest. How many of them do you keep? And "
        "where does a NaN belong?",
        "losses.nan_to_num(nan=math.inf).argsort()[: max(1, len(losses) // factor)]",
    ),
    checks=(
        Check("nine trainings, of which three go on", lambda g: losses_of_trainings(g, 9, 3), share=0.4),
        Check("eleven trainings and factor 4", lambda g: losses_of_trainings(g, 11, 4), share=0.2),
        Check("three of nine broken", losses_with_failures, share=0.2),
        Check("three trainings and factor 4", lambda g: losses_of_trainings(g, 3, 4), share=0.2),
    ),
    misconceptions=(
        Misconception(
            "the worst go on",
            lambda losses, factor: (
                losses.nan_to_num(nan=-math.inf).argsort(descending=True)[: _kept(losses, factor)]
            ),
            "You keep the *highest* losses. Low is good: `argsort()` without `descending`.",
        ),
        Misconception(
            "losses, not places",
            lambda losses, factor: losses.nan_to_num(nan=math.inf).sort().values[: _kept(losses, factor)],
            "You return the losses themselves. Wanted are their places, to know *which* trainings go on: argsort.",
            symptom="dtype",
        ),
        Misconception(
            "ranks, not places",
            lambda losses, factor: losses.nan_to_num(nan=math.inf).argsort().argsort()[: _kept(losses, factor)],
            "You return the ranks of the first trainings. One argsort gives the places of the best; a second one turns "
            "them into ranks.",
        ),
        Misconception(
            "in the order of the list",
            lambda losses, factor: (
                losses.nan_to_num(nan=math.inf).argsort()[: _kept(losses, factor)].sort().values
            ),
            "The right trainings, but in the order of the list. Wanted is the best first.",
        ),
        Misconception(
            "the worst first",
            lambda losses, factor: losses.nan_to_num(nan=math.inf).argsort()[: _kept(losses, factor)].flip(0),
            "The right trainings, but the worst of them first. Wanted is the best first.",
        ),
        Misconception(
            "factor of them",
            lambda losses, factor: losses.nan_to_num(nan=math.inf).argsort()[:factor],
            "You keep `factor` trainings, however many there are. `factor` says how many times *fewer* go on: "
            "N // factor.",
        ),
        Misconception(
            "all but one part",
            lambda losses, factor: (
                losses.nan_to_num(nan=math.inf).argsort()[: len(losses) - _kept(losses, factor)]
            ),
            "You throw out one of every `factor`. It is the other way round: one of every `factor` goes on.",
        ),
        Misconception(
            "rounded up",
            lambda losses, factor: losses.nan_to_num(nan=math.inf).argsort()[: math.ceil(len(losses) / factor)],
            "You round up, so that more go on than the budget pays for: N // factor rounds down.",
        ),
        Misconception(
            "nobody left",
            lambda losses, factor: losses.nan_to_num(nan=math.inf).argsort()[: len(losses) // factor],
            "Right for many trainings, but with fewer than `factor` nobody goes on. Keep at least one: max(1, …).",
        ),
        Misconception(
            "NaN wins",
            _nan_first,
            "Broken trainings go on: a NaN stands before all others in your order. `nan_to_num()` alone makes it 0, "
            "the best loss of all; say what it is to be: nan=math.inf.",
        ),
        Misconception(
            "below a threshold",
            lambda losses, factor: (losses <= losses.nanmean()).nonzero().flatten(),
            "You keep what is better than average, about half of them. How many go on is fixed by the budget: "
            "N // factor.",
        ),
        Misconception(
            "only the best",
            lambda losses, factor: losses.nan_to_num(nan=math.inf).argmin().reshape(1),
            "You keep the best one only. So early, the later winner may stand second: keep N // factor.",
        ),
    ),
    alternatives=(
        lambda losses, factor: losses.argsort()[: _kept(losses, factor)],  # torch sorts a NaN behind all numbers
        lambda losses, factor: (
            torch.topk(losses.nan_to_num(nan=math.inf), _kept(losses, factor), largest=False).indices
        ),
        lambda losses, factor: torch.tensor(
            sorted(range(len(losses)), key=lambda i: math.inf if losses[i].isnan() else losses[i].item())[
                : max(1, len(losses) // factor)
            ]
        ),
        _oracle,
    ),
)
