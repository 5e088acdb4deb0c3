"""The measures of lesson 09 against scikit-learn, torchmetrics, and themselves written out."""

import numpy as np
import pytest
import torch
from sklearn import metrics as sklearn_metrics
from sklearn.neighbors import NearestNeighbors
from torchmetrics.classification import MulticlassConfusionMatrix, MulticlassF1Score
from torchmetrics.image.fid import _compute_fid

from gentutor.exercises.evaluation.density_coverage import DENSITY_COVERAGE
from gentutor.metrics import (
    accuracy,
    confusion_matrix,
    coverage,
    density_coverage,
    frechet_distance,
    memorised_share,
    precision_recall_f1,
)  # fmt: skip
from gentutor.metrics.smallest import k_smallest
from gentutor.seeding import generator

SEEDS = range(5)


def verdicts(seed, n=500, n_classes=7):
    draws = generator(seed, "verdicts")
    truth = torch.randint(n_classes - 1, (n,), generator=draws)  # the last class is never there
    wrong = torch.rand(n, generator=draws) < 0.4
    return torch.where(wrong, torch.randint(1, n_classes, (n,), generator=draws), truth), truth


def clouds(seed, n=300, m=400, d=16):
    draws = generator(seed, "clouds")
    mixing = torch.randn(d, d, generator=draws) / 4
    return torch.randn(n, d, generator=draws) @ mixing + 0.3, torch.randn(m, d, generator=draws)


@pytest.mark.parametrize("seed", SEEDS)
def test_classification_equals_scikit_learn_and_torchmetrics(seed):
    predicted, truth = verdicts(seed)
    counts = confusion_matrix(predicted, truth, 7)
    assert np.array_equal(counts, sklearn_metrics.confusion_matrix(truth, predicted, labels=range(7)))
    assert torch.equal(counts, MulticlassConfusionMatrix(7)(predicted, truth))
    assert accuracy(counts) == pytest.approx(sklearn_metrics.accuracy_score(truth, predicted), abs=1e-6)
    theirs = sklearn_metrics.precision_recall_fscore_support(truth, predicted, labels=range(7), zero_division=0)[:3]
    np.testing.assert_allclose(precision_recall_f1(counts), np.stack(theirs), atol=1e-6)
    f1 = MulticlassF1Score(7, average=None)(predicted, truth)
    torch.testing.assert_close(precision_recall_f1(counts)[2], f1, rtol=0, atol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_frechet_distance_equals_torchmetrics_to_nine_digits(seed):
    x, reference = (t.double() for t in clouds(seed))
    theirs = float(_compute_fid(x.mean(0), x.T.cov(), reference.mean(0), reference.T.cov()))
    assert frechet_distance(x, reference) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("seed", SEEDS)
def test_density_and_coverage_equal_scikit_learns_neighbours(seed, k):
    x, reference = clouds(seed)
    radius = NearestNeighbors(n_neighbors=k).fit(reference.double()).kneighbors()[0][:, -1]  # without the item itself
    away = sklearn_metrics.pairwise_distances(reference.double(), x.double())
    inside = away <= radius[:, None]
    theirs = inside.sum() / (k * len(x)), inside.any(1).mean()
    assert density_coverage(x.double(), reference.double(), k) == pytest.approx(theirs, abs=1e-9)
    assert density_coverage(x, reference, k)[1] == pytest.approx(coverage(x, reference, k), abs=1e-6)
    assert DENSITY_COVERAGE.oracle(x, reference, k) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_memorised_share_equals_scikit_learns_neighbours(seed):
    x, train = clouds(seed, d=3)
    nearest = NearestNeighbors(n_neighbors=2).fit(train.double()).kneighbors(x.double())[0]
    share = (nearest[:, 0] < nearest[:, 1] / 3).mean()
    assert 0 < share < 1
    assert memorised_share(x.double(), train.double()) == pytest.approx(share, abs=1e-6)  # a mean in 32 bits


def test_copies_are_caught_and_fresh_items_are_not():
    fresh, train = torch.randn(2, 200, 16, generator=generator(0, "copies"))
    assert memorised_share(fresh, train) == 0
    assert memorised_share(train[:50], train) == 1
    assert memorised_share(torch.cat([train[:50], fresh[:150]]), train) == pytest.approx(0.25)


def test_many_items_are_measured_in_parts_and_the_same():
    x, reference = clouds(0, n=1500, m=2300, d=4)
    inside = torch.cdist(reference, x) <= torch.cdist(reference, reference).sort(1).values[:, 5:6]
    parts = density_coverage(x, reference)
    assert parts == pytest.approx((float(inside.sum() / (5 * len(x))), float(inside.any(1).float().mean())), abs=1e-3)


@pytest.mark.parametrize("m", [30, 1000, 2345])
def test_the_few_smallest_are_those_of_topk(m):
    distances = torch.rand(7, m, generator=generator(m))
    for k in (1, 6, 21):
        assert torch.equal(k_smallest(distances, k), distances.topk(k, largest=False).values)


def test_the_frechet_distance_of_32_bits_far_from_the_origin():
    x, reference = (1000 + t for t in clouds(0, n=2500, m=1700))
    a, b = x.double(), reference.double()
    theirs = float(_compute_fid(a.mean(0), a.T.cov(), b.mean(0), b.T.cov()))
    assert frechet_distance(x, reference) == pytest.approx(theirs, rel=1e-9)
