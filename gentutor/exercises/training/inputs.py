"""Seeded inputs of the checks of lesson 02."""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor

LESSON = "02_training"

# Examples, inputs, hidden units, classes, weights: all different, so that a wrong axis cannot go unseen.
B, D, U, K, N = 4, 6, 5, 3, 7


def batch_and_weights(generator: Generator, n: int = B) -> tuple[Tensor, ...]:
    """Return x (n, D), labels (n,) and the weights of two layers, some of whose hidden units are off."""
    x = torch.randn(n, D, generator=generator)
    y = torch.randint(K, (n,), generator=generator)
    w1, w2 = torch.randn(D, U, generator=generator), 0.5 * torch.randn(U, K, generator=generator)
    b1, b2 = torch.randn(U, generator=generator), torch.randn(K, generator=generator)
    # A large input pushes one unit up and one down, so that for every seed some are on and some off for each example.
    b1[0], b1[1] = 20.0, -20.0
    w2[0] *= 0.05  # or it alone decides, softmax is sure of itself, and all gradients are next to nothing
    return x, y, w1, b1, w2, b2


def fan_in(generator: Generator, nonlinearity: str) -> tuple[Any, ...]:
    """Return a number of inputs and the nonlinearity's name."""
    return int(torch.randint(20, 2000, (), generator=generator)), nonlinearity


def adam_state(generator: Generator, first: bool = False, size: float = 1.0) -> tuple[Any, ...]:
    """Return weights, a gradient, two means, the number of the step, and Adam's four numbers."""
    w, grad = torch.randn(2, N, generator=generator)
    grad = size * (grad + 0.2 * grad.sign())  # nowhere near 0, where every step is about lr / eps
    m = torch.zeros(N) if first else size * torch.randn(N, generator=generator)
    v = torch.zeros(N) if first else size**2 * (0.2 + torch.rand(N, generator=generator))
    t = 1 if first else int(torch.randint(2, 6, (), generator=generator))
    lr = 0.01 + 0.1 * float(torch.rand((), generator=generator))
    beta1 = 0.75 + 0.15 * float(torch.rand((), generator=generator))
    beta2 = 0.93 + 0.05 * float(torch.rand((), generator=generator))
    eps = 1e-8 if size == 1 else 0.03 * size
    return w, grad, m, v, t, lr, beta1, beta2, eps
