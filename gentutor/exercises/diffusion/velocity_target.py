"""Exercise `velocity_target`: how fast an example moves on its way from noise to data."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gentutor.exercises.contract import Exercise, Function, Misconception
from gentutor.exercises.diffusion.inputs import LESSON, ON_EVERY_SCHEDULE
from gentutor.samplers.schedules import Schedule, add_noise, schedule, shares

Combine = Callable[[Tensor, Tensor, Schedule], Tensor]


def _oracle(x: Tensor, eps: Tensor, t: Tensor, kind: int) -> Tensor:
    """By forward differentiation of the way itself, and not by its formula."""
    time = t.double().view(-1, 1, 1, 1).requires_grad_(True)
    a, b, _, _ = schedule(time, kind)
    slopes = [torch.autograd.grad(share.sum(), time, retain_graph=True)[0] for share in (a, b)]
    return slopes[0] * x.double() + slopes[1] * eps.double()


def _with_shares(combine: Combine) -> Function:
    """Make an answer of a formula in x, eps and the shares."""
    return lambda x, eps, t, kind: combine(x, eps, shares(t, x, kind))


VELOCITY_TARGET = Exercise(
    name="velocity_target",
    lesson=LESSON,
    task="Return the slope of x_t = a(t)·x + b(t)·eps by t; `shares(t, x, kind)` gives a, b and their slopes.",
    arguments={"x": "B C H W", "eps": "B C H W", "t": "B", "kind": "int"},
    returns="B C H W",
    points=3,
    oracle=_oracle,
    taught="gentutor.samplers.schedules:velocity_target",
    hints=(
        "A pair of picture and noise stays the same on its way; only their shares change. So which parts of "
        "a(t)·x + b(t)·eps have a slope?",
        "The slope of a sum is the sum of the slopes. On the straight schedule a rises with slope 1 and b falls with "
        "slope −1.",
        "a, b, da, db = shares(t, x, kind), and the result is da * x + db * eps.",
    ),
    checks=ON_EVERY_SCHEDULE,
    misconceptions=(
        Misconception(
            "towards the noise",
            _with_shares(lambda x, eps, s: -s.da * x - s.db * eps),
            "Your arrow points from the picture to the noise. Samples walk along it from t = 0, noise, to t = 1: "
            "turn it round.",
        ),
        Misconception(
            "straight only",
            _with_shares(lambda x, eps, s: x - eps),
            "x − eps is the velocity on the straight schedule. On the others the shares change faster and slower: use "
            "the slopes that `shares` gives.",
        ),
        Misconception(
            "shares instead of slopes",
            _with_shares(lambda x, eps, s: s.a * x + s.b * eps),
            "That is x_t itself: where the example is, not how fast it moves. Take the slopes of a and b, the third "
            "and fourth value of `shares`.",
        ),
        Misconception(
            "slopes exchanged",
            _with_shares(lambda x, eps, s: s.db * x + s.da * eps),
            "Each slope stands before the wrong thing: the share of the picture rises, that of the noise falls.",
        ),
        Misconception(
            "both rise",
            _with_shares(lambda x, eps, s: s.da * x - s.db * eps),
            "You turn the sign of the noise. Its share falls, and `shares` says so already: its slope is negative.",
        ),
        Misconception(
            "what is left of the way",
            lambda x, eps, t, kind: x - add_noise(x, eps, t, kind),
            "x − x_t is the way that is left, which shrinks as t rises. The velocity is how fast x_t moves at that "
            "moment.",
        ),
        Misconception(
            "the picture",
            _with_shares(lambda x, eps, s: x),
            "You return the picture. A network can be trained to foretell it (and then the velocity follows), but here "
            "the target is the slope of x_t.",
        ),
        Misconception(
            "the noise",
            _with_shares(lambda x, eps, s: eps),
            "You return the noise, the target of Ho and others (2020). The velocity holds the same news, but here the "
            "target is the slope of x_t.",
        ),
        Misconception(
            "noise forgotten",
            _with_shares(lambda x, eps, s: s.da * x),
            "Only the picture moves in your answer. The share of the noise changes too: add db · eps.",
        ),
        Misconception(
            "picture forgotten",
            _with_shares(lambda x, eps, s: s.db * eps),
            "Only the noise moves in your answer. The share of the picture changes too: add da · x.",
        ),
    ),
    alternatives=(
        _with_shares(lambda x, eps, s: s[2] * x + s[3] * eps),
        lambda x, eps, t, kind: _oracle(x, eps, t, kind).float(),
        _with_shares(lambda x, eps, s: torch.addcmul(s.db * eps, s.da.expand_as(x), x)),
    ),
)
