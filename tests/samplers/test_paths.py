"""Schedules and samplers of lesson 07: what the formulas promise, in numbers."""


import pytest
import torch
from torch import Tensor

from gentutor.errors import KnobError
from gentutor.samplers.paths import (
    SAMPLERS,
    ancestral_sample,
    ddim_sample,
    euler_sample,
    guided_velocity,
    heun_sample,
    sample_path,
)
from gentutor.samplers.schedules import SCHEDULES, add_noise, picture_and_noise, schedule, shares, velocity_target
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


def test_an_unknown_sampler_or_schedule_is_refused_in_words() -> None:
    with pytest.raises(KnobError, match=r"ancestral.*0 to 3; got 99"):
        sample_path(torch.zeros(1, 2), 2, lambda x, t: x, sampler=99)
    with pytest.raises(KnobError, match=r"DDPM.*0 to 2; got 3"):
        schedule(torch.zeros(1), 3)
