"""Exercise `green_z_score`: by how many standard deviations too many tokens are green."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.ethics.inputs import LESSON, colours


def _oracle(green: Tensor, share: float) -> Tensor:
    n, found = len(green), sum(green.tolist())
    return torch.tensor((found / n - share) / math.sqrt(share * (1 - share) / n))


def _counted(green: Tensor, share: float) -> Tensor:
    return green.sum() - share * len(green)


GREEN_Z_SCORE = Exercise(
    name="green_z_score",
    lesson=LESSON,
    task="Return the z score of T tokens: the green ones, less those expected by chance, in standard deviations.",
    arguments={"green": "T", "share": "float"},
    returns="",
    points=3,
    oracle=_oracle,
    taught="gentutor.ethics.marking_text:green_z_score",
    hints=(
        "How many tokens are green? How many would be, had the text no mark?",
        "Each token is a coin that falls on green with chance γ (`share`). T coins give γT green ones on average, "
        "with standard deviation √(Tγ(1 − γ)).",
        "n = len(green); above = green.sum() - share * n; then divide `above` by (n * share * (1 - share)) ** 0.5.",
    ),
    checks=(
        Check("200 tokens, a quarter green by chance", lambda g: colours(g, 200, 0.25, 0.45), share=0.6),
        Check("50 tokens, 40 % green by chance", lambda g: colours(g, 50, 0.4, 0.6), share=0.4),
    ),
    misconceptions=(
        Misconception(
            "divided by the variance",
            lambda green, share: _counted(green, share) / (len(green) * share * (1 - share)),
            "You divide by the variance. A z score is in standard deviations: take the root of Tγ(1 − γ).",
        ),
        Misconception(
            "length forgotten in the spread",
            lambda green, share: _counted(green, share) / (share * (1 - share)) ** 0.5,
            "You divide by the standard deviation of *one* token. That of the sum of T of them is √T times as large.",
        ),
        Misconception(
            "half expected",
            lambda green, share: (
                (green.sum() - 0.5 * len(green)) / (len(green) * share * (1 - share)) ** 0.5
            ),
            "You expect half of the tokens to be green. By chance it is the share γ, which need not be a half.",
        ),
        Misconception(
            "nothing expected taken away",
            lambda green, share: green.sum() / (len(green) * share * (1 - share)) ** 0.5,
            "Without a mark γT tokens are green by chance: take them away before you divide.",
        ),
        Misconception(
            "no standard deviations",
            lambda green, share: _counted(green, share).float(),
            "That is how many green tokens are too many. Is it much? Divide by the standard deviation √(Tγ(1 − γ)).",
        ),
        Misconception(
            "share of green only",
            lambda green, share: green.float().mean() - share,
            "That is by which *share* too many are green. The same share is chance in ten tokens, and a proof in a "
            "thousand: divide by the standard deviation of a share, √(γ(1 − γ)/T).",
        ),
        Misconception(
            "the spread of red",
            lambda green, share: _counted(green, share) / (len(green) * (1 - share)) ** 0.5,
            "The spread of a coin is √(γ(1 − γ)): chance of green times chance of red. Yours lacks γ.",
        ),
    ),
    alternatives=(
        lambda green, share: (green.float().mean() - share) / (share * (1 - share) / len(green)) ** 0.5,
        lambda green, share: torch.tensor(
            (int(green.sum()) - share * len(green)) / math.sqrt(len(green) * share * (1 - share))
        ),
    ),
)
