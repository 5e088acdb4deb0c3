"""Exercise `adam_step`: one step of Adam."""

# ruff: noqa: PLR0917  (arguments stand in the order of the formula)
from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Function, Misconception
from gentutor.exercises.training.inputs import LESSON, adam_state

Step = tuple[Tensor, Tensor, Tensor]


def _by_torch(
    w: Tensor, grad: Tensor, m: Tensor, v: Tensor, t: int, lr: float, beta1: float, beta2: float, eps: float
) -> Step:
    weights = w.detach().clone().requires_grad_()
    optimiser = torch.optim.Adam([weights], lr=lr, betas=(beta1, beta2), eps=eps, foreach=False)
    optimiser.state[weights] = {"step": torch.tensor(float(t - 1)), "exp_avg": m.clone(), "exp_avg_sq": v.clone()}
    weights.grad = grad.clone()
    optimiser.step()
    state = optimiser.state[weights]
    return weights.detach(), state["exp_avg"], state["exp_avg_sq"]


def _variant(**wrong: Any) -> Function:
    """Return Adam's step with something done differently; without arguments it is right."""

    def adam_step(
        w: Tensor, grad: Tensor, m: Tensor, v: Tensor, t: int, lr: float, beta1: float, beta2: float, eps: float
    ) -> Step:
        if wrong.get("swapped"):
            beta1, beta2 = beta2, beta1
        new_m = beta1 * m + (1 if wrong.get("added") else 1 - beta1) * grad
        new_v = beta2 * v + (1 - beta2) * (grad.abs() if wrong.get("not squared") else grad**2)
        if wrong.get("kept share"):
            new_m, new_v = (1 - beta1) * m + beta1 * grad, (1 - beta2) * v + beta2 * grad**2
        steps = t + wrong.get("late", 0)
        m_hat, v_hat = new_m / (1 - beta1**steps), new_v / (1 - beta2**steps)
        if wrong.get("uncorrected"):
            m_hat, v_hat = new_m, new_v
        if wrong.get("state corrected"):
            new_m, new_v = m_hat, v_hat
        root = (v_hat + eps).sqrt() if wrong.get("eps inside") else v_hat.sqrt() + eps
        root = v_hat + eps if wrong.get("no root") else root
        move = lr * (grad if wrong.get("no mean") else m_hat) / root
        return w + move if wrong.get("uphill") else w - move, new_m, new_v

    return adam_step


def _by_lerp(
    w: Tensor, grad: Tensor, m: Tensor, v: Tensor, t: int, lr: float, beta1: float, beta2: float, eps: float
) -> Step:
    m, v = torch.lerp(grad, m, beta1), v + (1 - beta2) * (grad * grad - v)
    size = torch.sqrt(v) / (1 - beta2**t) ** 0.5 + eps
    return w - lr / (1 - beta1**t) * m / size, m, v


def _in_double(*args: Any) -> Step:
    new = _variant()(*(a.double() if isinstance(a, Tensor) else a for a in args))
    return new[0].float(), new[1].float(), new[2].float()


ADAM_STEP = Exercise(
    name="adam_step",
    lesson=LESSON,
    task="Return the weights, the mean gradient and the mean square after one step of Adam, as a tuple (w, m, v).",
    arguments={
        "w": "N",
        "grad": "N",
        "m": "N",
        "v": "N",
        "t": "int",
        "lr": "float",
        "beta1": "float",
        "beta2": "float",
        "eps": "float",
    },
    returns="tuple of 3 Tensors",
    points=4,
    oracle=_by_torch,
    taught="gentutor.training.optimisers:adam_step",
    hints=(
        "There are three lines before the last: update both running means, correct both for having begun at 0, move.",
        "m keeps the share beta1 of itself and takes 1 − beta1 of the gradient; v does the same with beta2 and the "
        "gradient's square. After t steps a mean that began at 0 has only collected 1 − betaᵗ of its weight: divide by "
        "that, for the move only.",
        "m = beta1 * m + (1 - beta1) * grad; v = beta2 * v + (1 - beta2) * grad**2; m_hat = m / (1 - beta1**t); "
        "v_hat = v / (1 - beta2**t); return w - lr * m_hat / (v_hat.sqrt() + eps), m, v.",
    ),
    checks=(
        Check("a step in the middle of a run", adam_state, share=0.5),
        Check("the very first step", lambda g: adam_state(g, first=True), share=0.25),
        Check("gradients as small as eps", lambda g: adam_state(g, size=0.01), share=0.25, rtol=1e-3, atol=1e-6),
    ),
    misconceptions=(
        Misconception(
            "not corrected",
            _variant(uncorrected=True),
            "The correction for the start is missing: m and v began at 0, so divide them by 1 − beta1**t and "
            "1 − beta2**t before you move.",
        ),
        Misconception(
            "corrected means kept",
            _variant(**{"state corrected": True}),
            "The move is right, but you return the corrected means. Return m and v as they are: they will be corrected "
            "again in the next step.",
        ),
        Misconception(
            "uphill",
            _variant(uphill=True),
            "You walk uphill: the gradient points to where the loss grows, so subtract.",
        ),
        Misconception(
            "square forgotten",
            _variant(**{"not squared": True}),
            "v is to be the running mean of the gradient's square, grad**2.",
        ),
        Misconception(
            "root forgotten",
            _variant(**{"no root": True}),
            "You divide by the mean square itself. Its square root has the unit of a gradient: then each weight moves "
            "by about lr, however large its gradients are.",
        ),
        Misconception(
            "eps under the root",
            _variant(**{"eps inside": True}),
            "Right for ordinary gradients, but eps stands under the root, where it weighs far more once the gradients "
            "are small: add it after the root.",
        ),
        Misconception(
            "betas swapped",
            _variant(swapped=True),
            "beta1 and beta2 have changed places: beta1 belongs to the mean m, beta2 to the mean square v.",
        ),
        Misconception(
            "shares swapped",
            _variant(**{"kept share": True}),
            "You keep 1 − beta of the old mean and take beta of the new gradient. It is the other way round: a mean "
            "has a long memory.",
        ),
        Misconception(
            "gradient added whole",
            _variant(added=True),
            "You add the whole gradient to m, as momentum does. Adam takes a mean: beta1 of the old and 1 − beta1 of "
            "the new.",
        ),
        Misconception(
            "the gradient itself moves",
            _variant(**{"no mean": True}),
            "You move along the gradient of this step. Adam moves along its running mean, m_hat.",
        ),
        Misconception(
            "one step late",
            _variant(late=1),
            "The correction is one step late: t counts from 1, so use beta**t as it is.",
        ),
    ),
    alternatives=(_by_lerp, _in_double, _variant()),
)
