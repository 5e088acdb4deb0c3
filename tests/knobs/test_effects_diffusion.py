"""Every knob of lesson 07 keeps the promise of its `effect` sentence, most of them over three seeds."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gentutor.datasets import load_avatars
from gentutor.datasets.shapes import SHAPES, load_shape, ring_centres
from gentutor.errors import TrainingDivergedError
from gentutor.knobs import lesson_knobs
from gentutor.metrics import class_features, obeyed, predicted_class
from gentutor.models import (
    DIFFUSION_FAST,
    Averaged,
    PictureVelocity,
    PointVelocity,
    diffusion_adam,
    diffusion_update,
    load_bundled,
    wished,
)
from gentutor.models.diffusion_samplers import sample_path
from gentutor.models.schedules import picture_and_noise
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
    return {"network": network, "average": Averaged(network), "optimiser": diffusion_adam(network)}


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
def people(seed, steps=150, forget=0.15):
    """Avatars of the two attributes that are learnt soonest, at half the usual width."""
    avatars = load_avatars("train", n=3000, seed=seed)
    y = torch.stack([avatars.attributes[name] for name in ("background", "glasses")], dim=1)
    network = PictureVelocity((3, 16, 16), (4, 3), width=16, seed=seed)
    parts, batches = parts_of(network), Batches(2 * avatars.x - 1, y, seed=seed)
    for step in range(steps):
        settings = SimpleNamespace(**(DIFFUSION_FAST | {"forget": forget}), progress=step / steps)
        x = batches.at(32 * step, 32)
        diffusion_update(**parts, x=x, settings=settings, generator=generator(seed, "step", step))
    return parts["average"]


def backgrounds(network, seed, told=True):
    """The share of 200 people with the background that was ordered, and their pictures."""
    wanted = torch.arange(200) % 4
    y = torch.stack([wanted if told else torch.full_like(wanted, -1), torch.full_like(wanted, -1)], dim=1)
    x = torch.randn(200, 3, 16, 16, generator=generator(seed, "people"))
    made = (sample_path(x, 6, wished(network, y))[-1] + 1) / 2
    return obeyed(made, {"background": wanted})["background"], made


@over_seeds
def test_diffusion_updates(seed):
    """Higher: avatars that obey more of their switches, with diminishing return."""
    few, usual, many = (backgrounds(people(seed, steps), seed)[0] for steps in (10, 150, 250))
    assert usual > few + 0.2
    assert usual - few > many - usual


@over_seeds
def test_diffusion_forget(seed):
    """Higher: what it draws when told obeys later."""
    assert backgrounds(people(seed), seed)[0] > backgrounds(people(seed, forget=0.9), seed)[0] + 0.1


@over_seeds
def test_diffusion_schedule_kind(seed):
    """Higher: 1 rounds the paths, 2 spends most of the time in near-pure noise, and needs more steps."""
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
