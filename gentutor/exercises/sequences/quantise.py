"""Exercise `quantise`: brightness becomes one of a few tokens."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.sequences.inputs import LESSON, pixels


def _oracle(x: Tensor, levels: int) -> Tensor:
    greys = torch.linspace(0, 1, levels, dtype=torch.float64)
    return (x.double()[..., None] - greys).abs().argmin(-1)  # the nearest grey


def _stretched(x: Tensor, levels: int) -> Tensor:
    return ((x - x.min()) / (x.max() - x.min()) * (levels - 1)).round().long()


def _by_numpy(x: Tensor, levels: int) -> Tensor:
    edges = (np.arange(levels - 1) + 0.5) / (levels - 1)
    return torch.from_numpy(np.digitize(x.numpy(), edges))


QUANTISE = Exercise(
    name="quantise",
    lesson=LESSON,
    task="Return for each pixel the number of the nearest of `levels` equally spaced greys, of which 0 is black and "
    "levels − 1 is white.",
    arguments={"x": "B H W", "levels": "int"},
    returns="B H W",
    points=2,
    oracle=_oracle,
    taught="gentutor.datasets.quantising:quantise",
    hints=(
        "With three levels there is black, middle grey and white: 0, 1/2 and 1. Which numbers do you multiply these by "
        "to get the tokens 0, 1 and 2?",
        "Between 0 and 1 there are levels − 1 steps. Stretch by that, then go to the *nearest* whole number.",
        "Whole numbers as tokens: (x * (levels - 1)).round().long().",
    ),
    checks=(
        Check("two pictures in 8 greys", lambda g: pixels(g, 8), share=0.5),
        Check("two dark pictures in 4 greys", lambda g: pixels(g, 4, 0.1, 0.6), share=0.3),
        Check("black and white", lambda g: pixels(g, 2), share=0.2),
    ),
    misconceptions=(
        Misconception(
            "one level too many",
            lambda x, levels: (x * levels).round().long(),
            "White becomes token `levels`, which is not in the vocabulary: the tokens run from 0 to levels − 1, so "
            "there are levels − 1 steps between black and white.",
        ),
        Misconception(
            "equal bins",
            lambda x, levels: (x * levels).floor().long().clamp(max=levels - 1),
            "You cut the range into `levels` equal bins. Asked for is the nearest grey: black and white are greys of "
            "their own, so their bins are only half as wide.",
        ),
        Misconception(
            "cut off",
            lambda x, levels: (x * (levels - 1)).floor().long(),
            "You always round down (`.long()` alone does that too), so hardly anything but pure white gets the "
            "brightest token. Go to the nearest: `.round()` first.",
        ),
        Misconception(
            "rounded up",
            lambda x, levels: (x * (levels - 1)).ceil().long(),
            "You always round up, so hardly anything but pure black stays black. Go to the nearest: `.round()`.",
        ),
        Misconception(
            "decimal tokens",
            lambda x, levels: (x * (levels - 1)).round(),
            "The values are right, but they are decimal numbers. A token is the number of a row in a table, so it must "
            "be whole: add `.long()`.",
            symptom="dtype",
        ),
        Misconception(
            "greys instead of tokens",
            lambda x, levels: ((x * (levels - 1)).round() / (levels - 1)).round().long(),
            "You went back to brightness, between 0 and 1, so nearly all tokens are lost. Tokens run from 0 to "
            "levels − 1.",
        ),
        Misconception(
            "range of the batch",
            _stretched,
            "You stretch between the darkest and the brightest pixel of this batch, so the same grey gets another "
            "token in every batch. 0 is black and 1 is white, always.",
        ),
        Misconception(
            "bytes",
            lambda x, levels: (x * 255).round().long(),
            "You return bytes: 256 greys, whatever `levels` is. The tokens run from 0 to levels − 1.",
        ),
        Misconception(
            "negative",
            lambda x, levels: ((1 - x) * (levels - 1)).round().long(),
            "Black got the highest token and white 0: your picture is a negative.",
        ),
    ),
    alternatives=(
        lambda x, levels: torch.floor(x * (levels - 1) + 0.5).to(torch.int64),
        lambda x, levels: torch.bucketize(x, (torch.arange(levels - 1) + 0.5) / (levels - 1)),
        _by_numpy,
    ),
)
