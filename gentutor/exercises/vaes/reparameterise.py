"""Exercise `reparameterise`: turn noise into a draw through which gradients flow."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import AffineTransform

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.vaes.inputs import LESSON, B, codes_and_noise


def _oracle(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    stretch_and_move = AffineTransform(mu.double(), logvar.double().exp().sqrt())
    z: Tensor = stretch_and_move(eps.double())
    return z


def _cut_off(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    with torch.no_grad():
        return mu + (logvar / 2).exp() * eps


REPARAMETERISE = Exercise(
    name="reparameterise",
    lesson=LESSON,
    task="Turn standard noise `eps` into a draw from a normal distribution with mean `mu` and log-variance `logvar`.",
    arguments={"mu": "B Z", "logvar": "B Z", "eps": "B Z"},
    returns="B Z",
    points=2,
    oracle=_oracle,
    taught="gentutor.samplers:reparameterise",
    hints=(
        "A draw from N(0, 1) becomes one from N(3, 2²) when you stretch it by 2 and then move it by 3.",
        "Stretch `eps` by the standard deviation and move it by `mu`. The encoder gives the logarithm of the "
        "variance, and the standard deviation is the square root of the variance.",
        "The square root of exp(logvar) is exp(logvar / 2), so z = mu + exp(logvar / 2) · eps, entry by entry.",
    ),
    checks=(
        Check("a batch of four codes", codes_and_noise, share=0.5),
        Check("very narrow and very wide spreads", lambda g: codes_and_noise(g, B, 3.0), share=0.5),
        Check("a batch of one", lambda g: codes_and_noise(g, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "variance instead of standard deviation",
            lambda mu, logvar, eps: mu + logvar.exp() * eps,
            "You stretch the noise by the variance, exp(logvar). What stretches a draw is the standard deviation, "
            "its square root.",
        ),
        Misconception(
            "log-variance as it is",
            lambda mu, logvar, eps: mu + logvar * eps,
            "You stretch the noise by `logvar` itself. It is a logarithm, and may be negative: take exp first, and "
            "then the square root.",
        ),
        Misconception(
            "half the log-variance as it is",
            lambda mu, logvar, eps: mu + 0.5 * logvar * eps,
            "You halve `logvar`, which takes the root, but it is still a logarithm: exp is missing.",
        ),
        Misconception(
            "root of the log-variance",
            lambda mu, logvar, eps: mu + logvar.sqrt() * eps,
            "You take the root of `logvar`, which is a logarithm and may be negative, so some values are NaN: take "
            "exp first.",
        ),
        Misconception(
            "no spread",
            lambda mu, logvar, eps: mu + eps,
            "Your draws all have the spread of the noise itself: `logvar` is not used.",
        ),
        Misconception(
            "no noise",
            lambda mu, logvar, eps: mu + (logvar / 2).exp(),
            "You add the standard deviation itself. Multiply the noise `eps` by it before you add it.",
        ),
        Misconception(
            "noise of its own",
            lambda mu, logvar, eps: mu + (logvar / 2).exp() * torch.randn_like(mu),
            "Your function draws noise of its own, so every call gives another answer. Use the `eps` that it is given: "
            "keeping the randomness outside is the whole trick.",
            symptom="not repeatable",
        ),
        Misconception(
            "gradient cut off",
            _cut_off,
            "The numbers are right, but no gradient flows back to the encoder, which is what this trick is for: look "
            "for `.detach()`, `.data`, `.item()` or `torch.no_grad()`.",
            symptom="no gradient",
        ),
    ),
    alternatives=(
        lambda mu, logvar, eps: torch.addcmul(mu, logvar.exp().sqrt(), eps),
        lambda mu, logvar, eps: (mu.double() + logvar.double().exp().pow(0.5) * eps.double()).float(),
        lambda mu, logvar, eps: torch.stack(
            [m + torch.exp(s / 2) * e for m, s, e in zip(mu, logvar, eps, strict=True)]
        ),
    ),
    differentiable=("mu", "logvar"),
)
