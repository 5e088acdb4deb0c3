"""Seeded inputs of the checks of lesson 05, laid out so that every planted mistake shows with every seed."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

LESSON = "05_transformers"

# All sizes differ from each other and from 1, so that a wrong axis cannot go unseen.
B, H, T, D, N = 2, 3, 5, 7, 8

# Chances of eight tokens, likeliest first. Two tokens are never alike, and no sum of the first few falls on a limit.
_CHANCES = torch.tensor([0.30, 0.24, 0.18, 0.11, 0.07, 0.05, 0.03, 0.02])


def heads(generator: Generator, n_queries: int = T, size: float = 1.5) -> tuple[Tensor, Tensor, Tensor]:
    """Return queries of the last `n_queries` tokens, and keys and values of all T: (B, H, T, D) each."""
    q, k, v = size * torch.randn(3, B, H, T, D, generator=generator)
    return q[:, :, -n_queries:], k, v


def surprises(generator: Generator, n_rows: int = 3, n_columns: int = 4) -> tuple[Tensor]:
    """Return logarithms of chances between 0.02 and 0.9, (n_rows, n_columns), rows of different difficulty."""
    chances = 0.02 + 0.5 * torch.rand(n_rows, n_columns, generator=generator)
    return ((chances * torch.linspace(0.5, 1.6, n_rows).unsqueeze(1)).log(),)


def scores(generator: Generator, temperature: float, top_k: int, top_p: float) -> tuple[Tensor, float, int, float]:
    """Return logits (B, N) that become nearly `_CHANCES`, in mixed order, at this temperature; and the settings."""
    logits = []
    for _ in range(B):
        chances = _CHANCES * (1 + 0.04 * (2 * torch.rand(N, generator=generator) - 1))
        shift = torch.randn(1, generator=generator)  # logits are free up to a constant
        order = torch.randperm(N, generator=generator)
        logits.append((chances.log() * (temperature or 1.0) + shift)[order])
    return torch.stack(logits), temperature, top_k, top_p
