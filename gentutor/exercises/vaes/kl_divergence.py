"""Exercise `kl_divergence`: the price of a code, one number for each picture."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Normal
from torch.distributions import kl_divergence as kl_of_distributions

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.vaes.inputs import LESSON, B, codes


def kl_of_each_unit(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return the KL divergence of each latent unit, (B, Z): what the planted answers go wrong with."""
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar)


def kl_oracle(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return the KL divergence by torch.distributions in double precision, (B,)."""
    posterior = Normal(mu.double(), logvar.double().exp().sqrt())
    prior = Normal(torch.zeros_like(posterior.loc), torch.ones_like(posterior.loc))
    return kl_of_distributions(posterior, prior).sum(-1)


def _kl_by_einsum(mu: Tensor, logvar: Tensor) -> Tensor:
    sigma = torch.exp(logvar / 2)
    squares = torch.einsum("bz,bz->b", mu, mu) + torch.einsum("bz,bz->b", sigma, sigma)
    return 0.5 * (squares - mu.shape[1]) - torch.log(sigma).sum(1)


def kl_by_distributions(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return it by torch.distributions in single precision, as a student may write it, (B,)."""
    return kl_of_distributions(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum(dim=1)


KL_DIVERGENCE = Exercise(
    name="kl_divergence",
    lesson=LESSON,
    task="Return for each picture the KL divergence of its code's distribution N(mu, exp(logvar)) from N(0, 1), "
    "summed over the latent units.",
    arguments={"mu": "B Z", "logvar": "B Z"},
    returns="B",
    points=3,
    oracle=kl_oracle,
    taught="gentutor.losses:kl_divergence",
    hints=(
        "Try it by hand for one unit: with mu = 0 and logvar = 0 the two distributions are the same, so it must be 0.",
        "For one unit it is ½ (mu² + variance − 1 − log variance). Which of these do you have already, and which do "
        "you get by exp?",
        "Compute 0.5 * (mu² + exp(logvar) − 1 − logvar), which has shape (B, Z), and sum it over dimension 1.",
    ),
    checks=(
        Check("a batch of four codes", codes, share=2 / 3),
        Check("codes far from the prior", lambda g: codes(g, B, 4.0), share=1 / 3, rtol=1e-3),
        Check("a batch of one", lambda g: codes(g, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "mean over latent units",
            lambda mu, logvar: kl_of_each_unit(mu, logvar).mean(1),
            "Your KL is {factor} times too small, and {Z} is the number of latent units: sum over "
            "them, do not average.",
        ),
        Misconception(
            "half forgotten",
            lambda mu, logvar: 2 * kl_of_each_unit(mu, logvar).sum(1),
            "Your KL is twice too large: the formula begins with ½.",
        ),
        Misconception(
            "sign",
            lambda mu, logvar: -kl_of_each_unit(mu, logvar).sum(1),
            "Your KL is negative where it should be positive. A KL divergence is never below 0: flip the sign.",
        ),
        Misconception(
            "not summed",
            kl_of_each_unit,
            "You have the KL of every latent unit by itself, (B, Z) = ({B}, {Z}). Sum over the units to get one number "
            "for each picture, (B,).",
        ),
        Misconception(
            "summed over the batch too",
            lambda mu, logvar: kl_of_each_unit(mu, logvar).sum(),
            "You sum over everything, pictures too. Sum over the latent units only (dim=1), so that each of the {B} "
            "pictures keeps its own number.",
        ),
        Misconception(
            "averaged over the batch",
            lambda mu, logvar: kl_of_each_unit(mu, logvar).sum(1).mean(),
            "You average over the batch already. Keep one number for each of the {B} pictures, (B,); the average is "
            "taken later, in the ELBO.",
        ),
        Misconception(
            "averaged over everything",
            lambda mu, logvar: kl_of_each_unit(mu, logvar).mean(),
            "You average over everything. Sum over the latent units (dim=1) and keep one number for each picture, "
            "(B,).",
        ),
        Misconception(
            "summed over the wrong axis",
            lambda mu, logvar: kl_of_each_unit(mu, logvar).sum(0),
            "You sum over the pictures and keep the {Z} latent units. It is the other way round: sum over the units, "
            "dim=1.",
        ),
        Misconception(
            "log-variance taken for the variance",
            lambda mu, logvar: 0.5 * (mu**2 + logvar - 1 - logvar.log()).sum(1),
            "You use `logvar` as if it were the variance, and take its logarithm again, so some values are NaN. It is "
            "the logarithm already; the variance is exp(logvar).",
        ),
        Misconception(
            "variance without exp",
            lambda mu, logvar: 0.5 * (mu**2 + logvar - 1 - logvar).sum(1),
            "The variance in the formula is exp(logvar); you use `logvar` there, so the spread cancels out.",
        ),
        Misconception(
            "log-variance taken for the log of the standard deviation",
            lambda mu, logvar: 0.5 * (mu**2 + (2 * logvar).exp() - 1 - 2 * logvar).sum(1),
            "You use exp(logvar) as the standard deviation. It is the variance already: do not square it.",
        ),
        Misconception(
            "the other direction",
            lambda mu, logvar: 0.5 * ((mu**2 + 1) / logvar.exp() - 1 + logvar).sum(1),
            "That is the KL divergence of the prior from the code, the other way round. KL is not symmetric: the "
            "code's "
            "distribution comes first.",
        ),
        Misconception(
            "gradient cut off",
            lambda mu, logvar: kl_of_each_unit(mu.detach(), logvar.detach()).sum(1),
            "The numbers are right, but no gradient flows back to the encoder, so it would never feel the price of its "
            "codes: look for `.detach()`, `.data`, `.item()` or `torch.no_grad()`.",
            symptom="no gradient",
        ),
    ),
    alternatives=(
        kl_by_distributions,
        _kl_by_einsum,
        lambda mu, logvar: -0.5 * (1 + logvar.double() - mu.double().pow(2) - logvar.double().exp()).sum(-1),
    ),
    differentiable=("mu", "logvar"),
)
