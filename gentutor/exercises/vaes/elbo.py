"""Exercise `elbo`: what a picture is worth under the model, less the price of its code."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.distributions import Bernoulli
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits, logsigmoid

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.vaes.inputs import LESSON, B, pictures_and_codes
from gentutor.exercises.vaes.kl_divergence import kl_by_distributions, kl_of_each_unit, kl_oracle
from gentutor.losses import negative_elbo


def elbo(logits: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """Return the ELBO in nats, pixels summed and the batch averaged: a scalar, the higher the better.

    Parameters
    ----------
    logits, x : Tensor
        Decoder output and pixels in [0, 1], both (B, C, H, W).
    mu, logvar : Tensor
        Mean and log-variance of q(z|x), (B, Z).
    """
    return -negative_elbo(logits, x, mu, logvar)[0]


def _pixel_loss(logits: Tensor, x: Tensor) -> Tensor:
    """Return -log p(x|z) of every pixel: what the planted answers go wrong with."""
    return binary_cross_entropy_with_logits(logits, x, reduction="none")


def _price(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return the KL divergence averaged over the batch."""
    return kl_of_each_unit(mu, logvar).sum(1).mean()


def _elbo_oracle(logits: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    # Pixels are grey, which a Bernoulli variable is not: mix its log-probabilities of white and of black.
    pixels: Any = Bernoulli(logits=logits.double())  # torch's distributions carry no types
    white, black = pixels.log_prob(torch.ones_like(pixels.logits)), pixels.log_prob(torch.zeros_like(pixels.logits))
    log_likelihood: Tensor = (x * white + (1 - x) * black).flatten(1).sum(1)
    return (log_likelihood - kl_oracle(mu, logvar)).mean()


def _elbo_naive(logits: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    p = torch.sigmoid(logits)
    return (x * p.log() + (1 - x) * (1 - p).log()).flatten(1).sum(1).mean() - _price(mu, logvar)


def _elbo_by_logsigmoid(logits: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    log_likelihood = torch.einsum("bchw->b", x * logsigmoid(logits) + (1 - x) * logsigmoid(-logits))
    return (log_likelihood - kl_by_distributions(mu, logvar)).sum() / len(x)


_UNSURE = (
    "Right for ordinary logits, but when the decoder is very sure and wrong, sigmoid rounds to exactly 0 or 1 and the "
    "logarithm breaks. Compute it from the logits in one step: `binary_cross_entropy_with_logits`."
)

ELBO = Exercise(
    name="elbo",
    lesson=LESSON,
    task="Return the ELBO: log p(x|z) of Bernoulli pixels minus the KL divergence, pixels and latent units summed, the "
    "batch averaged.",
    arguments={"logits": "B C H W", "x": "B C H W", "mu": "B Z", "logvar": "B Z"},
    returns="",
    points=5,
    oracle=_elbo_oracle,
    taught="gentutor.exercises.vaes.elbo:elbo",
    hints=(
        "It has two terms. How well is the picture explained by its code? And what does the code cost? The first is to "
        "be large, the second small.",
        "ELBO = log p(x|z) − KL. For Bernoulli pixels −log p(x|z) is the binary cross-entropy: add it up over the "
        "pixels of a picture. Both terms are then one number for each picture; the mean over the batch comes last.",
        "rec = binary_cross_entropy_with_logits(logits, x, reduction='none').flatten(1).sum(1), and the result is "
        "(−rec − kl_divergence(mu, logvar)).mean().",
    ),
    checks=(
        Check("a batch of four pictures", pictures_and_codes, share=0.8),
        Check("a decoder that is very sure", lambda g: pictures_and_codes(g, B, 40.0), share=0.2),
        Check("a batch of one", lambda g: pictures_and_codes(g, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "the loss instead of the ELBO",
            lambda logits, x, mu, logvar: _pixel_loss(logits, x).flatten(1).sum(1).mean() + _price(mu, logvar),
            "That is the loss, minus the ELBO. The ELBO is a lower bound on log p(x), so larger is better: flip the "
            "sign.",
        ),
        Misconception(
            "pixels averaged",
            lambda logits, x, mu, logvar: -_pixel_loss(logits, x).mean() - _price(mu, logvar),
            "You average over the pixels. log p(x|z) is the sum over all {H} × {W} of them; with a mean the KL "
            "weighs far "
            "too much, and the model stops using its code.",
        ),
        Misconception(
            "batch summed",
            lambda logits, x, mu, logvar: (
                (-_pixel_loss(logits, x).flatten(1).sum(1).mean() - _price(mu, logvar)) * len(x)
            ),
            "Your ELBO is {factor} times too large, and {B} is the number of pictures: sum over pixels, "
            "average over the batch.",
        ),
        Misconception(
            "KL added",
            lambda logits, x, mu, logvar: -_pixel_loss(logits, x).flatten(1).sum(1).mean() + _price(mu, logvar),
            "The KL is added where it should be taken away: it is what the code costs.",
        ),
        Misconception(
            "no KL",
            lambda logits, x, mu, logvar: -_pixel_loss(logits, x).flatten(1).sum(1).mean(),
            "The KL term is missing: that is an auto-encoder, whose codes cost nothing.",
        ),
        Misconception(
            "only the KL",
            lambda logits, x, mu, logvar: -_price(mu, logvar),
            "The reconstruction term is missing: log p(x|z), from `logits` and `x`.",
        ),
        Misconception(
            "KL averaged over latent units",
            lambda logits, x, mu, logvar: (
                -_pixel_loss(logits, x).flatten(1).sum(1).mean() - kl_of_each_unit(mu, logvar).mean()
            ),
            "The KL term is {Z} times too small, and {Z} is the number of latent units: sum over them.",
        ),
        Misconception(
            "KL summed over the batch",
            lambda logits, x, mu, logvar: (
                -_pixel_loss(logits, x).flatten(1).sum(1).mean() - kl_of_each_unit(mu, logvar).sum()
            ),
            "The KL term is {B} times too large, and {B} is the number of pictures: average it over the batch, like "
            "the "
            "other term.",
        ),
        Misconception(
            "batch not averaged",
            lambda logits, x, mu, logvar: (
                -_pixel_loss(logits, x).flatten(1).sum(1) - kl_of_each_unit(mu, logvar).sum(1)
            ),
            "You have the ELBO of each of the {B} pictures. Average over the batch, to get a single number.",
        ),
        Misconception(
            "sigmoid twice",
            lambda logits, x, mu, logvar: (
                -_pixel_loss(logits.sigmoid(), x).flatten(1).sum(1).mean() - _price(mu, logvar)
            ),
            "Sigmoid is applied twice: `binary_cross_entropy_with_logits` does it itself, so give it the logits as "
            "they are.",
        ),
        Misconception(
            "squared error",
            lambda logits, x, mu, logvar: (
                -(logits.sigmoid() - x).square().flatten(1).sum(1).mean() - _price(mu, logvar)
            ),
            "That is the squared error. The pixels here are Bernoulli, so −log p(x|z) is the binary cross-entropy.",
        ),
        Misconception("log of sigmoid", _elbo_naive, _UNSURE),
        Misconception(
            "cross-entropy of sigmoid",
            lambda logits, x, mu, logvar: (
                -binary_cross_entropy(logits.sigmoid(), x, reduction="sum") / len(x) - _price(mu, logvar)
            ),
            _UNSURE,
        ),
        Misconception(
            "plain number",
            lambda logits, x, mu, logvar: _elbo_oracle(logits, x, mu, logvar).item(),
            "You return a plain number, through which no gradient flows: leave out `.item()` or `float(...)`.",
            symptom="plain number",
        ),
    ),
    alternatives=(
        _elbo_by_logsigmoid,
        lambda logits, x, mu, logvar: (
            -(binary_cross_entropy_with_logits(logits, x, reduction="sum") + kl_of_each_unit(mu, logvar).sum())
            / logits.shape[0]
        ),
        lambda logits, x, mu, logvar: _elbo_oracle(logits, x, mu, logvar).float(),
    ),
    differentiable=("logits", "mu", "logvar"),
)
