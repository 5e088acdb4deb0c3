"""Velocity networks and their recipe: what they are told, and that they learn."""

import math
from itertools import pairwise
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from gentutor.models import (
    DIFFUSION_FAST,
    Averaged,
    PictureVelocity,
    PointVelocity,
    diffusion_optimiser,
    diffusion_update,
    wished,
)
from gentutor.models.diffusion import time_waves
from gentutor.models.diffusion_recipe import forgotten, random_times
from gentutor.samplers.paths import (
    guided_velocity,
    sample_path,
)
from gentutor.seeding import generator


def test_times_are_spread_and_their_waves_differ() -> None:
    t = random_times(64, generator(0))
    assert torch.equal((t * 64).long(), torch.arange(64))
    waves = time_waves(torch.linspace(0, 1, 100))
    assert waves.shape == (100, 16)
    assert torch.pdist(waves).min() > 0.01


def test_wishes_are_forgotten_one_by_one_and_all_at_once() -> None:
    y = torch.ones(4000, 3, dtype=torch.int64)
    hidden = forgotten(y, 0.3, generator(0)) < 0
    assert float(hidden.float().mean()) == pytest.approx(0.1 + 0.9 * 0.3, abs=0.02)
    assert float(hidden.all(1).float().mean()) == pytest.approx(0.1 + 0.9 * 0.3**3, abs=0.02)
    assert bool((forgotten(y, 0.0, generator(0)) < 0).any())


def small(**options) -> PictureVelocity:
    """A network that is awake: its last layers are not zero as in the beginning."""
    network = PictureVelocity((3, 8, 8), (2, 4), width=8, **options)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if "second" in name or "paint" in name:
                weight.copy_(0.1 * torch.randn(weight.shape, generator=generator(1, name)))
    return network


def given(n: int = 5) -> tuple[Tensor, Tensor, Tensor]:
    x = torch.randn(n, 3, 8, 8, generator=generator(0, "x"))
    return x, torch.linspace(0.1, 0.9, n), torch.tensor([[0, 3], [1, 2], [-1, 0], [1, -1], [-1, -1]])[:n]


def test_a_picture_network_hears_time_and_each_wish_and_mixes_no_pictures() -> None:
    network = small()
    x, t, y = given()
    v = network(x, t, y)
    assert v.shape == x.shape
    torch.testing.assert_close(network(x[:1], t[:1], y[:1]), v[:1], atol=1e-5, rtol=1e-4)
    for column in (0, 1):
        other = y.clone()
        other[:, column] = (other[:, column] + 2) % 2
        changed = (network(x, t, other) - v).flatten(1).abs().amax(1)
        assert bool((changed[other[:, column] != y[:, column]] > 1e-4).all())
    assert (network(x, t.flip(0), y) - v).abs().amax() > 1e-3


def test_weights_follow_the_seed_and_leave_the_global_stream_alone() -> None:
    before = torch.get_rng_state()
    for kind in (lambda seed: PictureVelocity(width=8, seed=seed), lambda seed: PointVelocity(seed=seed)):
        first, again, other = (list(kind(seed).parameters()) for seed in (3, 3, 4))
        assert all(map(torch.equal, first, again))
        assert not all(map(torch.equal, first, other))
    assert torch.equal(torch.get_rng_state(), before)


def test_16_bit_products_give_nearly_the_same_numbers() -> None:
    full, half = small()(*given()), small(in_16_bits=True)(*given())
    assert half.dtype == torch.float32
    assert not torch.equal(full, half)
    torch.testing.assert_close(full, half, atol=0.1, rtol=0.1)


def test_updates_teach_a_network_to_obey() -> None:
    """Two plain pictures, black and white, ordered by one wish: after 60 updates the right one comes."""
    y = torch.arange(64)[:, None] % 2
    x = (2.0 * y - 1).view(-1, 1, 1, 1).expand(-1, 1, 4, 4)
    network = PictureVelocity((1, 4, 4), (2,), width=8)
    parts = {"network": network, "average": Averaged(network, 0.9), "optimiser": diffusion_optimiser(network)}
    losses = []
    for step in range(60):
        settings = SimpleNamespace(**(DIFFUSION_FAST | {"lr": 1e-2}), progress=step / 60)
        losses.append(diffusion_update(**parts, x=(x, y), settings=settings, generator=generator(0, step))["loss"])
    assert losses[-1] < 0.5 * losses[0]
    start = torch.randn(64, 1, 4, 4, generator=generator(0, "start"))
    made = sample_path(start, 8, wished(parts["average"], y))[-1]
    assert bool((made.mean((1, 2, 3)).sign() == x.mean((1, 2, 3))).all())
    free = sample_path(start, 8, wished(parts["average"], torch.full_like(y, -1)))[-1].mean((1, 2, 3)).sign()
    assert 0.1 < float((free > 0).float().mean()) < 0.9


def test_guidance_one_is_a_single_call_and_equals_two() -> None:
    network, (x, t, y) = small().eval(), given()
    calls = []
    network.register_forward_hook(lambda *_: calls.append(1))
    with torch.no_grad():
        one = wished(network, y)(x, t)
        two = wished(network, y, 2.0)(x, t)
        untold = network(x, t, torch.full_like(y, -1))
    assert len(calls) == 3
    torch.testing.assert_close(two, guided_velocity(one, untold, 2.0), atol=1e-4, rtol=1e-4)


def test_a_point_network_learns_where_points_are() -> None:
    points = torch.tensor([[1.0, 0.0], [-1.0, 0.0]]).repeat(64, 1)
    network = PointVelocity(width=32)
    parts = {"network": network, "average": Averaged(network, 0.95), "optimiser": diffusion_optimiser(network)}
    for step in range(500):
        settings = SimpleNamespace(**(DIFFUSION_FAST | {"lr": 2e-2}), progress=step / 500)
        diffusion_update(**parts, x=points, settings=settings, generator=generator(0, step))
    start = torch.randn(200, 2, generator=generator(0, "start"))
    path = sample_path(start, 32, parts["average"])
    assert float(torch.cdist(path[-1], points[:2]).min(1).values.median()) < 0.15
    lengths = [float((b - a).norm(dim=1).mean()) for a, b in pairwise(path)]
    assert not math.isclose(lengths[0], lengths[-1])
