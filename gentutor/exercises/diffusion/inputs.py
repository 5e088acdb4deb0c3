"""Seeded inputs of the checks of lesson 07, and the small field along which `euler_sample` is tried."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from gentutor.exercises.contract import Check

LESSON = "07_diffusion"

# All sizes differ from each other and from 1, so that a wrong axis cannot go unseen.
B, C, H, W, D = 4, 3, 5, 2, 6


def pictures_on_their_way(generator: Generator, kind: int = 0, n: int = B) -> tuple[Tensor, Tensor, Tensor, int]:
    """Return pictures (n, C, H, W), noise of that shape, a time in [0.1, 0.9] for each, and the kind of schedule."""
    x, eps = torch.randn(2, n, C, H, W, generator=generator)
    return 2 + x, eps, 0.1 + 0.8 * torch.rand(n, generator=generator), kind


ON_EVERY_SCHEDULE = (
    Check("four pictures on the straight schedule", pictures_on_their_way, share=0.5),
    Check("the cosine schedule", lambda g: pictures_on_their_way(g, 1), share=0.25),
    Check("DDPM's schedule", lambda g: pictures_on_their_way(g, 2), share=0.25),
    Check("a single picture", lambda g: pictures_on_their_way(g, 0, 1), share=0.0),
)
"""The checks of `add_noise` and of `velocity_target`."""


def noise_and_steps(generator: Generator, n_steps: int = 5, n: int = B) -> tuple[Tensor, int]:
    """Return noise (n, D) and a number of steps."""
    return torch.randn(n, D, generator=generator), n_steps


def two_velocities(generator: Generator, guidance: float, n: int = B) -> tuple[Tensor, Tensor, float]:
    """Return velocities with and without a condition, (n, C, H, W) each, and the guidance."""
    told, untold = torch.randn(2, n, C, H, W, generator=generator)
    return 1 + told, untold, guidance


def drift(x: Tensor, t: Tensor) -> Tensor:
    """Return velocities (B, D) of a field that is easy to see through: a push that grows, and a pull that fades."""
    return 1 + 2 * t[:, None] - (1 - t[:, None]) * x
