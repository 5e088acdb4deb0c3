"""One step of gradient descent, momentum, Adam and Muon, as plain functions of tensors. Lesson 02 teaches them.

Nothing is changed in place: each returns the new weights, and the new state where it has one. For long runs take
``torch.optim``, whose steps are the same; a test compares them.
"""

# ruff: noqa: PLR0917  (arguments stand in the order of the formula)
from __future__ import annotations

from torch import Tensor

from gentutor.models.muon import orthogonalised


def gradient_step(w: Tensor, grad: Tensor, lr: float) -> Tensor:
    """Return the weights after one step of gradient descent: downhill, as far as it is steep."""
    return w - lr * grad


def momentum_step(w: Tensor, grad: Tensor, v: Tensor, lr: float, momentum: float) -> tuple[Tensor, Tensor]:
    """Return weights and velocity after one step with momentum (Polyak 1964, in the form of ``torch.optim.SGD``)."""
    v = momentum * v + grad
    return w - lr * v, v


def adam_step(
    w: Tensor,
    grad: Tensor,
    m: Tensor,
    v: Tensor,
    t: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return weights, mean and mean square of the gradient after one step of Adam.

    Kingma and Ba (2015), "Adam: a method for stochastic optimization", algorithm 1.

    Parameters
    ----------
    w, grad : Tensor
        Weights and the gradient of the loss with respect to them, of one shape.
    m, v : Tensor
        Running mean of the gradients and of their squares; zeros before the first step.
    t : int
        Number of this step, from 1.
    lr : float
        Learning rate: about how far each weight moves.
    beta1, beta2 : float
        Share of the old means that is kept.
    eps : float
        Keeps the division finite where gradients vanish.
    """
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)  # both means began at 0: undo their shyness
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), m, v


def muon_step(w: Tensor, grad: Tensor, v: Tensor, lr: float, momentum: float = 0.95) -> tuple[Tensor, Tensor]:
    """Return a matrix of weights and its velocity after one step of Muon (Jordan and others 2024).

    Momentum, and then a step that is equally long in every direction of the matrix. Here without Nesterov's
    look-ahead.
    """
    v = momentum * v + grad
    return w - lr * orthogonalised(v), v
