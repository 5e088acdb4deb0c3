"""Schedules, samplers and velocity networks: what the formulas promise, in numbers."""

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
    diffusion_adam,
    diffusion_update,
    wished,
)
from gentutor.models.diffusion import time_waves
from gentutor.models.diffusion_recipe import forgotten, random_times
from gentutor.models.diffusion_samplers import (
    SAMPLERS,
    ancestral_sample,
    ddim_sample,
    euler_sample,
    guided_velocity,
    heun_sample,
    sample_path,
)
from gentutor.models.schedules import SCHEDULES, add_noise, picture_and_noise, schedule, shares, velocity_target
from gentutor.seeding import generator

KINDS = range(len(SCHEDULES))
each_kind = pytest.mark.parametrize("kind", KINDS)
SPREAD = 0.7  # of data that are normal, whose velocity is known


def exact_velocity(kind: int):
    """The mean velocity for data from N(0, SPREAD²): everything is normal, so it is linear in x."""

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        a, b, da, db = shares(t, x, kind)
        return (a * da * SPREAD**2 + b * db) / (a**2 * SPREAD**2 + b**2) * x

    return velocity


def noise(n: int = 4000) -> Tensor:
    return torch.randn(n, 1, generator=generator(0, "noise"))


@each_kind
def test_a_schedule_leads_from_noise_to_data(kind: int) -> None:
    a, b, _, _ = schedule(torch.tensor([0.0, 1.0]), kind)
    assert a[0] < 0.01
    assert b[0] == pytest.approx(1, abs=1e-3)
    assert a[1] == pytest.approx(1, abs=1e-3)
    assert b[1] < 0.02
    a, b, _, _ = schedule(torch.linspace(0, 1, 200), kind)
    assert bool((a.diff() >= 0).all() and (b.diff() <= 0).all())
    if kind > 0:
        torch.testing.assert_close(a**2 + b**2, torch.ones(200))


@each_kind
def test_slopes_are_those_of_the_shares(kind: int) -> None:
    t = torch.linspace(0.01, 0.99, 50, dtype=torch.float64, requires_grad=True)
    a, b, da, db = schedule(t, kind)
    for share, slope in ((a, da), (b, db)):
        (wanted,) = torch.autograd.grad(share.sum(), t, retain_graph=True)
        torch.testing.assert_close(slope.detach(), wanted)


@each_kind
@pytest.mark.parametrize("shape", [(5, 2), (5, 3, 4, 4)])
def test_velocity_and_place_give_back_picture_and_noise(kind: int, shape: tuple[int, ...]) -> None:
    x, eps = torch.randn(2, *shape, generator=generator(0))
    t = torch.linspace(0.05, 0.95, 5)
    found = picture_and_noise(add_noise(x, eps, t, kind), velocity_target(x, eps, t, kind), t, kind)
    torch.testing.assert_close(found, (x, eps), atol=2e-3, rtol=2e-3)


@each_kind
def test_the_target_is_the_slope_of_the_way(kind: int) -> None:
    x, eps = torch.randn(2, 5, 2, generator=generator(0), dtype=torch.float64)
    t = torch.linspace(0.1, 0.9, 5, dtype=torch.float64)
    slope = (add_noise(x, eps, t + 1e-6, kind) - add_noise(x, eps, t - 1e-6, kind)) / 2e-6
    torch.testing.assert_close(velocity_target(x, eps, t, kind), slope, atol=1e-6, rtol=1e-6)


@each_kind
@pytest.mark.parametrize("sampler", range(len(SAMPLERS)))
def test_every_sampler_arrives_at_the_data_on_every_schedule(kind: int, sampler: int) -> None:
    path = sample_path(noise(), 200, exact_velocity(kind), sampler=sampler, kind=kind)
    assert path.shape == (201, 4000, 1)
    assert torch.equal(path[0], noise())
    assert float(path[-1].std()) == pytest.approx(SPREAD, rel=0.05)
    assert abs(float(path[-1].mean())) < 0.05


def test_the_error_of_euler_falls_with_the_step_and_that_of_heun_with_its_square() -> None:
    velocity = exact_velocity(0)
    exact = SPREAD * noise()  # the straight flow of normal data stretches the noise

    def error(walk, n: int) -> float:
        return float((walk(noise(), n, velocity)[-1] - exact).abs().mean())

    for walk, factor in ((euler_sample, 2), (heun_sample, 4)):
        ratios = [error(walk, n) / error(walk, 2 * n) for n in (16, 32)]
        assert ratios == pytest.approx([factor] * 2, rel=0.15)
    assert error(heun_sample, 16) < 0.3 * error(euler_sample, 32)  # at equal calls


def test_ddim_is_euler_on_the_straight_schedule_and_nowhere_else() -> None:
    for kind in KINDS:
        velocity = exact_velocity(kind)
        same = torch.allclose(ddim_sample(noise(), 8, velocity, kind), euler_sample(noise(), 8, velocity), atol=1e-5)
        assert same == (kind == 0)


def test_dice_of_the_ancestral_sampler_come_from_its_generator() -> None:
    velocity = exact_velocity(1)
    ends = [ancestral_sample(noise(50), 20, velocity, 1, generator=generator(seed))[-1] for seed in (0, 0, 1)]
    assert torch.equal(ends[0], ends[1])
    assert not torch.allclose(ends[0], ends[2], atol=0.1)


def test_guidance_goes_from_untold_over_told_and_on() -> None:
    told, untold = torch.tensor([2.0]), torch.tensor([1.0])
    assert [guided_velocity(told, untold, w).item() for w in (0.0, 1.0, 3.0)] == [1.0, 2.0, 4.0]


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
    parts = {"network": network, "average": Averaged(network, 0.9), "optimiser": diffusion_adam(network)}
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
    parts = {"network": network, "average": Averaged(network, 0.95), "optimiser": diffusion_adam(network)}
    for step in range(200):
        settings = SimpleNamespace(**(DIFFUSION_FAST | {"lr": 2e-2}), progress=step / 200)
        diffusion_update(**parts, x=points, settings=settings, generator=generator(0, step))
    start = torch.randn(200, 2, generator=generator(0, "start"))
    path = sample_path(start, 32, parts["average"])
    assert float(torch.cdist(path[-1], points[:2]).min(1).values.median()) < 0.15
    lengths = [float((b - a).norm(dim=1).mean()) for a, b in pairwise(path)]
    assert not math.isclose(lengths[0], lengths[-1])
