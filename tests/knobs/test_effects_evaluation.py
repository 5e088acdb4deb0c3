"""Every knob of lesson 09 keeps the promise of its `effect` sentence, over three seeds."""

from functools import cache

import pytest
import torch
from torch.nn.functional import avg_pool2d

from gentutor.datasets import load_fashion
from gentutor.datasets.shapes import load_shape, ring_centres
from gentutor.metrics import (
    class_features,
    coverage,
    density_coverage,
    frechet_distance,
    memorised_share,
    precision_recall,
)
from gentutor.models.ring_budget import train_family
from gentutor.models.ring_families import FAMILIES
from gentutor.seeding import generator
from gentutor.training import Batches

SEEDS = (0, 1, 2)
over_seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def pictures():
    return load_fashion("test", n=2000).x


@cache
def features():
    return class_features(pictures())


@cache
def train_features():
    return class_features(load_fashion("train", n=1000).x)


def halves(seed):
    return features()[torch.randperm(2000, generator=generator(seed, "halves"))].chunk(2)


@cache
def trained(kind, seed, budget=4.0, broken=False):
    points = load_shape("ring of eight", 2000, generator(seed, "points"))
    return train_family(kind, points, budget, broken=broken, seed=seed).sample(1000, generator(seed, "sample"))


def ring(seed):
    return load_shape("ring of eight", 1000, generator(seed, "ring"))


def test_evaluation_seed():
    """Another seed: another run of the same quality."""
    runs = [trained(4, seed) for seed in SEEDS]
    assert len({float(x.sum()) for x in runs}) == 3
    reached = [coverage(x, ring(seed)) for x, seed in zip(runs, SEEDS, strict=True)]
    assert max(reached) - min(reached) < 0.2


@over_seeds
def test_evaluation_n_samples(seed):
    """Higher: the distance of a perfect generator falls towards 0, and coverage rises."""
    fresh, real = halves(seed)
    distances = [frechet_distance(fresh[:n], real) for n in (100, 300, 1000)]
    assert distances[0] > 2 * distances[1] > 2 * distances[2] > 0
    assert coverage(fresh[:100], real) < coverage(fresh[:300], real) < coverage(fresh, real)


@over_seeds
def test_evaluation_blur(seed):
    """Higher: a larger distance, and lower precision and coverage."""
    chosen = torch.randperm(2000, generator=generator(seed, "blur"))
    x, real = pictures()[chosen[:500]], features()[chosen[500:]]
    measured = []
    for width in (1, 3, 5):
        soft = class_features(avg_pool2d(x, width, stride=1, padding=width // 2, count_include_pad=True))
        measured.append((frechet_distance(soft, real), precision_recall(soft, real)[0], coverage(soft, real)))
    distance, precision, covered = zip(*measured, strict=True)
    assert distance[0] < distance[1] < distance[2]
    assert precision[0] > precision[2]
    assert covered[0] > covered[1] > covered[2]


@over_seeds
def test_evaluation_copies(seed):
    """Higher: the memorised share rises with it, and the distance does not get worse."""
    fresh, real = halves(seed)
    train = train_features()
    mixed = {c: torch.cat([train[:c], fresh[: 1000 - c]]) for c in (0, 500, 1000)}
    shares = [memorised_share(x, train) for x in mixed.values()]
    assert shares == pytest.approx([0, 0.5, 1], abs=0.1)
    assert frechet_distance(mixed[1000], real) < 2 * frechet_distance(mixed[0], real)


@over_seeds
def test_evaluation_k(seed):
    """Higher: larger balls, so that precision and coverage rise for good and bad generators alike."""
    fresh, real = halves(seed)
    for x in (fresh, fresh + 0.5 * fresh.std(0)):
        near = [(precision_recall(x, real, k)[0], density_coverage(x, real, k)[1]) for k in (1, 5, 20)]
        precision, covered = zip(*near, strict=True)
        assert precision[0] < precision[1] <= precision[2]
        assert covered[0] < covered[1] <= covered[2]


@over_seeds
def test_evaluation_budget(seed):
    """Higher: points nearer to the ring's spots, with diminishing return."""
    far = [torch.cdist(trained(4, seed, budget), ring_centres()).min(1).values.mean() for budget in (1.0, 4.0, 7.0)]
    assert far[0] > far[1]
    assert far[0] - far[1] > abs(far[1] - far[2])


@over_seeds
def test_evaluation_batch_size(seed):
    """Higher: the loss curve is smoother, and there are fewer updates in an epoch."""
    points = load_shape("ring of eight", 2000, generator(seed, "points"))
    model, draws = FAMILIES[1](seed=seed), generator(seed, "draws")
    batches = Batches(points, seed=seed)

    @torch.no_grad()
    def jitter(size):
        return torch.stack([model.loss(batches.at(i * size, size), draws) for i in range(100)]).std()

    assert jitter(512) < 0.6 * jitter(16)
    assert batches.steps_for(1, 512) < batches.steps_for(1, 16)


def test_evaluation_family():
    """Another family: another way to miss the ring."""
    assert len(FAMILIES) == 5
    assert len({round(float(trained(kind, 0, broken=True).std()), 3) for kind in range(5)}) == 5


@over_seeds
def test_evaluation_broken(seed):
    """Higher: the failure, which lowers coverage in each family."""
    for kind in range(5):
        ill, well = (coverage(trained(kind, seed, broken=broken), ring(seed)) for broken in (True, False))
        assert ill < well - 0.1
