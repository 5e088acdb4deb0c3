"""Measures of samples against scikit-learn, torchmetrics and cases made by hand."""

import warnings

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors
from torch import Tensor, nn

from gentutor.datasets import load_fashion
from gentutor.metrics import (
    class_features,
    feature_distance,
    frechet_distance,
    mode_coverage,
    precision_recall,
    predicted_class,
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # about packages that only its other measures need
    from torchmetrics.image.fid import FrechetInceptionDistance


def normal(n: int, d: int, seed: int = 0) -> Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def by_scikit_learn(x: Tensor, reference: Tensor, k: int) -> tuple[float, float]:
    """The same definition by another library's neighbours."""

    def inside(points: Tensor, region: Tensor) -> float:
        search = NearestNeighbors(n_neighbors=k + 1).fit(region.double().numpy())
        reach = search.kneighbors(region.double().numpy())[0][:, k]
        gaps = np.linalg.norm(points.double().numpy()[:, None] - region.double().numpy()[None], axis=2)
        return float((gaps <= reach).any(1).mean())

    return inside(x, reference), inside(reference, x)


@pytest.mark.parametrize("k", [1, 3, 7])
@pytest.mark.parametrize("spread", [0.5, 1.0, 2.0])
def test_precision_and_recall_agree_with_scikit_learn(k: int, spread: float) -> None:
    x, reference = spread * normal(150, 4), normal(200, 4, seed=1)
    assert precision_recall(x, reference, k) == pytest.approx(by_scikit_learn(x, reference, k), abs=1e-9)


def test_precision_and_recall_say_what_is_wrong() -> None:
    reference = normal(400, 2)
    narrow = precision_recall(0.1 * normal(400, 2, seed=1), reference)
    wide = precision_recall(10 * normal(400, 2, seed=1), reference)
    same = precision_recall(normal(400, 2, seed=1), reference)
    assert narrow[0] > 0.95
    assert narrow[1] < 0.2
    assert wide[0] < 0.2
    assert min(same) > 0.85
    assert precision_recall(reference, reference) == (1.0, 1.0)
    assert precision_recall(reference + 100, reference) == (0.0, 0.0)


class Given(nn.Module):
    """Stands in for torchmetrics' network: its "images" are the features themselves."""

    num_features = 6

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)


def test_the_frechet_distance_agrees_with_torchmetrics() -> None:
    x, reference = normal(300, 6) @ normal(6, 6, seed=2), normal(400, 6, seed=1) @ normal(6, 6, seed=3) + 0.5
    theirs = FrechetInceptionDistance(feature=Given(), input_img_size=(1, 2, 3), normalize=True)
    theirs.set_dtype(torch.float64)
    for rows, real in ((x, False), (reference, True)):
        theirs.update(rows.double().view(-1, 1, 2, 3), real=real)
    assert frechet_distance(x, reference) == pytest.approx(float(theirs.compute()), rel=1e-6)


def test_torchmetrics_and_we_agree_in_the_bundled_features() -> None:
    images = load_fashion("test", n=600, seed=1)
    upper, lower = class_features(images.x[:300]), class_features(images.x[300:])

    class Wide(Given):
        num_features = upper.shape[1]

    theirs = FrechetInceptionDistance(feature=Wide(), input_img_size=(1, 8, 8), normalize=True)
    theirs.set_dtype(torch.float64)
    for rows, real in ((upper, False), (lower, True)):
        theirs.update(rows.double().view(len(rows), 1, 8, 8), real=real)
    assert frechet_distance(upper, lower) == pytest.approx(float(theirs.compute()), rel=1e-4, abs=1e-4)


def test_modes_are_covered_by_enough_samples_that_are_near() -> None:
    angles = torch.arange(8) * torch.pi / 4
    ring = 2 * torch.stack([angles.cos(), angles.sin()], dim=1)
    everywhere = ring.repeat(50, 1) + 0.05 * normal(400, 2)
    assert mode_coverage(everywhere, ring, radius=0.15) == 8
    assert mode_coverage(ring[:3].repeat(100, 1), ring, radius=0.15) == 3
    assert mode_coverage(torch.zeros(100, 2), ring, radius=0.15) == 0  # between the modes is nowhere
    strays = torch.cat([ring[:1].repeat(96, 1), ring[1:5]])
    assert mode_coverage(strays, ring, radius=0.15) == 1  # one sample is no coverage
    assert mode_coverage(strays, ring, radius=0.15, share=0.01) == 5


def test_the_distance_of_pictures_rises_with_noise_and_with_missing_classes() -> None:
    test, train = load_fashion("test", n=1000).x, load_fashion("train", n=1000).x
    real = feature_distance(test, train)
    noisy = feature_distance((test + 0.2 * normal(1000, 784).view_as(test)).clamp(0, 1), train)
    shoes = load_fashion("test", classes=[5, 7, 9]).x
    assert 0 < real < 0.2 * noisy
    assert 5 * real < feature_distance(shoes, train)


def test_the_classifier_names_clothes() -> None:
    images = load_fashion("test", n=500)
    assert (predicted_class(images.x) == images.y).float().mean() > 0.88
    assert class_features(images.x).shape == (500, 64)
