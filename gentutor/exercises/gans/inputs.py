"""Seeded inputs of the checks of lesson 03, and the small discriminator whose slope is asked for."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

LESSON = "03_gans"

# All sizes differ from each other and from 1, so that a wrong axis cannot go unseen.
B, D, K = 4, 3, 5


def two_batches(generator: Generator, n: int = B, sure: float = 1.5) -> tuple[Tensor, Tensor]:
    """Return logits of real and of fake examples, (n,) each, of size `sure`."""
    real, fake = sure * torch.randn(2, n, generator=generator)
    return real, fake


def one_batch(generator: Generator, n: int = B, sure: float = 1.5) -> tuple[Tensor]:
    """Return logits of fake examples, (n,), of size `sure`."""
    return (sure * torch.randn(n, generator=generator),)


def beyond_doubt(generator: Generator, n: int = B) -> Tensor:
    """Return logits so large that a sigmoid rounds to 0 or 1, by turns below and above 0: (n,)."""
    size = 110 + 40 * torch.rand(n, generator=generator)
    return size * (2 * (torch.arange(n) % 2) - 1)


def points_and_weights(generator: Generator, n: int = B, size: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
    """Return examples x (n, D) and the weights w (K, D) and v (K,) of `bend`."""
    x = torch.randn(n, D, generator=generator)
    return x, size * torch.randn(K, D, generator=generator) / 2, size * torch.randn(K, generator=generator)


def bend(x: Tensor, w: Tensor, v: Tensor) -> Tensor:
    """Return logits (B,) of a discriminator that is small enough to check by hand: one layer of tanh, no bias."""
    return torch.tanh(x @ w.T) @ v  # (B, D) -> (B, K) -> (B,)
