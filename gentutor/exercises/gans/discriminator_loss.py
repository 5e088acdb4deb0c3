"""Exercise `discriminator_loss`: how badly the discriminator tells real from fake."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Bernoulli
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.gans.inputs import LESSON, beyond_doubt, two_batches


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return the cross-entropy of the discriminator's verdicts, each batch averaged: a scalar.

    Parameters
    ----------
    real, fake : Tensor
        Logits of "real" for real and for fake examples, (B,).
    """
    return softplus(-real).mean() + softplus(fake).mean()


def _oracle(real: Tensor, fake: Tensor) -> Tensor:
    judged_real: Any = Bernoulli(logits=real.double())
    judged_fake: Any = Bernoulli(logits=fake.double())
    surprise: Tensor = judged_real.log_prob(torch.ones_like(real)) + judged_fake.log_prob(torch.zeros_like(fake))
    return -surprise.mean()


def _naive(real: Tensor, fake: Tensor) -> Tensor:
    return -(real.sigmoid().log().mean() + (1 - fake.sigmoid()).log().mean())


_UNSURE = (
    "Right for ordinary logits, but when the discriminator is very sure and wrong, sigmoid rounds to exactly 0 or 1 "
    "and the logarithm breaks. Stay with the logits: −log sigmoid(a) is softplus(−a), and −log(1 − sigmoid(a)) is "
    "softplus(a)."
)

DISCRIMINATOR_LOSS = Exercise(
    name="discriminator_loss",
    lesson=LESSON,
    task="Return the discriminator's loss: −log D(real) − log(1 − D(fake)), each averaged over its batch, where "
    "D is the sigmoid of the logit.",
    arguments={"real": "B", "fake": "B"},
    returns="",
    points=3,
    oracle=_oracle,
    taught="gentutor.exercises.gans.discriminator_loss:discriminator_loss",
    hints=(
        "A discriminator that gives every example the logit 0 says 'fifty-fifty' each time. Its loss must be "
        "log 2 for the real ones plus log 2 for the fakes, together 1.386.",
        "A sigmoid s(a) and its logarithm meet in one stable function: −log s(a) = softplus(−a). What is 1 − s(a), as "
        "a sigmoid of something?",
        "1 − s(a) = s(−a), so the loss is softplus(−real).mean() + softplus(fake).mean().",
    ),
    checks=(
        Check("a discriminator half-way through its training", two_batches, share=0.7),
        Check(
            "verdicts that are very sure, some of them wrong", lambda g: (beyond_doubt(g), beyond_doubt(g)), share=0.3
        ),
        Check("one example of each", lambda g: two_batches(g, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "labels the wrong way round",
            lambda real, fake: softplus(real).mean() + softplus(-fake).mean(),
            "Your discriminator is rewarded for calling real things fake: the signs of the two logits are exchanged. "
            "A real example costs little when its logit is high.",
        ),
        Misconception(
            "the real half missing",
            lambda real, fake: softplus(fake).mean(),
            "Only the fakes are counted. A discriminator that calls everything fake would be perfect: add the loss of "
            "the real examples.",
        ),
        Misconception(
            "the fake half missing",
            lambda real, fake: softplus(-real).mean(),
            "Only the real examples are counted. A discriminator that calls everything real would be perfect: add the "
            "loss of the fakes.",
        ),
        Misconception(
            "both called real",
            lambda real, fake: softplus(-real).mean() + softplus(-fake).mean(),
            "You score the fakes as if they should be called real. That is what the generator wishes; the "
            "discriminator wants their logits low.",
        ),
        Misconception(
            "halved",
            lambda real, fake: (softplus(-real).mean() + softplus(fake).mean()) / 2,
            "Your loss is {factor} times too small: the two means are added here, not averaged. Undecided should "
            "cost 2 log 2 = 1.386.",
        ),
        Misconception(
            "batch summed",
            lambda real, fake: (softplus(-real) + softplus(fake)).sum(),
            "Your loss is {factor} times too large, and {B} is the number of examples: take the mean over each batch.",
        ),
        Misconception(
            "batch not averaged",
            lambda real, fake: softplus(-real) + softplus(fake),
            "You have one loss for each of the {B} pairs. Take the mean over each batch, to get a single number.",
        ),
        Misconception(
            "sign",
            lambda real, fake: -(softplus(-real).mean() + softplus(fake).mean()),
            "Your loss is negative: log D is below 0, so a minus belongs before it. The discriminator would learn to "
            "be as wrong as it can.",
        ),
        Misconception(
            "no logarithm",
            lambda real, fake: (1 - real.sigmoid()).mean() + fake.sigmoid().mean(),
            "You add up probabilities of being wrong. The loss takes their surprise: minus the logarithm of the "
            "probability given to the truth.",
        ),
        Misconception(
            "plain logits",
            lambda real, fake: fake.mean() - real.mean(),
            "That is the difference of the mean logits, which can fall without end: a critic as in a Wasserstein GAN. "
            "Here a logit goes through the sigmoid and the logarithm.",
        ),
        Misconception(
            "sigmoid twice",
            lambda real, fake: softplus(-real.sigmoid()).mean() + softplus(fake.sigmoid()).mean(),
            "Sigmoid is applied twice: softplus and `..._with_logits` contain it already, so give them the logits as "
            "they are.",
        ),
        Misconception("log of sigmoid", _naive, _UNSURE),
        Misconception(
            "plain number",
            lambda real, fake: _oracle(real, fake).item(),
            "You return a plain number, through which no gradient flows: leave out `.item()` or `float(...)`.",
            symptom="plain number",
        ),
    ),
    alternatives=(
        lambda real, fake: -logsigmoid(real).mean() - logsigmoid(-fake).mean(),
        lambda real, fake: (
            binary_cross_entropy_with_logits(real, torch.ones_like(real))
            + binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
        ),
        lambda real, fake: (softplus(-real.double()) + softplus(fake.double())).mean().float(),
        lambda real, fake: 2 * torch.cat([softplus(-real), softplus(fake)]).mean(),
    ),
    differentiable=("real", "fake"),
)
