"""Lesson 07: what it shows in view is what the package holds, with equal tensors and equal weights on one seed."""

from types import SimpleNamespace

import pytest
import torch

from gentutor.exercises.diffusion.euler_sample import euler_sample as taught_euler
from gentutor.exercises.diffusion.inputs import drift
from gentutor.knobs import lesson_knobs
from gentutor.models import Averaged, PictureVelocity, PointVelocity, diffusion_optimiser, diffusion_update
from gentutor.models.diffusion import time_waves
from gentutor.models.diffusion_recipe import forgotten
from gentutor.samplers import paths as samplers
from gentutor.samplers.schedules import add_noise, picture_and_noise, schedule, shares, velocity_target
from gentutor.seeding import generator
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["07_diffusion"]
KNOBS = lesson_knobs("diffusion")
IN_VIEW = (
    "imports", "schedule", "add-noise", "velocity-target", "ideal", "euler-sample", "other-samplers", "update",
    "point-network", "block", "network", "guided-velocity",
)  # fmt: skip
CELLS = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
each_kind = pytest.mark.parametrize("kind", range(3))


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them."""
    names = {"seed": 3}
    for cell in IN_VIEW:
        exec(compile(CELLS[cell], cell, "exec"), names)
    return SimpleNamespace(**names)


@pytest.fixture
def given():
    x, eps = torch.randn(2, 6, 3, 4, 4, generator=generator(0))
    return x, eps, torch.linspace(0.1, 0.9, 6)


@each_kind
def test_schedules_and_targets_in_view_equal_those_of_the_package(shown, given, kind):
    x, eps, t = given
    assert all(map(torch.equal, shown.schedule(t, kind), schedule(t, kind)))
    assert all(map(torch.equal, shown.shares(t, x, kind), shares(t, x, kind)))
    for ours, theirs in ((shown.add_noise, add_noise), (shown.velocity_target, velocity_target)):
        assert torch.equal(ours(x, eps, t, kind), theirs(x, eps, t, kind))
    assert all(map(torch.equal, shown.picture_and_noise(x, eps, t, kind), picture_and_noise(x, eps, t, kind)))


@each_kind
def test_samplers_in_view_equal_those_of_the_package(shown, kind):
    x = torch.randn(5, 2, generator=generator(0))
    velocity = shown.ideal_velocity(torch.tensor([[1.0, 0.0], [-1.0, 0.5]]), kind)
    assert torch.equal(shown.euler_sample(x, 7, velocity), samplers.euler_sample(x, 7, velocity))
    torch.testing.assert_close(shown.euler_sample(x, 7), taught_euler(x, 7))
    assert torch.equal(shown.drift(x, x[:, 0]), drift(x, x[:, 0]))
    assert torch.equal(shown.heun_sample(x, 7, velocity), samplers.heun_sample(x, 7, velocity))
    ours, theirs = shown.denoising_sample(x, 7, velocity, kind), samplers.ddim_sample(x, 7, velocity, kind)
    torch.testing.assert_close(ours, theirs)
    ours = shown.denoising_sample(x, 7, velocity, kind, generator(1))
    torch.testing.assert_close(ours, samplers.ancestral_sample(x, 7, velocity, kind, generator=generator(1)))


def test_the_ideal_velocity_is_the_mean_over_all_pairs(shown):
    """By drawing many pairs and keeping those that lead through a narrow window around one place."""
    points, n = torch.tensor([[-1.0], [1.0]]), 400_000
    x = points[torch.randint(2, (n,), generator=generator(0))]
    eps, t = torch.randn(n, 1, generator=generator(1)), torch.full((n,), 0.4)
    x_t, v = add_noise(x, eps, t), velocity_target(x, eps, t)
    for place in (-0.6, 0.1, 0.5):
        near = (x_t - place).abs().squeeze(1) < 0.02
        ideal = shown.ideal_velocity(points)(torch.tensor([[place]]), torch.tensor([0.4]))
        assert v[near].mean().item() == pytest.approx(ideal.item(), abs=0.06)


def test_guidance_and_clock_in_view_equal_those_of_the_package(shown, given):
    told, untold, t = given
    assert torch.equal(shown.guided_velocity(told, untold, 2.5), samplers.guided_velocity(told, untold, 2.5))
    assert torch.equal(shown.time_waves(t), time_waves(t))
    y = torch.ones(50, 4, dtype=torch.int64)
    assert torch.equal(shown.forgotten(y, 0.3, generator(0)), forgotten(y, 0.3, generator(0)))


def trained(network, update, batch, kind):
    settings = SimpleNamespace(lr=1e-2, forget=0.2, schedule_kind=kind, progress=0.25)
    parts = {"network": network, "average": Averaged(network), "optimiser": diffusion_optimiser(network)}
    for step in range(3):
        update(**parts, x=batch, settings=settings, generator=generator(0, step))
    return parts["average"].network.state_dict()


@each_kind
def test_points_train_to_equal_weights_in_view_and_in_the_package(shown, kind):
    x = torch.randn(16, 2, generator=generator(0))
    ours = trained(shown.PointVelocity(seed=5), shown.update, x, kind)
    theirs = trained(PointVelocity(seed=5), diffusion_update, x, kind)
    assert all(map(torch.equal, ours.values(), theirs.values()))


def test_pictures_train_to_equal_weights_in_view_and_in_the_package(shown):
    batch = torch.rand(8, 3, 8, 8, generator=generator(0)), torch.randint(2, (8, 2), generator=generator(1))
    ours = trained(shown.PictureVelocity((3, 8, 8), (2, 3), width=8, seed=5), shown.update, batch, 0)
    theirs = trained(PictureVelocity((3, 8, 8), (2, 3), width=8, seed=5), diffusion_update, batch, 0)
    assert list(ours) == list(theirs)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
