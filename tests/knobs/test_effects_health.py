"""Every knob of lesson 13 keeps the promise of its `effect` sentence, over three seeds."""

from functools import cache

import pytest
import torch

from gentutor.datasets.records import load_records
from gentutor.metrics.privacy import attack
from gentutor.metrics.tables import pair_distance
from gentutor.models.private import clip_and_noise, epsilon, train_records
from gentutor.models.tabular import TabularFlow
from gentutor.seeding import generator

SEEDS = (0, 1, 2)


@cache
def invented(seed, updates=1000, n_train=60, width=128, **privacy):
    """Patients, what is invented after them, and the advantage of the attack on it."""
    patients = load_records("breast_cancer", n_train=n_train, seed=seed)
    flow = TabularFlow(patients.train.shape[1], width=width, seed=seed)
    train_records(flow, patients.train, updates, seed=seed, batch_size=32, lr=0.006, **privacy)
    rows = flow.sample(1000, generator(seed, "invented"))
    strangers = torch.cat([patients.test, patients.holdout])
    return patients.train, rows, attack(rows, patients.train, strangers)[0].item()


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def private(seed, noise, clip_norm=1.0):
    return invented(seed, updates=200, width=32, noise=noise, clip_norm=clip_norm)


def test_health_seed():
    """Another seed: other patients in each part, other invented ones, a leak all the same."""
    runs = [invented(seed) for seed in SEEDS]
    assert len({float(rows.sum()) for _, rows, _ in runs}) == 3
    assert min(advantage for *_, advantage in runs) > 0.1


def test_health_updates():
    """Higher: a stronger attack."""
    long, short = (mean(invented(seed, updates)[2] for seed in SEEDS) for updates in (1000, 100))
    assert long > short + 0.1


def test_health_n_train():
    """Higher: each is remembered less, so that the attack gets weaker."""
    few, many = (mean(invented(seed, n_train=n)[2] for seed in SEEDS) for n in (60, 240))
    assert many < few - 0.1


def test_health_noise():
    """Higher: a smaller epsilon, and less useful patients."""
    assert epsilon(0.5, 16.0, 200, 1e-3) < epsilon(0.5, 4.0, 200, 1e-3) < epsilon(0.5, 1.0, 200, 1e-3)
    lost = [mean(pair_distance(*private(seed, noise)[:2]) for seed in SEEDS) for noise in (0.0, 16.0)]
    assert lost[1] > lost[0] + 0.1


def test_health_noise_weakens_the_attack():
    """One network, one number of updates: only clipping and noise differ."""
    clipped, noisy = (
        mean(invented(seed, noise=noise, clip_norm=1.0)[2] for seed in SEEDS[:1]) for noise in (0.0, 8.0)
    )
    assert noisy < clipped - 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_health_clip_norm(seed):
    """Higher: longer gradients survive unclipped, and the noise grows along."""
    grads = torch.randn(20, 9, generator=generator(seed)) * torch.linspace(0.1, 3, 20)[:, None]
    draw = torch.randn(9, generator=generator(seed, "draw"))
    sums = {clip: clip_and_noise(grads, clip, 0.0, draw) for clip in (0.1, 1.0, 100.0)}
    assert torch.allclose(sums[100.0], grads.sum(0), atol=1e-5)
    assert sums[0.1].norm() < sums[1.0].norm() < 20
    hidden = [(clip_and_noise(grads, clip, 4.0, draw) - sums[clip]).norm() for clip in (0.1, 1.0)]
    assert hidden[1] > 9 * hidden[0]
