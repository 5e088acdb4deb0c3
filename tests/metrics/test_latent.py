"""Latent measures on constructed cases and against exact integrals."""

import pytest
import torch
from torch import Tensor

from gentutor.losses import reconstruction_loss
from gentutor.metrics import active_units, log_likelihood, test_elbo, unit_activity
from gentutor.models import VAE
from gentutor.samplers import sample_prior


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_active_units_counts_only_means_that_vary() -> None:
    mu = torch.randn(1000, 4, generator=rng()) * torch.tensor([1.0, 0.2, 0.05, 0.0])  # variances 1, 0.04, 0.0025, 0
    mu += torch.tensor([0.0, 5.0, 5.0, 5.0])  # a constant mean tells nothing about the image
    assert active_units(mu) == 2
    assert active_units(mu, threshold=0.001) == 3
    torch.testing.assert_close(unit_activity(mu), mu.var(0))


class Tiny(VAE):
    """One latent number and two pixels, so that log p(x) is an integral over a line."""

    def __init__(self) -> None:
        super().__init__(latent_dim=1, width=8, shape=(1, 1, 2), seed=1)
        for weight in self.decoder.parameters():
            weight.data *= 4  # a posterior that is visibly not Gaussian

    def exact(self, x: Tensor) -> Tensor:
        z = torch.linspace(-8, 8, 20_001).unsqueeze(1)
        log_prior = torch.distributions.Normal(0.0, 1.0).log_prob(z).squeeze(1)
        logits = self.decode(z)
        joint = [log_prior - reconstruction_loss(logits, one.expand_as(logits)) for one in x]
        step = (16 / 20_000) ** 1
        return torch.stack([(j.logsumexp(0) + torch.tensor(step).log()) for j in joint])


@torch.no_grad()
def test_importance_sampling_reaches_the_exact_likelihood_and_the_elbo_lies_below() -> None:
    model, x = Tiny(), torch.tensor([[0.0, 1.0], [1.0, 1.0], [0.3, 0.9]]).view(3, 1, 1, 2)
    exact = model.exact(x)
    torch.testing.assert_close(log_likelihood(model, x, rng(), n_samples=20_000), exact, atol=0.02, rtol=0)
    many = x.repeat(2000, 1, 1, 1)
    bound = test_elbo(model, many, rng())
    one_sample = log_likelihood(model, many, rng(), n_samples=1).mean().item()
    assert one_sample == pytest.approx(bound, abs=0.05)  # one sample is the ELBO
    assert bound < exact.mean().item() - 0.005
    ten = log_likelihood(model, many, rng(), n_samples=10).mean().item()
    assert bound < ten <= exact.mean().item() + 0.005


@torch.no_grad()
def test_elbo_is_minus_the_loss_and_ignores_batching() -> None:
    model, x = VAE(3, 16), torch.rand(2500, 1, 28, 28, generator=rng())
    value = test_elbo(model, x, rng(1))
    mu, logvar = model.encode(x)
    kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(1)
    reconstruction = reconstruction_loss(model(x, rng(2))[0], x)
    assert value == pytest.approx(-(reconstruction + kl).mean().item(), abs=0.2)
    assert value == test_elbo(model, x, rng(1))


def test_a_model_that_ignores_its_code_has_elbo_equal_to_its_likelihood() -> None:
    model = VAE(2, 4)
    for weight in model.parameters():
        weight.data.zero_()  # q = prior, every pixel a fair coin
    x = torch.rand(5, 1, 28, 28, generator=rng())
    assert test_elbo(model, x, rng()) == pytest.approx(-784 * torch.tensor(2.0).log().item(), rel=1e-6)
    estimate = log_likelihood(model, x, rng(), n_samples=3)
    torch.testing.assert_close(estimate, torch.full((5,), -784 * 0.69314718), rtol=1e-5, atol=1e-3)
    assert active_units(model.encode(x)[0]) == 0
    assert sample_prior(4, 2, rng()).shape == (4, 2)
