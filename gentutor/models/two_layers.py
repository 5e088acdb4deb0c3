"""A classifier of two layers whose gradients are worked out by hand. Lesson 02 teaches it."""

# ruff: noqa: PLR0917  (arguments stand in the order of the formula)
from __future__ import annotations

from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot


def forward(x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """Return the hidden units (B, U) after their ReLU, and the logits (B, K).

    Parameters
    ----------
    x : Tensor
        Examples as rows, (B, D).
    w1, b1 : Tensor
        First layer, (D, U) and (U,).
    w2, b2 : Tensor
        Second layer, (U, K) and (K,).
    """
    h = (x @ w1 + b1).clamp_min(0)  # (B, D) -> (B, U)
    return h, h @ w2 + b2  # (B, U) -> (B, K)


def loss(x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Tensor:
    """Return the mean cross-entropy of a batch in nats, a scalar, for labels `y` (B,); the rest as `forward`."""
    return cross_entropy(forward(x, w1, b1, w2, b2)[1], y)


def backward(x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> tuple[Tensor, ...]:
    """Return the gradients of `loss` with respect to w1, b1, w2 and b2, each of its weight's shape.

    Rumelhart, Hinton and Williams (1986), "Learning representations by back-propagating errors".

    Parameters
    ----------
    x : Tensor
        Examples as rows, (B, D).
    y : Tensor
        Their classes, whole numbers (B,).
    w1, b1 : Tensor
        First layer, (D, U) and (U,).
    w2, b2 : Tensor
        Second layer, (U, K) and (K,).
    """
    h, logits = forward(x, w1, b1, w2, b2)
    d_logits = (logits.softmax(1) - one_hot(y, logits.shape[1])) / len(x)  # (B, K): the guess less the truth
    d_a = d_logits @ w2.T * (h > 0)  # (B, K) -> (B, U): nothing passes a unit that was off
    return x.T @ d_a, d_a.sum(0), h.T @ d_logits, d_logits.sum(0)
