"""Seeded inputs of the checks of lesson 09."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

LESSON = "09_evaluation"

# All sizes differ from each other and from 1, so that a wrong axis cannot go unseen.
N, M, D, K = 23, 31, 3, 4


def counts(generator: Generator, never: bool = False) -> tuple[Tensor]:
    """Return a confusion matrix (K, K); with `never`, one class was never called and another is not there."""
    table = torch.randint(1, 9, (K, K), generator=generator) + 12 * torch.eye(K, dtype=torch.long)
    table[0] += 7  # row and column sums differ
    if never:
        table[:, 1] = 0
        table[2] = 0
    return (table,)


def two_sets(generator: Generator, n: int = N, m: int = M, shift: float = 2.0) -> tuple[Tensor, Tensor]:
    """Return features (n, D) and (m, D) of two sets that differ in mean, in spread and in how features go together."""
    mixing = torch.randn(2, D, D, generator=generator)
    x = torch.randn(n, D, generator=generator) @ mixing[0]
    reference = 1.5 * torch.randn(m, D, generator=generator) @ mixing[1]
    return x + shift, reference


def neighbours(generator: Generator, k: int) -> tuple[Tensor, Tensor, int]:
    """Return generated features (N, D), half of them near a few real ones, real features (M, D), and `k`."""
    real = torch.randn(M, D, generator=generator)
    near = real[:5].repeat(3, 1)[: N // 2] + 0.05 * torch.randn(N // 2, D, generator=generator)
    far = 1.5 * torch.randn(N - N // 2, D, generator=generator) + 0.5
    return torch.cat([near, far]), real, k


def recited(generator: Generator, ratio: float) -> tuple[Tensor, Tensor, float]:
    """Return generated features (N, D), training features (M, D), and `ratio`.

    Nine items are recited, eight of them in pairs, so that few training items have just one near; four lie at a ratio
    that only squared distances would take for recited; three between two neighbours, which only the mean distance
    would; seven far outside.
    """
    train = 30 * torch.randn(M, D, generator=generator)  # no distance is below `ratio` itself
    found = torch.cdist(train, train).topk(2, largest=False)
    gap, beside = found.values[:, 1], train[found.indices[:, 1]]
    origin = torch.tensor([0, 1, 1, 2, 2, 3, 3, 4, 4])
    away = torch.randn(9, D, generator=generator)
    near = train[origin] + 0.05 * (gap[origin] / away.norm(dim=1))[:, None] * away
    between = (ratio + ratio**0.5) / 2  # of the two distances; on the way to the nearest neighbour both are known
    honest = train[9:13] + between / (1 + between) * (beside - train)[9:13]
    close = 13 + gap[13:].argsort()[:3]
    crowded = train[close] + 0.47 * (beside - train)[close]
    outside = torch.randn(N - 16, D, generator=generator)
    return torch.cat([near, honest, crowded, 500 * outside / outside.norm(dim=1, keepdim=True)]), train, ratio
