"""The linear latent model against principal component analysis and its closed-form likelihood."""

import math

import pytest
import torch
from torch import Tensor

from gentutor.losses import kl_divergence
from gentutor.models import LinearVAE, principal_components


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pancake(n: int = 2000) -> Tensor:
    """Points of 6 numbers that vary by 3 and 2 along two slanted directions and by 0.5 around them."""
    axes = torch.linalg.qr(torch.randn(6, 6, generator=rng(1))).Q
    scales = torch.tensor([3.0, 2.0, 0.5, 0.5, 0.5, 0.5])
    return (torch.randn(n, 6, generator=rng()) * scales @ axes.T + 1.0).view(n, 1, 2, 3)


def test_principal_components_agree_with_torchs_singular_values() -> None:
    x = pancake()
    mean, directions, variances = principal_components(x, 2)
    rows = x.flatten(1)
    _, singular, vectors = torch.linalg.svd(rows - rows.mean(0), full_matrices=False)
    torch.testing.assert_close(mean, rows.mean(0))
    torch.testing.assert_close(variances, singular.square() / (len(x) - 1), rtol=1e-3, atol=1e-5)
    torch.testing.assert_close((directions @ vectors[:2].T).abs(), torch.eye(2), atol=1e-3, rtol=0)


def solved(x: Tensor, latent_dim: int) -> LinearVAE:
    """Tipping and Bishop's maximum-likelihood solution, written into the model."""
    mean, directions, variances = principal_components(x, latent_dim)
    noise = variances[latent_dim:].mean()
    scale = (variances[:latent_dim] - noise).sqrt()
    model = LinearVAE(latent_dim, shape=x.shape[1:])
    with torch.no_grad():
        model.decoder.weight.copy_((directions * scale[:, None]).T)
        model.decoder.bias.copy_(mean)
        model.pixel_logvar.copy_(noise.log())
        spread = noise / (scale.square() + noise)  # exact posterior variance of each code
        model.code_logvar.copy_(spread.log())
        model.encoder.weight.copy_(directions * (scale * spread / noise)[:, None])
        model.encoder.bias.copy_(-model.encoder.weight @ mean)
    return model


def elbo(model: LinearVAE, x: Tensor, generator: torch.Generator) -> Tensor:
    mean, mu, logvar = model(x, generator)
    return -(model.reconstruction_loss(mean, x) + kl_divergence(mu, logvar)).mean()


def test_the_exact_likelihood_is_the_gaussians() -> None:
    x, model = pancake(50), LinearVAE(2, shape=(1, 2, 3))
    w = model.decoder.weight.double()
    cov = w @ w.T + model.pixel_logvar.double().exp() * torch.eye(6)
    gap = x.flatten(1).double() - model.decoder.bias.double()
    expected = -0.5 * ((gap @ torch.linalg.inv(cov) * gap).sum(1) + torch.logdet(cov) + 6 * math.log(2 * math.pi))
    torch.testing.assert_close(model.log_likelihood(x).double(), expected, rtol=1e-4, atol=1e-4)


def test_at_the_solution_the_elbo_touches_the_likelihood() -> None:
    x = pancake()
    model = solved(x, 2)
    with torch.no_grad():
        bound = torch.stack([elbo(model, x, rng(seed)) for seed in range(20)]).mean().item()
    assert bound == pytest.approx(model.log_likelihood(x).mean().item(), abs=0.01)


def test_training_finds_the_plane_of_the_principal_components() -> None:
    x, model, generator = pancake(), LinearVAE(2, shape=(1, 2, 3)), rng()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, total_iters=1500)
    for _ in range(1500):
        optimiser.zero_grad()
        (-elbo(model, x, generator)).backward()
        optimiser.step()
        schedule.step()
    _, directions, _ = principal_components(x, 2)
    learnt = torch.linalg.qr(model.decoder.weight.detach()).Q  # (6, 2)
    cosines = torch.linalg.svdvals(directions @ learnt)  # of the angles between the two planes
    assert cosines.min() > 0.999
    best = solved(x, 2).log_likelihood(x).mean().item()
    with torch.no_grad():
        assert elbo(model, x, rng(9)).item() == pytest.approx(best, abs=0.1)
