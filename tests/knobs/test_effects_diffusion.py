"""Every knob of lesson 07 keeps the promise of its `effect` sentence, most of them over three seeds."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gentutor.datasets.shapes import SHAPES, load_shape, ring_centres
from gentutor.errors import TrainingDivergedError
from gentutor.knobs import lesson_knobs
from gentutor.metrics import class_features, predicted_class
from gentutor.models import (
    DIFFUSION_FAST,
    Averaged,
    PictureVelocity,
    PointVelocity,
    diffusion_optimiser,
    diffusion_update,
    load_bundled,
    wished,
)
from gentutor.samplers.paths import sample_path
from gentutor.samplers.schedules import picture_and_noise
from gentutor.seeding import generator
from gentutor.training import Batches, Run

SEEDS = (0, 1, 2)
KNOBS = lesson_knobs("diffusion")
SPOTS = ring_centres()
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def points(seed):
    return load_shape("ring of eight", 5000, generator(seed, "points"))


def parts_of(network):
    return {"network": network, "average": Averaged(network), "optimiser": diffusion_optimiser(network)}


@cache
def learnt(seed, steps=600, **settings):
    values = {"batch_size": 256} | settings
    run = Run(
        diffusion_update, parts_of(PointVelocity(seed=seed)), Batches(points(seed), seed=seed), values, knobs=KNOBS,
        steps=steps, seed=seed,
    )  # fmt: skip
    return run.finish(progress=False)


def ends(run, n_steps=32, sampler=0, kind=0, n=1500):
    noise = torch.randn(n, 2, generator=generator(run.seed, "noise"))
    return sample_path(noise, n_steps, run.parts["average"], sampler=sampler, kind=kind)[-1]


def distance(run, *walk):
    """The energy distance of samples to the data."""
    x, y = ends(run, *walk), points(run.seed)[:1500]
    return float(2 * torch.cdist(x, y).mean() - torch.cdist(x, x).mean() - torch.cdist(y, y).mean())


def test_diffusion_seed():
    """Another seed: another run of the same quality."""
    runs = [learnt(seed) for seed in SEEDS]
    assert len({float(ends(run).sum()) for run in runs}) == 3
    assert max(distance(run) for run in runs) < 0.03


@over_seeds
def test_diffusion_point_updates(seed):
    """Higher: samples that lie closer to the data, with diminishing return."""
    few, usual, many = (distance(learnt(seed, steps=steps)) for steps in (50, 600, 1000))
    assert few > usual
    assert few - usual > abs(usual - many)


@over_seeds
def test_diffusion_batch_size(seed):
    """Higher: a smoother loss curve, and fewer updates in an epoch."""

    def jitter(batch_size):
        return np.diff(learnt(seed, steps=200, batch_size=batch_size).curve("loss")[1][100:]).std()

    assert jitter(512) < 0.6 * jitter(16)
    batches = learnt(seed).batches
    assert batches.steps_for(1, 512) < batches.steps_for(1, 16)


@over_seeds
def test_diffusion_lr(seed):
    """Higher: the loss falls faster at first; too high, it jumps or the run diverges."""
    slow, usual = (learnt(seed, steps=100, lr=lr).curve("loss")[1][40:].mean() for lr in (1e-4, 0.02))
    assert usual < slow
    calm = np.abs(np.diff(learnt(seed, steps=100).curve("loss")[1])).max()
    try:
        assert np.abs(np.diff(learnt(seed, steps=100, lr=0.3).curve("loss")[1])).max() > 2 * calm
    except TrainingDivergedError:
        return


@cache
def corners(seed, steps=60, forget=0.15):
    """A network that draws a bright square into the corner that is ordered, small enough to be trained in a second."""
    corner = torch.arange(256) % 4
    x = torch.full((256, 1, 8, 8), -1.0)
    for k, (row, column) in enumerate(((0, 0), (0, 4), (4, 0), (4, 4))):
        x[k::4, :, row : row + 4, column : column + 4] = 1.0
    network = PictureVelocity((1, 8, 8), (4,), width=8, seed=seed)
    parts, batches = parts_of(network), Batches(x, corner[:, None], seed=seed)
    for step in range(steps):
        settings = SimpleNamespace(**(DIFFUSION_FAST | {"forget": forget, "lr": 1e-2}), progress=step / steps)
        diffusion_update(
            **parts, x=batches.at(64 * step, 64), settings=settings, generator=generator(seed, "step", step)
        )
    start = torch.randn(200, 1, 8, 8, generator=generator(seed, "corners"))
    made = sample_path(start, 8, wished(parts["average"], corner[:200, None]))[-1]
    brightest = made.unflatten(2, (2, 4)).unflatten(4, (2, 4)).mean((1, 3, 5)).flatten(1).argmax(1)
    return float((brightest == corner[:200]).float().mean())


@over_seeds
def test_diffusion_updates(seed):
    """Higher: avatars (here: corners) that obey more of their wishes, with diminishing return."""
    few, usual, many = (corners(seed, steps) for steps in (10, 150, 180))
    assert usual > few + 0.2
    assert usual - few > many - usual


@over_seeds
def test_diffusion_forget(seed):
    """Higher: wishes are obeyed later in training."""
    assert corners(seed, 150) > corners(seed, 150, 0.9) + 0.1


@over_seeds
def test_diffusion_schedule_kind(seed):
    """Higher: 2 spends most of the time in near-pure noise and needs more steps; with many, all arrive."""
    runs = [learnt(seed, schedule_kind=kind) for kind in range(3)]
    few = [distance(run, 4, 2, kind) for kind, run in enumerate(runs)]
    many = [distance(run, 50, 2, kind) for kind, run in enumerate(runs)]
    assert few[2] > 1.5 * max(few[:2])
    assert max(many) < 0.5 * few[2]


@over_seeds
def test_diffusion_sampler(seed):
    """1 is nearer in few steps; 2 equals 0 on the straight schedule; 3 gives one start many ends."""
    run = learnt(seed)
    exact = ends(run, 256)
    errors = [float((ends(run, 8, sampler) - exact).norm(dim=1).mean()) for sampler in (0, 1)]
    assert errors[1] < errors[0]
    assert torch.allclose(ends(run, 8, 0), ends(run, 8, 2), atol=1e-4)
    start = torch.randn(1, 2, generator=generator(seed, "start")).expand(200, 2)
    spread = [float(sample_path(start, 32, run.parts["average"], sampler=s)[-1].std(0).sum()) for s in (0, 3)]
    assert spread[0] < 1e-3
    assert spread[1] > 0.2


@over_seeds
def test_diffusion_n_steps(seed):
    """Higher: samples nearer to the data, with diminishing return; calls grow in proportion."""
    one, four, sixteen, many = (distance(learnt(seed), n) for n in (1, 4, 16, 64))
    assert one > four > sixteen
    assert one - four > four - sixteen > sixteen - many
    calls = []
    sample_path(torch.zeros(1, 2), 20, lambda x, t: calls.append(t) or x)
    assert len(calls) == 20


@over_seeds
def test_diffusion_time(seed):
    """Higher: the points gather on the data, and the guesses spread from one blur."""
    velocity = learnt(seed).parts["average"]
    noise = torch.randn(500, 2, generator=generator(seed, "noise"))
    path, gaps, spreads = sample_path(noise, 20, velocity), [], []
    for step in (0, 10, 19):
        t = torch.full((500,), step / 20)
        with torch.no_grad():
            guess, _ = picture_and_noise(path[step], velocity(path[step], t), t)
        gaps.append(float(torch.cdist(path[step], SPOTS).min(1).values.mean()))
        spreads.append(float(guess.std()))
    assert gaps[0] > gaps[1] > gaps[2]
    assert spreads[0] < 0.5 * spreads[1] < spreads[2]


@cache
def garments(seed, guidance, garment=None):
    network = load_bundled("diffusion_fashion")
    label = torch.arange(80) % 10 if garment is None else torch.full((30,), garment)
    x = torch.randn(len(label), 1, 28, 28, generator=generator(seed, "garments"))
    return label, (sample_path(x, 5, wished(network, label[:, None], guidance))[-1] + 1) / 2


@over_seeds
def test_diffusion_guidance(seed):
    """Higher: the wish is obeyed more often, and the samples of one wish differ less."""
    none, usual, strong = (garments(seed, guidance) for guidance in (0.0, 1.0, 3.0))
    agreed = [float((predicted_class(x) == label).float().mean()) for label, x in (none, usual, strong)]
    assert agreed[0] < 0.4 < agreed[1] < agreed[2]

    def apart(label, x):
        features = class_features(x)
        return float(torch.stack([torch.pdist(features[label == k]).mean() for k in range(10)]).mean())

    assert apart(*strong) < apart(*none)


def test_diffusion_target():
    """Another shape: a ring or a grid has separate spots, a line has none."""
    shapes = [load_shape(number, 1000, generator(0, "shape")) for number in range(5)]
    assert len(SHAPES) == 5 == KNOBS["target"].high + 1
    assert sum(bool(torch.equal(a, b)) for a in shapes for b in shapes) == 5
    assert all(shape.abs().max() < 1.6 for shape in shapes)
    alone = [float((torch.cdist(shape, shape) < 0.2).float().mean()) for shape in shapes]
    assert alone[4] > alone[0] > alone[1]


@over_seeds
def test_diffusion_garment(seed):
    """Another class: other garments from the same noise."""
    made = {k: garments(seed, 2.0, k)[1] for k in (1, 9)}  # trousers and boots
    for k, x in made.items():
        assert (predicted_class(x) == k).float().mean() > 0.7
    assert (made[1] - made[9]).abs().mean() > 0.1
