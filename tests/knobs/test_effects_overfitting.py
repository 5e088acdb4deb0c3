"""Every knob of lesson 11 keeps the promise of its `effect` sentence, over three seeds."""

from functools import cache

import numpy as np
import pytest
import torch

from gentutor.datasets import load_fashion
from gentutor.datasets.quantising import quantise, shrink
from gentutor.knobs import lesson_knobs
from gentutor.metrics import recited_share
from gentutor.models import HalfPainter, train_painter
from gentutor.models.masked_painter import painted

SEEDS = (0, 1, 2)
KNOBS = lesson_knobs("overfitting")
over_seeds = pytest.mark.parametrize("seed", SEEDS)
USUAL = {"updates": 120, "width": 128, "lr": 0.02, "batch_size": 50}


@cache
def greys(split, n, seed=0):
    return quantise(shrink(load_fashion(split, n=n, seed=seed).x), 4).unsqueeze(1)


@cache
def trained(seed, n_train=50, **settings):
    KNOBS.check(n_train=n_train, **settings)
    return train_painter(greys("train", n_train, seed), greys("test", 200), seed=seed, **USUAL | settings)


def end(seed, **settings):
    made = trained(seed, **settings)
    return made.training[made.kept], made.validation[made.kept]


def gap(seed, **settings):
    return trained(seed, **settings).gap


def test_overfitting_seed():
    """Another seed: another run of the same quality."""
    values = [end(seed)[0] for seed in SEEDS]
    assert len(set(values)) == 3
    assert max(values) - min(values) < 0.3 * np.mean(values)


@over_seeds
def test_overfitting_updates(seed):
    """Higher: the training loss goes on falling while the validation loss has long turned up."""
    (few_known, few_new), (many_known, many_new) = end(seed, updates=40), end(seed)
    assert many_known < few_known - 20
    assert many_new > few_new + 20
    assert np.argmin(trained(seed).validation) < 20


@over_seeds
def test_overfitting_lr(seed):
    """Higher: the loss falls faster at first; too high, it jumps."""
    slow, usual, wild = (trained(seed, lr=lr).training for lr in (1e-3, 2e-2, 1e-1))
    assert usual[5] < slow[5] - 10
    assert wild[0] > 196 * np.log(4) + 10  # it jumps above the loss of one who knows nothing
    assert wild[-1] > usual[-1] + 10


@over_seeds
def test_overfitting_batch_size(seed):
    """Higher: a smoother loss curve, and fewer updates in an epoch."""
    curves = [trained(seed, batch_size=n, n_train=200).training[5:25] for n in (4, 100)]
    rough, smooth = (np.abs(np.diff(curve, n=2)).mean() for curve in curves)
    assert smooth < rough


@over_seeds
def test_overfitting_n_train(seed):
    """Higher: a smaller gap, a lower validation loss, and fewer pictures that are recited."""
    few, many = trained(seed), trained(seed, n_train=1000)
    assert many.gap < few.gap / 3
    assert many.validation[-1] < few.validation[-1] - 20
    shares = [
        recited_share(painted(made.model, 60).float(), greys("train", n, seed).float())
        for made, n in ((trained(seed, updates=500, width=256), 50), (trained(seed, n_train=1000), 1000))
    ]
    assert shares[0] > 0.2
    assert shares[1] < 0.03


@over_seeds
def test_overfitting_width(seed):
    """Higher: more room to learn by heart, so a wider gap."""
    assert gap(seed, width=16) < 0.6 * gap(seed)


@over_seeds
def test_overfitting_dropout(seed):
    """Higher: a smaller gap; too high, and even the training pictures are not learnt."""
    assert gap(seed, dropout=0.7) < gap(seed, dropout=0.3) < gap(seed)
    assert end(seed, dropout=0.9)[0] > end(seed)[0] + 30


@over_seeds
def test_overfitting_weight_decay(seed):
    """Higher: a smaller gap; too high, and even the training pictures are not learnt."""
    assert gap(seed, weight_decay=10.0) < gap(seed, weight_decay=2.0) < gap(seed)
    assert end(seed, weight_decay=10.0)[0] > end(seed)[0] + 30


@over_seeds
def test_overfitting_augmentation(seed):
    """Higher: a smaller gap, and mirrored garments among what it paints."""
    assert gap(seed, augmentation=1.0) < gap(seed, augmentation=0.3) < gap(seed)
    boots = greys("train", 400)[load_fashion("train", n=400).y == 9][:30]  # toes to the left, every one
    mirrored = []
    for share in (0.0, 1.0):
        made = painted(train_painter(boots, boots, augmentation=share, seed=seed, **USUAL).model, 60).float().flatten(1)
        right, left = (torch.cdist(made, x.float().flatten(1)).amin(1) for x in (boots.flip(3), boots))
        mirrored.append(float((right < left).float().mean()))
    assert mirrored[0] < 0.1
    assert mirrored[1] > 0.2


@over_seeds
def test_overfitting_patience(seed):
    """Higher: it stops later, so a wider gap."""
    hasty, patient = trained(seed, patience=2), trained(seed, patience=12)
    assert len(hasty.updates) < len(patient.updates) < len(trained(seed).updates)
    assert hasty.gap <= patient.gap < gap(seed)
    assert hasty.validation[hasty.kept] == min(hasty.validation)


@over_seeds
def test_overfitting_n_features(seed):
    """Higher: the test error falls, soars where there are as many features as pictures, and falls once more."""
    x, fresh = greys("train", 100, seed).float() / 3, greys("test", 200).float() / 3
    low, valley, peak, far = (HalfPainter(n, seed=seed).fit(x).error(fresh) for n in (2, 20, 100, 2000))
    assert valley < low
    assert peak > 10 * max(valley, far)
    assert torch.isfinite(torch.tensor(peak))
