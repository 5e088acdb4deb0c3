"""Measures of a latent variable model: how many codes it uses, and how likely it finds real images."""

from __future__ import annotations

import math
from typing import Protocol

import torch
from torch import Tensor

from gentutor.losses import kl_divergence, reconstruction_loss
from gentutor.samplers import reparameterise


class LatentModel(Protocol):
    """What these measures need of a model; `gentutor.models.VAE` has it."""

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z|x), each (B, Z)."""

    def decode(self, z: Tensor) -> Tensor:
        """Return the pixels' logits (B, C, H, W)."""


def unit_activity(mu: Tensor) -> Tensor:
    """Return how much each latent unit's mean varies from image to image: variances (Z,), for `mu` (N, Z)."""
    return mu.var(0)


def active_units(mu: Tensor, threshold: float = 0.01) -> int:
    """Count the latent units that the encoder uses: those whose mean varies over the data.

    Burda, Grosse and Salakhutdinov (2016), "Importance weighted autoencoders", section 5.2. A unit that has
    collapsed onto the prior has the same mean for every image.

    Parameters
    ----------
    mu : Tensor
        Encoder means of N images, (N, Z), N above 1.
    threshold : float
        Variance above which a unit counts, as in the paper.

    Examples
    --------
    >>> active_units(torch.tensor([[0.0, 1.0], [0.0, -1.0]]))
    1
    """
    return int((unit_activity(mu) > threshold).sum())


@torch.no_grad()
def test_elbo(model: LatentModel, x: Tensor, generator: torch.Generator) -> float:
    """Return the mean ELBO of images `x` (N, C, H, W) in nats: higher (nearer to 0) is better.

    One code is drawn for each image, so that the value wavers by some hundredths of a nat at N = 10,000.
    """
    total = 0.0
    for batch in torch.split(x, 1000):
        mu, logvar = model.encode(batch)
        eps = torch.randn(mu.shape, generator=generator)
        logits = model.decode(reparameterise(mu, logvar, eps))
        total -= float((reconstruction_loss(logits, batch) + kl_divergence(mu, logvar)).sum())
    return total / len(x)


test_elbo.__test__ = False  # type: ignore[attr-defined]  # pytest would take the name for a test


@torch.no_grad()
def log_likelihood(model: LatentModel, x: Tensor, generator: torch.Generator, n_samples: int = 100) -> Tensor:
    """Estimate log p(x) of each image in nats, (B,), by importance sampling with q(z|x).

    With one sample this is the ELBO, on average; with more, the bound rises towards log p(x) (Burda and
    others 2016, equation 8).

    Parameters
    ----------
    model : LatentModel
        With Bernoulli pixels.
    x : Tensor
        Images (B, C, H, W).
    generator : torch.Generator
        Source of the noise.
    n_samples : int
        Codes drawn for each image.
    """
    mu, logvar = model.encode(x)
    log_weights = []  # log p(x|z) p(z) / q(z|x) for each draw, (B,)
    for _ in range(n_samples):
        eps = torch.randn(mu.shape, generator=generator)
        z = reparameterise(mu, logvar, eps)
        log_prior_over_q = 0.5 * (eps.square() + logvar - z.square()).sum(1)  # the log(2 pi) terms cancel
        log_weights.append(log_prior_over_q - reconstruction_loss(model.decode(z), x))
    return torch.stack(log_weights).logsumexp(0) - math.log(n_samples)
