"""Exercise `generator_loss`: what the forger minimises, in the form that never runs out of gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Bernoulli
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid, softplus

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.gans.inputs import LESSON, B, beyond_doubt, one_batch


def generator_loss(fake: Tensor) -> Tensor:
    """Return the non-saturating loss of the generator, −log D(fake) averaged over the batch: a scalar.

    Parameters
    ----------
    fake : Tensor
        Logits of "real" for fake examples, (B,).
    """
    return softplus(-fake).mean()


def _oracle(fake: Tensor) -> Tensor:
    judged: Any = Bernoulli(logits=fake.double())
    surprise: Tensor = judged.log_prob(torch.ones_like(fake))
    return -surprise.mean()


GENERATOR_LOSS = Exercise(
    name="generator_loss",
    lesson=LESSON,
    task="Return the generator's non-saturating loss: −log D(fake), averaged over the batch.",
    arguments={"fake": "B"},
    returns="",
    points=3,
    oracle=_oracle,
    taught="gentutor.exercises.gans.generator_loss:generator_loss",
    hints=(
        "The forger wants its fakes to be called real. So its loss must fall when the logits of the fakes rise.",
        "It is the discriminator's loss for *real* examples, given the logits of the fakes.",
        "−log sigmoid(a) = softplus(−a), so the loss is softplus(−fake).mean().",
    ),
    checks=(
        Check("fakes that fool half the time", one_batch, share=0.4),
        Check("a discriminator that has made up its mind", lambda g: one_batch(g, B, 8.0), share=0.3),
        Check("fakes that are seen through, or believed, beyond doubt", lambda g: (beyond_doubt(g),), share=0.3),
        Check("one fake", lambda g: one_batch(g, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "saturating",
            lambda fake: -softplus(fake).mean(),
            "That is log(1 − D(fake)), the minimax loss. It points the right way, but where a fake is seen through "
            "it is flat: no gradient, no learning. Maximise log D(fake) instead, that is, minimise −log D(fake).",
        ),
        Misconception(
            "the discriminator's side",
            lambda fake: softplus(fake).mean(),
            "Your generator helps the discriminator: this loss falls when the fakes are seen through. It should fall "
            "when they are taken for real.",
        ),
        Misconception(
            "sign",
            lambda fake: -softplus(-fake).mean(),
            "That is +log D(fake). Descending on it makes the fakes worse: put a minus before the logarithm.",
        ),
        Misconception(
            "plain logits",
            lambda fake: -fake.mean(),
            "That is minus the mean logit, as in a Wasserstein or hinge GAN. Here the logit goes through the sigmoid "
            "and the logarithm: fakes that fool already should count little.",
        ),
        Misconception(
            "no logarithm",
            lambda fake: (1 - fake.sigmoid()).mean(),
            "You average the probability of being caught. Where that is nearly 1 its slope is nearly 0, so a bad "
            "forger learns nothing: take −log D(fake).",
        ),
        Misconception(
            "batch summed",
            lambda fake: softplus(-fake).sum(),
            "Your loss is {factor} times too large, and {B} is the number of fakes: take their mean.",
        ),
        Misconception(
            "batch not averaged",
            lambda fake: softplus(-fake),
            "You have one loss for each of the {B} fakes. Take their mean, to get a single number.",
        ),
        Misconception(
            "sigmoid twice",
            lambda fake: softplus(-fake.sigmoid()).mean(),
            "Sigmoid is applied twice: softplus and `..._with_logits` contain it already, so give them the logits as "
            "they are.",
        ),
        Misconception(
            "log of sigmoid",
            lambda fake: -fake.sigmoid().log().mean(),
            "Right for ordinary logits, but where a fake is seen through beyond doubt sigmoid rounds to exactly 0, its "
            "logarithm is −∞ and the gradient is lost. Use softplus(−fake), which is the same number and never breaks.",
        ),
        Misconception(
            "gradient cut off",
            lambda fake: softplus(-fake.detach()).mean(),
            "The number is right, but no gradient flows back to the generator: the path through the discriminator to "
            "the fake is all that it learns from. Look for `.detach()`, `.data` or `torch.no_grad()`.",
            symptom="no gradient",
        ),
        Misconception(
            "plain number",
            lambda fake: _oracle(fake).item(),
            "You return a plain number, through which no gradient flows: leave out `.item()` or `float(...)`.",
            symptom="plain number",
        ),
    ),
    alternatives=(
        lambda fake: -logsigmoid(fake).mean(),
        lambda fake: binary_cross_entropy_with_logits(fake, torch.ones_like(fake)),
        lambda fake: torch.logaddexp(torch.zeros_like(fake), -fake).sum() / len(fake),
    ),
    differentiable=("fake",),
)
