"""Exercise `normalise`: bring bytes into the range that a network likes."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.data.inputs import LESSON, pixels


def _oracle(x: Tensor, lo: float, hi: float) -> Tensor:
    share = x.double() / 255
    return (1 - share) * lo + share * hi  # a mixture of both ends


def _of_own_range(x: Tensor, lo: float, hi: float) -> Tensor:
    x = x.float()
    return lo + (hi - lo) * (x - x.min()) / (x.max() - x.min())


def _each_of_own_range(x: Tensor, lo: float, hi: float) -> Tensor:
    x = x.float()
    least, most = x.amin((1, 2), keepdim=True), x.amax((1, 2), keepdim=True)
    return lo + (hi - lo) * (x - least) / (most - least)


def _by_table(x: Tensor, lo: float, hi: float) -> Tensor:
    return torch.linspace(lo, hi, 256)[x.long()]


NORMALISE = Exercise(
    name="normalise",
    lesson=LESSON,
    task="Return the pixels as decimal numbers, so that brightness 0 becomes `lo` and brightness 255 becomes `hi`.",
    arguments={"x": "N H W", "lo": "float", "hi": "float"},
    returns="N H W",
    points=2,
    oracle=_oracle,
    taught="gentutor.datasets.preparing:normalise",
    hints=(
        "Do it in two steps: first to the range 0 to 1, then from there to lo to hi. What becomes of 0, and of 255?",
        "Dividing by 255 gives 0 to 1. Stretch that by the width of the new range and move it to where it begins.",
        "The width is hi − lo and it begins at lo: return lo + (hi - lo) * x.float() / 255.",
    ),
    checks=(
        Check("two pictures, to the range -1 to 1", lambda g: pixels(g, -1.0, 1.0), share=0.5),
        Check("two dark pictures, to the range 0 to 3", lambda g: pixels(g, 0.5, 3.5, 1, 130), share=0.25),
        Check("two pictures, to the range -2 to 2", lambda g: pixels(g, -2.0, 2.0), share=0.25),
    ),
    misconceptions=(
        Misconception(
            "range of the batch",
            _of_own_range,
            "You stretch between the darkest and the brightest pixel of this batch. Then the same grey means something "
            "else in every batch. 0 and 255 are the ends of the format: use those.",
        ),
        Misconception(
            "range of each picture",
            _each_of_own_range,
            "You stretch each picture to its own darkest and brightest pixel, so a dark picture becomes as bright as a "
            "light one. 0 and 255 are the ends of the format: use those.",
        ),
        Misconception(
            "only divided",
            lambda x, lo, hi: x / 255,
            "You go to the range 0 to 1, and `lo` and `hi` are not used: stretch by their distance, and move to `lo`.",
        ),
        Misconception(
            "hi taken for the width",
            lambda x, lo, hi: lo + hi * x / 255,
            "255 becomes lo + hi in your function. The width of the new range is hi − lo.",
        ),
        Misconception(
            "not moved",
            lambda x, lo, hi: (hi - lo) * x / 255,
            "The width is right, but 0 stays 0 where it should become `lo`: add it.",
        ),
        Misconception(
            "divided by 256",
            lambda x, lo, hi: lo + (hi - lo) * x / 256,
            "You divide by 256. There are 256 values, but the largest is 255, and that is what must become `hi`.",
        ),
        Misconception(
            "whole-number division",
            lambda x, lo, hi: lo + (hi - lo) * (x // 255),
            "`//` cuts off all decimals, so everything below 255 becomes 0. Divide with a single `/`.",
        ),
        Misconception(
            "overflow",
            lambda x, lo, hi: lo + (x * int(hi - lo)) / 255,
            "You multiply while the pixels are still bytes, which hold no more than 255: 200 · 2 becomes 144 there. "
            "Make them decimal numbers first, with `.float()`.",
        ),
        Misconception(
            "mean and spread",
            lambda x, lo, hi: (x.float() - x.float().mean()) / x.float().std(),
            "You subtract the mean and divide by the spread. That is another kind of normalising, whose range depends "
            "on the batch; wanted is the range `lo` to `hi`.",
        ),
        Misconception(
            "negative",
            lambda x, lo, hi: hi - (hi - lo) * x / 255,
            "Black becomes `hi` and white `lo`: your picture is a negative. Begin at `lo` and add.",
        ),
    ),
    alternatives=(
        _by_table,
        lambda x, lo, hi: x / 255 * (hi - lo) + lo,
        lambda x, lo, hi: torch.lerp(torch.full(x.shape, lo), torch.full(x.shape, hi), x / 255),
    ),
)
