"""First weights have the spread that their scheme promises, and the right one keeps a signal level."""

import math

import pytest
import torch

from gentutor.models.initialisation import GAINS, SCHEMES, deep_net, first_weights, init_std
from gentutor.seeding import generator


@pytest.mark.parametrize("scheme", range(len(SCHEMES)), ids=SCHEMES)
def test_spread_of_each_scheme(scheme):
    n_in, n_out = 200, 100
    wanted = (0.01, 1 / math.sqrt(3 * n_in), math.sqrt(2 / (n_in + n_out)), math.sqrt(2 / n_in), math.sqrt(2 / n_in))
    weights = first_weights(scheme, n_in, n_out, 2.0, generator(0))
    assert weights.shape == (n_out, n_in)
    assert float(weights.std()) == pytest.approx(2 * wanted[scheme], rel=0.03)


def test_torchs_default_is_that_of_torch():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        theirs = torch.nn.Linear(200, 100).weight.detach()
    ours = first_weights(1, 200, 100, 1.0, generator(0))
    assert float(ours.std()) == pytest.approx(float(theirs.std()), rel=0.03)
    assert float(ours.abs().max()) == pytest.approx(float(theirs.abs().max()), rel=0.01)


@pytest.mark.parametrize("sizes", [(6, 4), (4, 6)])
def test_orthogonal_weights_are_orthogonal(sizes):
    w = first_weights(4, *sizes, 1.0, generator(0))
    product = w @ w.T if w.shape[0] < w.shape[1] else w.T @ w
    torch.testing.assert_close(product, 2 * torch.eye(4))


@pytest.mark.parametrize("nonlinearity", GAINS)
def test_the_gains_are_torchs(nonlinearity):
    gain = torch.nn.init.calculate_gain(nonlinearity)
    assert init_std(49, nonlinearity) == pytest.approx(gain / 7)


def test_a_net_does_not_touch_the_global_stream():
    before = torch.random.get_rng_state()
    assert len(deep_net(5, 4, 3, 2)) == 5
    assert torch.equal(before, torch.random.get_rng_state())
