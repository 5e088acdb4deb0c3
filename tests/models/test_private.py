"""Private training: one person's pull is bounded, and the accountant agrees with a library's."""

import math

import pytest
import torch

from gentutor.models.private import clip_and_noise, epsilon, person_gradients, train_records
from gentutor.models.tabular import TabularFlow, TabularVAE

# Made with dp-accounting 0.6.0: RdpAccountant(range(2, 257)) composed with so many updates of
# PoissonSampledDpEvent(share, GaussianDpEvent(noise)); add-or-remove-one, its own conversion to epsilon.
PUBLISHED = [
    (0.01, 1.1, 1000, 1e-5, 1.7252908180449444),
    (0.256, 1.3, 300, 1e-3, 20.98401116988932),
    (64 / 150, 4.0, 300, 1e-3, 7.834964286838063),
    (1.0, 2.0, 10, 1e-5, 8.087861628831664),
]


@pytest.mark.parametrize(("share", "noise", "updates", "delta", "expected"), PUBLISHED)
def test_epsilon_is_that_of_dp_accounting(share, noise, updates, delta, expected):
    assert epsilon(share, noise, updates, delta) == pytest.approx(expected, rel=1e-9)


def test_no_noise_promises_nothing():
    assert epsilon(0.1, 0.0, 1, 1e-5) == math.inf
    with pytest.raises(ValueError, match="clip_norm"):
        train_records(TabularVAE(3), torch.randn(9, 3), 1, noise=1.0)


@pytest.mark.parametrize("make", [TabularVAE, TabularFlow])
def test_each_person_has_the_gradient_of_its_own_loss(make):
    model, dice = make(3, seed=1), torch.Generator().manual_seed(0)
    x, noise = torch.randn(4, 3, generator=dice), torch.randn(4, model.n_noise, generator=dice)
    together = person_gradients(model, x, noise)  # B P
    for row, e, slope in zip(x, noise, together, strict=True):
        alone = torch.autograd.grad(model(row, e), list(model.parameters()))
        torch.testing.assert_close(slope, torch.cat([part.flatten() for part in alone]), rtol=1e-3, atol=1e-4)


def test_one_person_moves_the_sum_by_no_more_than_the_clip_norm():
    grads, still = 100 * torch.randn(6, 5), torch.zeros(5)
    gone = clip_and_noise(grads[1:], 0.7, 1.0, still)
    assert (clip_and_noise(grads, 0.7, 1.0, still) - gone).norm() <= 0.7 + 1e-5


def test_a_wide_clip_norm_changes_no_weight():
    rows = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    plain = train_records(TabularFlow(3, 8), rows, 3, batch_size=10)
    clipped = train_records(TabularFlow(3, 8), rows, 3, clip_norm=1e6, batch_size=10)
    torch.testing.assert_close(plain.state_dict(), clipped.state_dict())


@pytest.mark.filterwarnings("ignore")  # another project's, and as many as it likes
def test_opacus_agrees_where_it_is_installed():
    opacus = pytest.importorskip("opacus")
    model, dice = TabularVAE(3, seed=1), torch.Generator().manual_seed(0)
    x, noise = torch.randn(8, 3, generator=dice), torch.randn(8, model.n_noise, generator=dice)
    theirs = opacus.GradSampleModule(TabularVAE(3, seed=1), loss_reduction="sum")
    theirs(x, noise).sum().backward()
    slopes = torch.cat([part.grad_sample.flatten(1) for part in theirs.parameters()], 1)
    torch.testing.assert_close(person_gradients(model, x, noise), slopes, rtol=1e-4, atol=1e-5)
    accountant = opacus.accountants.RDPAccountant()
    for share, sigma, updates, delta, _ in PUBLISHED[1:3]:
        accountant.history = [(sigma, share, updates)]
        their_epsilon = accountant.get_epsilon(delta, alphas=list(range(2, 257)))
        assert epsilon(share, sigma, updates, delta) == pytest.approx(their_epsilon, rel=1e-9)
