"""Exercise `backward`: the gradients of a net of two layers, by hand."""

# ruff: noqa: PLR0917  (arguments stand in the order of the formula)
from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.training.inputs import LESSON, batch_and_weights
from gentutor.models.two_layers import forward, loss

Gradients = tuple[Tensor, ...]


def _by_autograd(x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Gradients:
    weights = [w.detach().clone().requires_grad_() for w in (w1, b1, w2, b2)]
    return torch.autograd.grad(loss(x, y, *weights), weights)


def _d_logits(x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """Return the hidden units and the gradient of the logits: what the planted answers go wrong after."""
    h, logits = forward(x, w1, b1, w2, b2)
    truth = torch.eye(len(b2))[y]
    return h, (logits.softmax(1) - truth) / len(x)


def _from(x: Tensor, h: Tensor, d_logits: Tensor, w2: Tensor) -> Gradients:
    """Return the gradients that follow from one of the logits."""
    d_a = d_logits @ w2.T * (h > 0)
    return x.T @ d_a, d_a.sum(0), h.T @ d_logits, d_logits.sum(0)


def _one_by_one(x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Gradients:
    sums = [torch.zeros_like(w) for w in (w1, b1, w2, b2)]
    for i in range(len(x)):
        a = x[i] @ w1 + b1
        h = torch.relu(a)
        d = torch.softmax(h @ w2 + b2, 0)
        d[y[i]] -= 1
        d_a = torch.where(a > 0, w2 @ d, torch.zeros_like(a))
        parts = (torch.outer(x[i], d_a), d_a, torch.outer(h, d), d)
        sums = [total + part / len(x) for total, part in zip(sums, parts, strict=True)]
    return tuple(sums)


def _by_einsum(x: Tensor, y: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> Gradients:
    h, d = _d_logits(x, y, w1, b1, w2, b2)
    d_h = torch.einsum("bk,uk->bu", d, w2)
    d_a = d_h * (h > 0).float()
    return torch.einsum("bd,bu->du", x, d_a), d_a.sum(0), torch.einsum("bu,bk->uk", h, d), d.sum(0)


def _summed(*args: Tensor) -> Gradients:
    return tuple(len(args[0]) * part for part in _by_autograd(*args))


def _uphill(*args: Tensor) -> Gradients:
    return tuple(-part for part in _by_autograd(*args))


def _no_relu(*args: Tensor) -> Gradients:
    x, w2 = args[0], args[4]
    h, d = _d_logits(*args)
    d_h = d @ w2.T
    return x.T @ d_h, d_h.sum(0), h.T @ d, d.sum(0)


def _without_truth(*args: Tensor) -> Gradients:
    h, logits = forward(args[0], *args[2:])
    return _from(args[0], h, logits.softmax(1) / len(args[0]), args[4])


def _without_softmax(*args: Tensor) -> Gradients:
    h, logits = forward(args[0], *args[2:])
    return _from(args[0], h, (logits - torch.eye(len(args[5]))[args[1]]) / len(args[0]), args[4])


def _biases_averaged(*args: Tensor) -> Gradients:
    d_w1, d_b1, d_w2, d_b2 = _by_autograd(*args)
    n = len(args[0])
    return d_w1, d_b1 / n, d_w2, d_b2 / n


def _biases_of_each(*args: Tensor) -> Gradients:
    x, w2 = args[0], args[4]
    h, d = _d_logits(*args)
    d_a = d @ w2.T * (h > 0)
    return x.T @ d_a, d_a, h.T @ d, d


def _transposed(*args: Tensor) -> Gradients:
    d_w1, d_b1, d_w2, d_b2 = _by_autograd(*args)
    return d_w1.T, d_b1, d_w2.T, d_b2


def _layers_swapped(*args: Tensor) -> Gradients:
    d_w1, d_b1, d_w2, d_b2 = _by_autograd(*args)
    return d_w2, d_b2, d_w1, d_b1


def _relu_of_gradient(*args: Tensor) -> Gradients:
    x, w2 = args[0], args[4]
    h, d = _d_logits(*args)
    d_a = (d @ w2.T).clamp_min(0)
    return x.T @ d_a, d_a.sum(0), h.T @ d, d.sum(0)


def _divided_twice(*args: Tensor) -> Gradients:
    return tuple(part / len(args[0]) for part in _by_autograd(*args))


BACKWARD = Exercise(
    name="backward",
    lesson=LESSON,
    task="Return the gradients of the mean cross-entropy with respect to w1, b1, w2 and b2, as a tuple in this order.",
    arguments={"x": "B D", "y": "B", "w1": "D U", "b1": "U", "w2": "U K", "b2": "K"},
    returns="tuple of 4 Tensors",
    points=5,
    oracle=_by_autograd,
    taught="gentutor.models.two_layers:backward",
    hints=(
        "Walk backwards, as on the graph of the last section: from the loss to the logits, through w2 to the hidden "
        "units, through the ReLU, to w1. A gradient always has the shape of what it belongs to.",
        "The gradient of the logits is (p − one_hot(y)) / B. For a product h @ w2, the gradient of w2 is hᵀ @ d and "
        "that of h is d @ w2ᵀ. Where a unit was off, nothing passes. A bias is used once for each example, and where "
        "paths fork, gradients add up.",
        "d = (p − one_hot(y, K)) / len(x), then d_a = d @ w2.T * (h > 0), and the result is "
        "(x.T @ d_a, d_a.sum(0), h.T @ d, d.sum(0)).",
    ),
    checks=(
        Check("a batch of four examples", batch_and_weights, share=1.0),
        Check("a batch of one", lambda g: batch_and_weights(g, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "batch summed",
            _summed,
            "Your gradients are {B} times too large, and {B} is the number of examples: the loss is their mean, so "
            "divide by len(x).",
        ),
        Misconception(
            "divided twice",
            _divided_twice,
            "Your gradients are {B} times too small, and {B} is the number of examples: you divide by it twice.",
        ),
        Misconception(
            "sign",
            _uphill,
            "The sign is flipped. The gradient of the logits is the guess less the truth, p − one_hot(y).",
        ),
        Misconception(
            "ReLU forgotten",
            _no_relu,
            "The second layer is right, the first is not: you go past the ReLU. A unit that was off (h = 0) passes no "
            "gradient on, so multiply by (h > 0).",
        ),
        Misconception(
            "ReLU of the gradient",
            _relu_of_gradient,
            "You put the gradient through a ReLU. What counts is whether the unit was on when the signal went forward: "
            "multiply by (h > 0). The gradient itself may be negative.",
        ),
        Misconception(
            "truth left out",
            _without_truth,
            "The labels play no part: you use p alone. The gradient of the logits is p − one_hot(y).",
        ),
        Misconception(
            "softmax left out",
            _without_softmax,
            "You take the logits less the truth. It is the probabilities less the truth: p = softmax of the logits.",
        ),
        Misconception(
            "biases averaged",
            _biases_averaged,
            "The weights are right, but the biases' gradients are {B} times too small: 1/B is in the gradient of the "
            "logits already, so sum over the examples.",
        ),
        Misconception(
            "biases of each example",
            _biases_of_each,
            "The biases' gradients still have a row for each example. One bias serves all of them: sum over dimension "
            "0.",
        ),
        Misconception(
            "transposed",
            _transposed,
            "The weights' gradients are transposed. Each must have the shape of its weights: x.T @ d_a is ({D}, {U}).",
        ),
        Misconception(
            "layers swapped",
            _layers_swapped,
            "You return the second layer first. The order is that of the arguments: w1, b1, w2, b2.",
        ),
    ),
    alternatives=(_one_by_one, _by_einsum, lambda *args: tuple(part.float() for part in _by_autograd(*args))),
)
