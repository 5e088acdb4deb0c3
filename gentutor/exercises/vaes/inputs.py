"""Seeded inputs of the checks of lesson 04."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

LESSON = "04_vaes"

# All sizes differ from each other and, but for the one channel, from 1, so that a wrong axis cannot go unseen.
B, Z, H, W = 4, 3, 5, 7


def codes(generator: Generator, n: int = B, spread: float = 1.0) -> tuple[Tensor, Tensor]:
    """Return mu and logvar (n, Z); a `spread` of 1 is what an encoder gives after some training."""
    mu = spread * torch.randn(n, Z, generator=generator)
    return mu, spread * (torch.rand(n, Z, generator=generator) * 3 - 2)


def codes_and_noise(generator: Generator, n: int = B, spread: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
    """Return mu, logvar and standard noise, each (n, Z)."""
    return (*codes(generator, n, spread), torch.randn(n, Z, generator=generator))


def pictures_and_codes(generator: Generator, n: int = B, sure: float = 2.0) -> tuple[Tensor, ...]:
    """Return logits of size `sure`, grey pixels, mu and logvar."""
    logits = sure * torch.randn(n, 1, H, W, generator=generator)
    x = torch.rand(n, 1, H, W, generator=generator)
    return (logits, x, *codes(generator, n))
