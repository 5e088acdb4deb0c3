"""Every knob of lesson 02 keeps the promise of its `effect` sentence, over three seeds."""

import math
from functools import cache

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from gentutor.datasets import load_fashion
from gentutor.errors import TrainingDivergedError
from gentutor.knobs import lesson_knobs
from gentutor.models.initialisation import SCHEMES, deep_net
from gentutor.training import Batches, Run
from gentutor.training.optimisers import momentum_step

SEEDS = (0, 1, 2)
KNOBS = lesson_knobs("training")
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def rows(split, n):
    images = load_fashion(split, n=n, seed=0)
    return ((images.x - 0.29) / 0.35).flatten(1), images.y


def update(model, optimiser, x, settings, generator):
    pictures, labels = x
    for group in optimiser.param_groups:
        group["lr"], group["momentum"] = settings.lr, settings.momentum
        group["weight_decay"] = settings.weight_decay
    loss = cross_entropy(model(pictures), labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return {"loss": loss.item()}


@cache
def trained(seed, steps=100, **settings):
    model = deep_net(784, 48, 48, 10, seed=seed)
    parts = {"model": model, "optimiser": torch.optim.SGD(model.parameters(), lr=0.1)}
    batches = Batches(*rows("train", 4000), seed=seed)
    return Run(update, parts, batches, settings, knobs=KNOBS, steps=steps, seed=seed).finish(progress=False)


def losses(seed, **settings):
    return trained(seed, **settings).curve("loss")[1]


def accuracy(seed, **settings):
    x, y = rows("test", 1000)
    model = trained(seed, **settings).parts["model"]
    with torch.no_grad():
        return float((model(x).argmax(1) == y).float().mean())


@cache
def last_spread(seed, scheme=3, gain=1.0, depth=20):
    with torch.no_grad():
        net = deep_net(784, *[64] * (depth - 1), 10, scheme=scheme, gain=gain, seed=seed)
        return float(net(rows("train", 4000)[0][:128]).std())


def test_training_seed():
    """Another seed: another run of the same quality."""
    found = [accuracy(seed) for seed in SEEDS]
    assert len({float(losses(seed)[-1]) for seed in SEEDS}) == 3
    assert max(found) - min(found) < 0.1


@over_seeds
def test_training_scheme(seed):
    """0 and 1: the signal of a deep ReLU net dies out; 2: it fades; 3 and 4: it stays level."""
    fixed, default, xavier, he, orthogonal = (last_spread(seed, scheme) for scheme in range(len(SCHEMES)))
    assert max(fixed, default) < 1e-4
    assert 1e-4 < xavier < 0.05
    assert 0.2 < he < 5
    assert 0.2 < orthogonal < 5


@over_seeds
def test_training_gain(seed):
    """Higher: the spread grows by this factor in every layer; lower: it shrinks by it."""
    usual = last_spread(seed)
    for gain in (0.5, 0.8, 1.25, 2.0):
        assert last_spread(seed, gain=gain) / usual == pytest.approx(gain**20, rel=1e-3)


@over_seeds
def test_training_depth(seed):
    """Higher: a wrong gain does more harm, because its factor counts once for each layer."""
    harm = [last_spread(seed, gain=0.8, depth=n) / last_spread(seed, depth=n) for n in (5, 20, 40)]
    assert harm[0] > 10 * harm[1] > 100 * harm[2]


@over_seeds
def test_training_epochs(seed):
    """Higher: a lower loss, with diminishing return."""
    steps = [trained(seed).batches.steps_for(epochs, 64) for epochs in (1, 3, 9)]
    ends = [losses(seed, steps=n)[-30:].mean() for n in steps]
    assert ends[0] - ends[1] > 0
    assert (ends[0] - ends[1]) / 2 > (ends[1] - ends[2]) / 6  # gain for each epoch


@over_seeds
def test_training_lr(seed):
    """Higher: the loss falls faster at first; too high, it jumps or the run diverges."""
    slow, usual = (losses(seed, lr=lr)[20:40].mean() for lr in (1e-4, 0.02))
    assert usual < slow - 0.5
    try:
        too_high = losses(seed, lr=1.0)
    except TrainingDivergedError:
        return
    assert too_high.max() > 3 * too_high[0]


@pytest.mark.parametrize("steep", [10.0, 30.0, 100.0])
def test_training_momentum(steep):
    """Higher: faster along a valley and less zigzag across it; near 1 it overshoots."""
    curvature = torch.tensor([1.0, steep])

    def walk(momentum, lr):
        w, v, path = torch.tensor([-1.0, 1.0]), torch.zeros(2), []
        for _ in range(60):
            w, v = momentum_step(w, curvature * w, v, lr, momentum)
            path.append(w)
        return torch.stack(path)

    slow, fast, wild = (walk(momentum, 0.3 / steep) for momentum in (0.0, 0.7, 0.99))
    assert fast[-1, 0].abs() < 0.8 * slow[-1, 0].abs()  # along
    # The edge of what is stable: without momentum the path flips from wall to wall, with it less often.
    flips = [int((walk(momentum, 1.8 / steep)[:20, 1].sign().diff() != 0).sum()) for momentum in (0.0, 0.7)]
    assert flips[1] < flips[0]
    assert wild[:, 0].max() > 0.5  # shoots past 0 from the far side
    assert slow[:, 0].max() < 0


@over_seeds
def test_training_batch_size(seed):
    """Higher: a smoother loss curve, and fewer updates in an epoch."""

    def jitter(batch_size):
        return np.diff(losses(seed, batch_size=batch_size, lr=0.005)[30:]).std()

    assert jitter(256) < 0.6 * jitter(16)
    batches = trained(seed).batches
    assert batches.steps_for(1, 256) < batches.steps_for(1, 16)


@over_seeds
def test_training_weight_decay(seed):
    """Higher: smaller weights; far too high, and the network forgets faster than it learns."""

    def size(weight_decay):
        model = trained(seed, weight_decay=weight_decay).parts["model"]
        return math.sqrt(sum(float(w.detach().square().sum()) for w in model.parameters()))

    assert size(1e-6) > size(0.1) > size(1.0)
    assert accuracy(seed, weight_decay=1.0) < accuracy(seed, weight_decay=1e-4) - 0.1
