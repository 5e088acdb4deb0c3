"""Codes: their distribution, ways and grids."""

import pytest
import torch

from gentutor.samplers import (
    attribute_direction,
    interpolate,
    reparameterise,
    sample_prior,
)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_reparameterise_has_the_stated_mean_and_spread() -> None:
    mu, logvar = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, 2.0]])
    z = reparameterise(mu, logvar, torch.randn(100_000, 2, generator=rng()))
    torch.testing.assert_close(z.mean(0), mu[0], atol=0.03, rtol=0)
    torch.testing.assert_close(z.std(0), (logvar[0] / 2).exp(), atol=0.03, rtol=0)


def test_gradients_flow_to_mean_and_spread() -> None:
    mu, logvar = torch.zeros(1, 1, requires_grad=True), torch.zeros(1, 1, requires_grad=True)
    reparameterise(mu, logvar, torch.tensor([[3.0]])).sum().backward()
    assert mu.grad is not None
    assert logvar.grad is not None
    assert mu.grad.item() == 1
    assert logvar.grad.item() == 1.5  # d/dlogvar of 3 exp(logvar / 2)


def test_prior_draws_come_from_the_generator_alone() -> None:
    before = torch.get_rng_state()
    a, b = (sample_prior(50_000, 2, rng(5)) for _ in range(2))
    assert torch.equal(a, b)
    assert torch.equal(torch.get_rng_state(), before)
    torch.testing.assert_close(a.mean(0), torch.zeros(2), atol=0.03, rtol=0)
    torch.testing.assert_close(a.T.cov(), torch.eye(2), atol=0.03, rtol=0)


@pytest.mark.parametrize("spherical", [False, True])
def test_interpolation_keeps_its_ends(spherical: bool) -> None:
    start, end = torch.randn(2, 6, generator=rng())
    way = interpolate(start, end, 9, spherical=spherical)
    assert way.shape == (9, 6)
    torch.testing.assert_close(way[0], start)
    torch.testing.assert_close(way[-1], end)


def test_spherical_way_keeps_the_length_and_the_straight_one_cuts_through() -> None:
    start, end = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 2.0])
    torch.testing.assert_close(interpolate(start, end, 5, spherical=True).norm(dim=1), torch.full((5,), 2.0))
    assert interpolate(start, end, 5)[2].norm() == pytest.approx(2**0.5)


def test_spherical_way_between_opposite_or_equal_ends_is_straight() -> None:
    start = torch.tensor([1.0, 2.0])
    for end in (-start, start):
        assert torch.equal(interpolate(start, end, 5, spherical=True), interpolate(start, end, 5))


def test_a_direction_recovers_a_planted_step() -> None:
    y = torch.arange(3000) % 3
    centres = torch.tensor([[0.0, 0.0], [4.0, 0.0], [0.0, -4.0]])
    z = centres[y] + 0.1 * torch.randn(3000, 2, generator=rng())
    two = z[y < 2]
    torch.testing.assert_close(attribute_direction(two, y[y < 2] == 1), torch.tensor([4.0, 0.0]), atol=0.02, rtol=0)
