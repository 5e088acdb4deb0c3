"""Seeded inputs of the checks of lesson 08."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

LESSON = "08_tuning"


def draws_and_range(generator: Generator, low: float, high: float, n: int = 7) -> tuple[Tensor, float, float]:
    """Return `n` draws in (0, 1), none at an end or in the middle, and the range."""
    u = 0.05 + 0.4 * torch.rand(n, generator=generator)
    u[::2] += 0.5
    return u, low, high


def losses_of_trainings(generator: Generator, n: int, factor: int) -> tuple[Tensor, int]:
    """Return `n` different losses in random order, none near another, and how many times fewer go on."""
    order = torch.randperm(n, generator=generator)
    while n > 1 and _too_tidy(order):
        order = torch.randperm(n, generator=generator)
    return 2.0 + 0.1 * order + 0.02 * torch.rand(n, generator=generator), factor


def _too_tidy(order: Tensor) -> bool:
    """Whether places and ranks can be mistaken for one another: its own inverse, or begins sorted, up or down."""
    ranks = order.argsort()
    down = len(ranks) > 2 and bool((ranks[:3].diff() < 0).all())
    return down or bool((ranks[:2] == order[:2]).any() or (ranks[:2].diff() > 0).all())


def losses_with_failures(generator: Generator, n: int = 9, factor: int = 3) -> tuple[Tensor, int]:
    """Return losses of which three are not a number, two of them among those that would else go on."""
    losses, _ = losses_of_trainings(generator, n, factor)
    ranks = losses.argsort()
    losses[ranks[[0, 2, 5]]] = float("nan")
    return losses, factor


def losses_over_seeds(generator: Generator, n_settings: int = 5, n_seeds: int = 4) -> tuple[Tensor]:
    """Return losses (C, S) in which the best mean, the luckiest seed and the best median are three settings."""
    spread = 0.01 * torch.rand(n_settings, n_seeds, generator=generator)
    losses = 2.8 + 0.1 * torch.arange(n_settings)[:, None] + spread
    losses[0] = 2.5 + 3 * spread[0]  # the best mean, and not the steadiest
    losses[1] = 2.65 + spread[1]
    losses[1, 0] = 2.2  # the luckiest single seed, and a mean of about 2.54
    losses[3] = 3.1 + 0.1 * spread[3]  # the steadiest
    losses[2] = 2.45 + spread[2]
    losses[2, -1] = 3.1  # the best median, and a mean of about 2.61
    return (losses[torch.randperm(n_settings, generator=generator)],)


def two_settings(generator: Generator) -> tuple[Tensor]:
    """Return losses (2, 3) of two settings over three seeds."""
    losses = 2.5 + 0.2 * torch.rand(2, 3, generator=generator)
    losses[int(torch.randint(2, (1,), generator=generator))] += 0.5
    return (losses,)
