"""Seeded inputs of the checks of lesson 11, laid out so that every planted mistake shows with every seed."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

LESSON = "11_overfitting"

# All sizes differ from each other and from 1, so that a wrong axis cannot go unseen.
B, D, C, H, W = 4, 6, 2, 5, 7


def units(generator: Generator, p: float, training: bool = True) -> tuple[Tensor, Tensor, float, bool]:
    """Return what units say (B, D), dice of which in every row some are below `p` and some are not, `p`, the mode.

    No row of dice has its small numbers where another one has them, and none lies between `p` and 1 - p alone, so that
    keeping where one should drop, and one row of dice for all, both show.
    """
    x = torch.randn(B, D, generator=generator) + 3.0
    dice = torch.stack([torch.randperm(D, generator=generator).roll(row) for row in range(B)])
    dice = (dice + 0.2 + 0.6 * torch.rand(B, D, generator=generator)) / D  # one die in each sixth of [0, 1)
    dice[0], dice[1] = dice[0].sort().values, dice[1].sort(descending=True).values
    return x, dice, p, training


def pictures(generator: Generator, n: int = B) -> tuple[Tensor, Tensor, Tensor]:
    """Return pictures (B, C, H, W) without black pixels; some are mirrored, and each is shifted in a way of its own."""
    x = 0.2 + 0.8 * torch.rand(n, C, H, W, generator=generator)
    flip = torch.arange(n) % 2 == int(torch.randint(2, (1,), generator=generator))
    ways = torch.tensor([[1, -2], [-1, 2], [2, 1], [-2, -1]])[:n]
    return x, flip, ways[torch.randperm(len(ways), generator=generator)]


def one_change(generator: Generator, flip: bool, down: int, right: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return pictures (B, C, H, W) that are all changed in the same way."""
    x = 0.2 + 0.8 * torch.rand(B, C, H, W, generator=generator)
    return x, torch.full((B,), flip), torch.tensor([[down, right]]).repeat(B, 1)


def curve(generator: Generator, heights: list[int], patience: int) -> tuple[list[float], int]:
    """Return validation losses that lie as the numbers `heights` do, on a scale of their own; and the patience."""
    scale, start = (0.5 + torch.rand(2, generator=generator)).tolist()
    return [round(start + scale * height, 4) for height in heights], patience
