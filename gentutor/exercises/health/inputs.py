"""Seeded inputs of the checks of lesson 13."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

LESSON = "13_health"

# All sizes differ from each other and from 1, so that a wrong axis cannot go unseen.
B, P, N, M = 7, 5, 40, 31


def answers(generator: Generator, worse: bool = True) -> tuple[Tensor, Tensor, Tensor]:
    """Return outcomes (N), and what two models say of them (N): the real one's errors, and the synthetic one's."""
    outcome = torch.randint(2, (N,), generator=generator)
    order = torch.randperm(N, generator=generator)
    few, many = (4, 11) if worse else (9, 3)
    real, synthetic = outcome.clone(), outcome.clone()
    real[order[:few]] = 1 - real[order[:few]]
    synthetic[order[-many:]] = 1 - synthetic[order[-many:]]
    return real, synthetic, outcome


def distances(generator: Generator, leak: float) -> tuple[Tensor, Tensor, float]:
    """Return the nearest distances of members (N) and strangers (M), and a threshold that parts both.

    The members are nearer by `leak`. Nobody lies at the threshold.
    """
    members = 0.3 + torch.rand(N, generator=generator)
    strangers = 0.3 + leak + torch.rand(M, generator=generator)
    ordered = torch.cat([members, strangers]).sort().values
    at = len(ordered) // 2 - 4
    return members, strangers, float((ordered[at] + ordered[at + 1]) / 2)


def gradients(generator: Generator, noise: float) -> tuple[Tensor, float, float, Tensor]:
    """Return gradients (B, P) of which some are too long, a clip norm, the noise and a draw (P)."""
    lengths = torch.tensor([0.2, 0.5, 1.1, 2.0, 3.0, 5.0, 9.0])[torch.randperm(B, generator=generator)]
    away = torch.randn(B, P, generator=generator)
    grads = away / away.norm(dim=1, keepdim=True) * lengths[:, None]
    return grads, 1.6, noise, torch.randn(P, generator=generator)
