"""Exercise `add_noise`: put examples somewhere between noise and data."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from gentutor.exercises.contract import Exercise, Function, Misconception
from gentutor.exercises.diffusion.inputs import LESSON, ON_EVERY_SCHEDULE
from gentutor.samplers.schedules import shares


def _by_hand(t: float, kind: int) -> tuple[float, float]:
    if kind == 0:
        return t, 1 - t
    if kind == 1:
        return math.sin(math.pi * t / 2), math.cos(math.pi * t / 2)
    a = math.exp(-0.05 * (1 - t) - 4.975 * (1 - t) ** 2)
    return a, math.sqrt(1 - a * a)


def _oracle(x: Tensor, eps: Tensor, t: Tensor, kind: int) -> Tensor:
    rows = []
    for picture, noise, time in zip(x.double(), eps.double(), t.tolist(), strict=True):
        a, b = _by_hand(time, kind)
        rows.append(a * picture + b * noise)
    return torch.stack(rows)


Combine = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]


def _with_shares(combine: Combine) -> Function:
    """Make an answer of a formula in x, eps, a, b and t."""

    def answer(x: Tensor, eps: Tensor, t: Tensor, kind: int) -> Tensor:
        a, b, _, _ = shares(t, x, kind)
        return combine(x, eps, a, b, t.view(-1, 1, 1, 1))

    return answer


ADD_NOISE = Exercise(
    name="add_noise",
    lesson=LESSON,
    task="Return x_t = a(t)·x + b(t)·eps, where `shares(t, x, kind)` gives a and b, shaped to multiply x.",
    arguments={"x": "B C H W", "eps": "B C H W", "t": "B", "kind": "int"},
    returns="B C H W",
    points=2,
    oracle=_oracle,
    taught="gentutor.samplers.schedules:add_noise",
    hints=(
        "At t = 0 nothing but the noise must be left, at t = 1 nothing but the picture.",
        "`shares` returns four things: a, b and their slopes. You need the first two: one is the share of the picture, "
        "the other that of the noise.",
        "a, b, da, db = shares(t, x, kind), and the result is a * x + b * eps.",
    ),
    checks=ON_EVERY_SCHEDULE,
    misconceptions=(
        Misconception(
            "shares exchanged",
            _with_shares(lambda x, eps, a, b, t: b * x + a * eps),
            "Picture and noise have each other's share: at t = 1 you return pure noise. Here t = 0 is noise and t = "
            "1 is the picture; papers on diffusion count the other way.",
        ),
        Misconception(
            "picture does not fade",
            _with_shares(lambda x, eps, a, b, t: x + b * eps),
            "You add noise to the whole picture. Then at t = 0 the picture is still there, and a sample would have to "
            "start from noise that knows it: multiply x by a.",
        ),
        Misconception(
            "noise does not fade",
            _with_shares(lambda x, eps, a, b, t: a * x + eps),
            "You add all of the noise at every time. At t = 1 the picture should be clean: multiply eps by b.",
        ),
        Misconception(
            "noise taken away",
            _with_shares(lambda x, eps, a, b, t: a * x - b * eps),
            "You subtract the noise. It is as likely as its opposite, but the velocity that is learnt later belongs to "
            "+ b·eps.",
        ),
        Misconception(
            "schedule ignored",
            _with_shares(lambda x, eps, a, b, t: t * x + (1 - t) * eps),
            "Right on the straight schedule, where a = t and b = 1 − t. The others have other shares: take a and b "
            "from `shares(t, x, kind)`.",
        ),
        Misconception(
            "b is 1 - a",
            _with_shares(lambda x, eps, a, b, t: a * x + (1 - a) * eps),
            "You take 1 − a for the noise, which is right on the straight schedule only. `shares` gives b as its "
            "second value.",
        ),
        Misconception(
            "squares add up to one",
            _with_shares(lambda x, eps, a, b, t: a * x + (1 - a**2).sqrt() * eps),
            "You take √(1 − a²) for the noise, which keeps the variance. That is how DDPM's and the cosine schedule "
            "are made; the straight one has b = 1 − a. Take b as `shares` gives it.",
        ),
        Misconception(
            "roots of the shares",
            _with_shares(lambda x, eps, a, b, t: a.sqrt() * x + b.sqrt() * eps),
            "You take the roots of a and b. Papers write √ᾱ, because their ᾱ is a variance; ours are factors already.",
        ),
        Misconception(
            "slopes instead of shares",
            lambda x, eps, t, kind: shares(t, x, kind).da * x + shares(t, x, kind).db * eps,
            "You use the slopes, the third and fourth value of `shares`. They say how fast x_t moves; where it is, a "
            "and b say.",
        ),
    ),
    alternatives=(
        lambda x, eps, t, kind: shares(t, x, kind)[0] * x + shares(t, x, kind)[1] * eps,
        _with_shares(lambda x, eps, a, b, t: torch.addcmul(b * eps, a.expand_as(x), x)),
        lambda x, eps, t, kind: _oracle(x, eps, t, kind).float(),
    ),
)
