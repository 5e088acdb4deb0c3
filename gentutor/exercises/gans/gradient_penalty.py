"""Exercise `gradient_penalty`: how steep the discriminator is at real examples, as a number that can be descended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.gans.inputs import LESSON, B, bend, points_and_weights

_PATIENCE_S = 15.0  # torch.func, which some may take for the slope, needs seconds for its first import


def gradient_penalty(x: Tensor, *weights: Tensor, discriminator: Callable[..., Tensor] = bend) -> Tensor:
    """Return the mean squared length of the discriminator's slope at the examples `x`: a scalar.

    Parameters
    ----------
    x : Tensor
        Examples, (B, D) or images (B, C, H, W).
    *weights : Tensor
        What `discriminator` needs besides; nothing for a network, which carries its weights.
    discriminator : callable
        ``discriminator(x, *weights)`` returns one logit for each example.
    """
    x = x.detach().requires_grad_(True)
    logits = discriminator(x, *weights)
    (slope,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return slope.square().flatten(1).sum(1).mean()


def _slope(x: Tensor, w: Tensor, v: Tensor) -> Tensor:
    """Return the slope by hand, (B, D): what the planted answers go wrong with."""
    return ((1 - torch.tanh(x @ w.T).square()) * v) @ w


def _oracle(x: Tensor, w: Tensor, v: Tensor) -> Tensor:
    return _slope(x.double(), w.double(), v.double()).square().sum(1).mean()


def _without_graph(x: Tensor, w: Tensor, v: Tensor) -> Tensor:
    x = x.detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(bend(x, w, v).sum(), x)
    return slope.square().sum(1).mean()


def _one_at_a_time(x: Tensor, w: Tensor, v: Tensor) -> Tensor:
    total: Any = 0.0
    for row in x:
        point = row.detach().clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(bend(point[None], w, v)[0], point, create_graph=True)
        total = total + slope @ slope
    mean: Tensor = total / len(x)
    return mean


def _by_ones(x: Tensor, w: Tensor, v: Tensor) -> Tensor:
    x = x.clone().detach().requires_grad_(True)
    logits = bend(x, w, v)
    slope: Any = torch.autograd.grad(logits, x, grad_outputs=torch.ones_like(logits), create_graph=True)[0]
    mean: Tensor = slope.norm(2, dim=1).pow(2).sum() / logits.shape[0]
    return mean


def _along_the_weights(x: Tensor, w: Tensor, v: Tensor) -> Tensor:
    bent = torch.tanh(x @ w.T)
    slope = (1 - bent.square()).unsqueeze(2) * x.unsqueeze(1) * v[None, :, None]  # of each logit by w: (B, K, D)
    return slope.sum(0).square().sum(1).mean()


GRADIENT_PENALTY = Exercise(
    name="gradient_penalty",
    lesson=LESSON,
    task="Return the R1 penalty: the squared length of each logit's gradient with respect to its own example, averaged "
    "over the batch.",
    arguments={"x": "B D", "w": "K D", "v": "K"},
    returns="",
    points=5,
    oracle=_oracle,
    taught="gentutor.exercises.gans.gradient_penalty:gradient_penalty",
    hints=(
        "You want the slope of the discriminator on its input, not on its weights. `torch.autograd.grad(outputs, "
        "inputs)` gives it, if the inputs require a gradient.",
        "Make x a leaf: x.detach().requires_grad_(True). Each logit depends on its own example only, so the gradient "
        "of their *sum* holds one slope for each example. You will descend on a function of the slope, so it must "
        "stay connected: create_graph=True.",
        "(slope,) = torch.autograd.grad(discriminator(x, *weights).sum(), x, create_graph=True), and the result is "
        "slope.square().flatten(1).sum(1).mean().",
    ),
    checks=(
        Check("four examples and a gentle discriminator", points_and_weights, share=0.6, seconds=_PATIENCE_S),
        Check("a steep discriminator", lambda g: points_and_weights(g, B, 2.0), share=0.4),
        Check("one example", lambda g: points_and_weights(g, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "graph not kept",
            _without_graph,
            "The number is right, but it is cut off from the discriminator's weights, so the penalty would never make "
            "them flatter. Ask for the slope with `create_graph=True`, and detach nothing after it.",
            symptom="no gradient",
        ),
        Misconception(
            "gradient of the mean",
            lambda x, w, v: (_slope(x, w, v) / len(x)).square().sum(1).mean(),
            "Your penalty is {factor} times too small, the square of the batch size {B}: you took the gradient of the "
            "*mean* logit, which divides every slope by {B}. Take that of the sum.",
        ),
        Misconception(
            "length not squared",
            lambda x, w, v: _slope(x, w, v).norm(dim=1).mean(),
            "You average the lengths of the slopes. R1 squares them: steep places must hurt more, and flat ones not.",
        ),
        Misconception(
            "pulled to length one",
            lambda x, w, v: (_slope(x, w, v).norm(dim=1) - 1).square().mean(),
            "That is the penalty of WGAN-GP, which pulls the slope's length to 1. R1 pulls it to 0.",
        ),
        Misconception(
            "summed over the batch",
            lambda x, w, v: _slope(x, w, v).square().sum(),
            "Your penalty is {factor} times too large, and {B} is the number of examples: average over the batch.",
        ),
        Misconception(
            "mean over coordinates",
            lambda x, w, v: _slope(x, w, v).square().mean(),
            "Your penalty is {factor} times too small, and {D} is the number of coordinates. A squared length is a sum "
            "over them; only the batch is averaged.",
        ),
        Misconception(
            "halved",
            lambda x, w, v: 0.5 * _slope(x, w, v).square().sum(1).mean(),
            "Your penalty is half of what is asked. The ½ of R1 stands outside, beside the weight.",
        ),
        Misconception(
            "batch not averaged",
            lambda x, w, v: _slope(x, w, v).square().sum(1),
            "You have one penalty for each of the {B} examples. Average them, to get a single number.",
        ),
        Misconception(
            "the logits squared",
            lambda x, w, v: bend(x, w, v).square().mean(),
            "You square the logits themselves. The penalty is on their *slope*: how fast they change with x.",
        ),
        Misconception(
            "slope summed before it is squared",
            lambda x, w, v: _slope(x, w, v).sum(1).square().mean(),
            "You add up the coordinates of the slope and square the sum, so a step up and a step down cancel out. "
            "Square first, then add.",
        ),
        Misconception(
            "mean slope",
            lambda x, w, v: _slope(x, w, v).mean(0).square().sum(),
            "You average the slopes of the examples before squaring, so that opposite slopes cancel out. Square each "
            "example's slope first, then average.",
        ),
        Misconception(
            "slope on the weights",
            _along_the_weights,
            "You differentiate by the weights `w`. R1 asks how the logit changes with the *example* x.",
        ),
    ),
    alternatives=(
        lambda x, w, v: _slope(x, w, v).square().sum(1).mean(),
        _one_at_a_time,
        _by_ones,
    ),
    differentiable=("w", "v"),
)
