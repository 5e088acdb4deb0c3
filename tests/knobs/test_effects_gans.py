"""Every knob of lesson 03 keeps the promise of its `effect` sentence, over three seeds."""

import time
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from gentutor.datasets import load_fashion
from gentutor.datasets.shapes import SHAPES, load_shape, ring_centres
from gentutor.errors import TrainingDivergedError
from gentutor.knobs import lesson_knobs
from gentutor.metrics import class_features, feature_distance, mode_coverage, precision_recall, predicted_class
from gentutor.models import GAN_FAST, Averaged, Discriminator, Generator, gan_adam, gan_update, load_bundled
from gentutor.models.point_game import game_losses, point_game_update, point_players, slope_penalty
from gentutor.samplers import truncated_noise
from gentutor.seeding import generator
from gentutor.training import Batches, Run

SEEDS = (0, 1, 2)
KNOBS = lesson_knobs("gans")
SPOTS = ring_centres()
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def points(seed):
    return load_shape("ring of eight", 5000, generator(seed, "points"))


@cache
def played(seed, steps=400, **settings):
    run = Run(
        point_game_update, point_players(seed)._asdict(), Batches(points(seed), seed=seed), settings, knobs=KNOBS,
        steps=steps, seed=seed,
    )  # fmt: skip
    return run.finish(progress=False)


@torch.no_grad()
def fakes(run):
    return run.parts["G"](torch.randn(2000, 2, generator=generator(run.seed, "fakes")))


def covered(run):
    return mode_coverage(fakes(run), SPOTS, radius=0.2, share=1 / 6)


def distance(run):
    return float(torch.cdist(fakes(run), SPOTS).min(1).values.median())


def mean_of(run, name, first, last):
    return float(run.curve(name)[1][first:last].mean())


def test_gans_seed():
    """Another seed: another run of the same quality."""
    runs = [played(seed) for seed in SEEDS]
    assert len({float(fakes(run).sum()) for run in runs}) == 3
    assert all(covered(run) >= 7 for run in runs)


@over_seeds
def test_gans_rounds(seed):
    """Higher: the fakes lie closer to the target, with diminishing return."""
    few, usual, many = (distance(played(seed, steps=steps)) for steps in (50, 400, 800))
    assert few - usual > abs(usual - many)
    assert few > usual


@over_seeds
def test_gans_image_rounds(seed):
    """Higher: garments that are nearer to real ones, with diminishing return."""
    train, test = load_fashion("train", n=2000), load_fashion("test", n=600)

    def reached(rounds):
        g, d = Generator(width=8, seed=seed), Discriminator(width=16, seed=seed)
        average, optimisers = Averaged(g), {"g_optimiser": gan_adam(g), "d_optimiser": gan_adam(d)}
        batches = Batches(train.x, train.y, seed=seed)
        for step in range(rounds):
            now = SimpleNamespace(**GAN_FAST, progress=step / rounds)
            x, noise = batches.at(32 * step, 32), generator(seed, "step", step)
            gan_update(g, d, average, **optimisers, x=x, settings=now, generator=noise)
        with torch.no_grad():
            made = average(torch.randn(600, g.z_dim, generator=generator(seed, "made")), torch.arange(600) % 10)
        return feature_distance(made, test.x)

    nothing, some, more = (reached(rounds) for rounds in (0, 60, 300))
    assert nothing > some > more


@over_seeds
def test_gans_batch_size(seed):
    """Higher: a smoother loss curve, and fewer updates in an epoch."""

    def jitter(batch_size):
        return np.diff(played(seed, batch_size=batch_size, steps=200).curve("loss_d")[1][100:]).std()

    assert jitter(512) < 0.6 * jitter(16)
    batches = played(seed).batches
    assert batches.steps_for(1, 512) < batches.steps_for(1, 16)


@over_seeds
def test_gans_lr_d(seed):
    """Higher: it tells real from fake sooner; too high, it jumps about."""
    slow, usual = (mean_of(played(seed, steps=60, n_g=0, lr_d=lr), "caught", 10, 30) for lr in (1e-5, 4e-3))
    assert usual > slow + 0.1
    calm = np.diff(played(seed, steps=100).curve("loss_d")[1]).max()
    try:
        assert np.diff(played(seed, steps=100, lr_d=0.1).curve("loss_d")[1]).max() > 3 * calm
    except TrainingDivergedError:
        return


@over_seeds
def test_gans_lr_g(seed):
    """Higher: the fakes travel faster; too high, they are thrown about, and the losses jump."""
    start = point_players(seed).G(torch.randn(2000, 2, generator=generator(seed, "fakes"))).detach()
    slow, usual = ((fakes(played(seed, steps=40, lr_g=lr)) - start).norm(dim=1).mean() for lr in (1e-4, 4e-3))
    assert usual > 2 * slow
    calm, wild = (np.abs(np.diff(played(seed, steps=60, lr_g=lr).curve("loss_g")[1])).max() for lr in (4e-3, 0.1))
    assert wild > 3 * calm


@over_seeds
def test_gans_n_d(seed):
    """Higher: it catches more fakes; at 0 it stays as it is."""
    one, six = (mean_of(played(seed, steps=150, n_d=n), "caught", 75, None) for n in (1, 6))
    assert six > one + 0.05
    kept = played(seed, steps=20, n_d=0).parts["D"].state_dict()
    assert all(torch.equal(kept[name], weight) for name, weight in point_players(seed).D.state_dict().items())


@over_seeds
def test_gans_n_g(seed):
    """Higher: the fakes crowd into fewer places; at 0 they stay where they are."""
    assert covered(played(seed, steps=150, n_g=8)) <= 3 < covered(played(seed))
    kept = played(seed, steps=20, n_g=0).parts["G"].state_dict()
    assert all(torch.equal(kept[name], weight) for name, weight in point_players(seed).G.state_dict().items())


@over_seeds
def test_gans_loss_kind(seed):
    """Higher: 1 lets a fake that is seen through learn where 0 does not; in 2 only differences count."""
    real = 3 + torch.randn(50, generator=generator(seed, "real"))
    fake = (torch.randn(50, generator=generator(seed, "fake")) - 8).requires_grad_()
    slopes = [torch.autograd.grad(game_losses(kind, real, fake)[1], fake)[0].abs().sum() for kind in (0, 1, 2)]
    assert slopes[1] > 50 * slopes[0]
    assert slopes[2] > 50 * slopes[0]
    for kind, same in ((0, False), (1, False), (2, True)):
        moved = zip(game_losses(kind, real + 5, fake + 5), game_losses(kind, real, fake), strict=True)
        assert all(torch.allclose(one, other, rtol=1e-4) for one, other in moved) == same


@over_seeds
def test_gans_r1(seed):
    """Higher: a flatter discriminator, and a game that settles."""
    free, bound = (played(seed, steps=200, lr_d=0.02, lr_g=0.02, r1=r1) for r1 in (0.0, 1.0))
    assert slope_penalty(bound.parts["D"], points(seed)) < 0.5 * slope_penalty(free.parts["D"], points(seed))
    swing = [run.curve("loss_g")[1][100:].std() for run in (free, bound)]
    assert swing[1] < swing[0]


def test_gans_slow_motion(monkeypatch):
    """Higher: fewer updates in a second, and the very same ones."""
    naps = []
    monkeypatch.setattr(time, "sleep", naps.append)
    slow, quick = played(0, steps=10, slow_motion=100), played(0, steps=10, slow_motion=0)
    assert naps[:10] == [0.1] * 10
    assert torch.equal(fakes(slow), fakes(quick))


@over_seeds
def test_gans_target(seed):
    """Higher: another shape; a ring or a grid has separate spots, a line has none."""
    shapes = [load_shape(number, 1000, generator(seed, "shape")) for number in range(5)]
    assert len(SHAPES) == 5 == KNOBS["target"].high + 1
    assert all(shape.abs().max() < 1.6 for shape in shapes)
    assert sum(bool(torch.equal(a, b)) for a in shapes for b in shapes) == 5
    assert [n_clusters(shape) for shape in shapes] == [8, 9, 2, 1, 1]


def n_clusters(xy, reach=0.2):
    """How many groups of points are farther than `reach` from all other groups."""
    near, left, n = torch.cdist(xy, xy) < reach, torch.ones(len(xy), dtype=bool), 0
    while left.any():
        group = torch.zeros_like(left)
        group[left.nonzero()[0]] = True
        while True:
            grown = near[group].any(0)
            if bool((grown == group).all()):
                break
            group = grown
        left, n = left & ~group, n + 1
    return n


@over_seeds
def test_gans_garment(seed):
    """Another class: other garments from the same noise."""
    model = load_bundled("gan_fashion")
    z = truncated_noise(100, model.z_dim, 2.0, generator(seed, "noise"))
    with torch.no_grad():
        made = [model(z, torch.full((100,), garment)) for garment in (1, 8, 9)]  # trousers, bags, boots
    for garment, x in zip((1, 8, 9), made, strict=True):
        assert (predicted_class(x) == garment).float().mean() > 0.8
    assert (made[0] - made[1]).abs().mean() > 0.1


@over_seeds
def test_gans_truncation(seed):
    """Higher: recall rises, precision falls."""
    model, real = load_bundled("gan_fashion"), class_features(load_fashion("test", n=1000).x)

    def both(limit):
        z = truncated_noise(1000, model.z_dim, limit, generator(seed, "noise"))
        with torch.no_grad():
            x = torch.cat([model(a, torch.arange(250) % 10) for a in z.split(250)])
        return precision_recall(class_features(x), real)

    (high_precision, low_recall), (low_precision, high_recall) = both(0.5), both(3.0)
    assert high_precision > low_precision
    assert low_recall < high_recall
