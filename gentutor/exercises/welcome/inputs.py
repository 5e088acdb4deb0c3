"""Seeded inputs of the checks of lesson 00."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

LESSON = "00_welcome"

B, K = 5, 3  # examples and classes; different, so that a wrong axis cannot go unseen


def densities(generator: Generator, n: int = B, far: float = 0.0) -> tuple[Tensor, Tensor]:
    """Return log-likelihoods (n, K), `far` below 0, and log-priors (K,) of unequal classes."""
    shares = torch.rand(K, generator=generator) + torch.tensor([0.2, 1.0, 3.0])
    log_likelihoods = 1.5 * torch.randn(n, K, generator=generator) - 1.0 - far
    return log_likelihoods, (shares / shares.sum()).log()


def run_settings(generator: Generator, scale: int = 1) -> tuple[int, int, int]:
    """Return weights, examples in a step, and steps of a training run, all different and above 7."""
    draw = [int(torch.randint(0, 400, (), generator=generator)) for _ in range(3)]
    return 20_000 * scale + draw[0], 1_000 + draw[1], 300 + draw[2] // 2
