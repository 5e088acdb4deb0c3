"""Distances against NumPy and closed forms."""

import numpy as np
import pytest
import torch

from gentutor.metrics import frechet_distance, nearest_distances


def normal(n: int, d: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def test_nearest_distances_agree_with_numpy() -> None:
    x, reference = normal(20, 9).view(20, 1, 3, 3), normal(30, 9, seed=1).view(30, 1, 3, 3)
    table = np.linalg.norm(x.flatten(1).numpy()[:, None] - reference.flatten(1).numpy()[None], axis=2)
    torch.testing.assert_close(nearest_distances(x, reference), torch.from_numpy(table.min(1)), rtol=1e-4, atol=1e-4)
    copies = nearest_distances(reference[:5], reference)
    torch.testing.assert_close(copies, torch.zeros(5), atol=2e-3, rtol=0)


def test_frechet_distance_of_known_gaussians() -> None:
    # Diagonal covariances commute: sum of (m1 - m2)² + (s1 - s2)².
    x = normal(200_000, 3) * torch.tensor([1.0, 2.0, 3.0])
    y = normal(200_000, 3, seed=1) * torch.tensor([2.0, 2.0, 1.0]) + torch.tensor([0.0, 1.0, 0.0])
    assert frechet_distance(x, y) == pytest.approx(1 + 1 + 4, abs=0.1)


def test_frechet_distance_with_covariances_that_do_not_commute() -> None:
    x = normal(500, 4) @ normal(4, 4, seed=1)
    y = normal(500, 4, seed=2) @ normal(4, 4, seed=3)
    a, b = np.cov(x.double().numpy().T), np.cov(y.double().numpy().T)
    cross = np.sqrt(np.linalg.eigvals(a @ b).astype(complex)).real.sum()  # another way to the same trace
    gap = (x.double().mean(0) - y.double().mean(0)).square().sum().item()
    assert frechet_distance(x, y) == pytest.approx(gap + a.trace() + b.trace() - 2 * cross, rel=1e-6)
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x), rel=1e-6)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-6)
