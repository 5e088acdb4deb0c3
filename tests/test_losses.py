"""The ELBO's terms and the losses of a GAN against torch's own and hand-made cases."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal
from torch.distributions import kl_divergence as torch_kl
from torch.nn.functional import binary_cross_entropy

from gentutor.errors import KnobError
from gentutor.losses import (
    GAN_KINDS,
    GanKind,
    gan_discriminator_loss,
    gan_generator_loss,
    gradient_penalty,
    kl_divergence,
    kl_per_unit,
    negative_elbo,
    reconstruction_loss,
)


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("seed", range(5))
def test_kl_agrees_with_torch_distributions(seed: int) -> None:
    mu, logvar = 3 * draw(7, 4, seed=seed), 2 * draw(7, 4, seed=seed + 100)
    expected = torch_kl(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0))
    torch.testing.assert_close(kl_per_unit(mu, logvar), expected)
    torch.testing.assert_close(kl_divergence(mu, logvar), expected.sum(1))


def test_kl_agrees_with_monte_carlo() -> None:
    mu, logvar = torch.tensor([[0.5, -1.0]]), torch.tensor([[0.3, -0.7]])
    q, p = Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)
    z = mu + (logvar / 2).exp() * draw(200_000, 2)
    estimate = (q.log_prob(z) - p.log_prob(z)).sum(1).mean()
    torch.testing.assert_close(kl_divergence(mu, logvar)[0], estimate, atol=0.01, rtol=0)


@pytest.mark.parametrize("seed", range(5))
def test_reconstruction_agrees_with_binary_cross_entropy(seed: int) -> None:
    logits, x = 4 * draw(6, 1, 5, 5, seed=seed).double(), draw(6, 1, 5, 5, seed=seed + 100).double().sigmoid()
    expected = binary_cross_entropy(logits.sigmoid(), x, reduction="none").sum((1, 2, 3))
    torch.testing.assert_close(reconstruction_loss(logits, x), expected, rtol=1e-7, atol=1e-6)


def test_reconstruction_does_not_overflow() -> None:
    logits = torch.tensor([1000.0, -1000.0]).view(1, 1, 1, 2)
    right, wrong = torch.tensor([1.0, 0.0]).view(1, 1, 1, 2), torch.tensor([0.0, 1.0]).view(1, 1, 1, 2)
    assert reconstruction_loss(logits, right).item() == 0
    assert reconstruction_loss(logits, wrong).item() == 2000


def test_negative_elbo_is_the_batch_mean_of_both_terms() -> None:
    logits, x = draw(8, 1, 5, 5), draw(8, 1, 5, 5, seed=1).sigmoid()
    mu, logvar = draw(8, 3, seed=2), draw(8, 3, seed=3)
    loss, metrics = negative_elbo(logits, x, mu, logvar, beta=2.5)
    reconstruction, kl = reconstruction_loss(logits, x).mean(), kl_divergence(mu, logvar).mean()
    torch.testing.assert_close(loss, reconstruction + 2.5 * kl)
    assert metrics == pytest.approx(
        {"loss": loss.item(), "reconstruction": reconstruction.item(), "kl": kl.item()}, rel=1e-5
    )


def test_free_bits_charge_a_unit_only_above_its_allowance() -> None:
    mu = torch.tensor([[2.0, 0.1], [-2.0, -0.1]], requires_grad=True)  # KL per unit: 2 and 0.005
    logvar = torch.zeros(2, 2)
    nothing = torch.zeros(2, 1, 1, 1)
    loss, metrics = negative_elbo(nothing, nothing, mu, logvar, beta=3.0, free_bits=0.5)
    loss.backward()
    assert metrics["kl"] == pytest.approx(2.005)
    assert loss.item() == pytest.approx(metrics["reconstruction"] + 3 * (2 + 0.5), rel=1e-6)
    assert mu.grad is not None
    assert (mu.grad[:, 0] != 0).all()  # charged
    assert (mu.grad[:, 1] == 0).all()  # free


# The losses of a GAN


def scores(seed: int, n: int = 64) -> Tensor:
    return 3 * torch.randn(n, generator=torch.Generator().manual_seed(seed))


def test_the_non_saturating_losses_are_cross_entropies() -> None:
    real, fake = scores(0), scores(1)
    entropy = torch.nn.functional.binary_cross_entropy_with_logits
    expected = entropy(real, torch.ones(64)) + entropy(fake, torch.zeros(64))
    torch.testing.assert_close(gan_discriminator_loss(real, fake), expected)
    torch.testing.assert_close(gan_generator_loss(fake), entropy(fake, torch.ones(64)))


def test_hinge_and_relativistic_losses_by_hand() -> None:
    real, fake = torch.tensor([2.0, 0.0]), torch.tensor([-3.0, 0.5])
    assert gan_discriminator_loss(real, fake, "hinge").item() == pytest.approx((0 + 1) / 2 + (0 + 1.5) / 2)
    assert gan_generator_loss(fake, kind="hinge").item() == pytest.approx(1.25)
    pairs = [math.log1p(math.exp(-5.0)), math.log1p(math.exp(0.5))]
    assert gan_discriminator_loss(real, fake, "relativistic").item() == pytest.approx(sum(pairs) / 2)
    pairs = [math.log1p(math.exp(5.0)), math.log1p(math.exp(-0.5))]
    assert gan_generator_loss(fake, real, "relativistic").item() == pytest.approx(sum(pairs) / 2)


@pytest.mark.parametrize("kind", GAN_KINDS)
def test_the_two_players_pull_a_fakes_score_in_opposite_directions(kind: GanKind) -> None:
    real, fake = torch.zeros(3), torch.zeros(3, requires_grad=True)
    (down,) = torch.autograd.grad(gan_discriminator_loss(real, fake, kind), fake)
    (up,) = torch.autograd.grad(gan_generator_loss(fake, real, kind), fake)
    assert (down > 0).all()
    assert (up < 0).all()


@pytest.mark.parametrize("size", [1e3, 1e4])
@pytest.mark.parametrize("kind", GAN_KINDS)
def test_gan_losses_stay_finite(kind: GanKind, size: float) -> None:
    real, fake = torch.tensor([size, -size]), torch.tensor([-size, size])
    assert gan_discriminator_loss(real, fake, kind).isfinite()
    assert gan_generator_loss(fake, real, kind).isfinite()


def test_wrong_gan_losses_are_refused() -> None:
    with pytest.raises(KnobError, match="There is no GAN loss 'wasserstein'; choose one of non-saturating, "):
        gan_discriminator_loss(torch.zeros(2), torch.zeros(2), "wasserstein")  # type: ignore[arg-type]
    with pytest.raises(KnobError, match="hand in the logits of both"):
        gan_generator_loss(torch.zeros(2), kind="relativistic")


def test_the_gradient_penalty_is_the_mean_squared_slope_and_can_be_minimised() -> None:
    weight = torch.tensor([3.0, 4.0], requires_grad=True)
    x = torch.randn(5, 2, requires_grad=True)
    penalty = gradient_penalty(x.square() @ weight, x)  # slope 2 w x
    torch.testing.assert_close(penalty, (2 * weight * x).square().sum(1).mean())
    penalty.backward()
    torch.testing.assert_close(weight.grad, 8 * weight.detach() * x.detach().square().mean(0))
