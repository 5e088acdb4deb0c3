"""Distances between a set of generated images and a set of real ones."""

from __future__ import annotations

import torch
from torch import Tensor

_AT_ONCE = 2000  # rows that are widened to 64 bits together


def nearest_distances(x: Tensor, reference: Tensor) -> Tensor:
    """Return each item's Euclidean distance to its nearest neighbour in `reference`: (N,).

    Distances between many items are taken from one matrix product, which leaves some thousandths where 0 is right.

    Parameters
    ----------
    x : Tensor
        N items of any shape; images are compared pixel by pixel.
    reference : Tensor
        M items of the same shape.

    Examples
    --------
    >>> nearest_distances(torch.tensor([[0.0, 3.0]]), torch.tensor([[0.0, 0.0], [0.0, 4.0]]))
    tensor([1.])
    """
    return torch.cdist(x.flatten(1), reference.flatten(1)).min(1).values


def frechet_distance(x: Tensor, reference: Tensor) -> float:
    """Return the Frechet distance between Gaussians fitted to two sets of features: 0 for equal sets.

    ``|m1 - m2|² + trace(C1 + C2 - 2 (C1 C2)^½)`` (Dowson and Landau 1982; in features of a large network it
    is the FID of Heusel and others 2017). The features here are whatever is handed in: pixels, or a projection
    of them. Both sets need several times more items than features, else the estimate is too high.

    Parameters
    ----------
    x, reference : Tensor
        Features (N, D) and (M, D); more axes are flattened.

    Examples
    --------
    >>> reference = torch.tensor([[0.0], [1.0], [2.0]])
    >>> frechet_distance(reference + 3, reference)
    9.0
    """
    mean_a, cov_a = _mean_and_covariance(x.flatten(1))
    mean_b, cov_b = _mean_and_covariance(reference.flatten(1))
    root_a = _symmetric_root(cov_a)
    # trace (C1 C2)^½ = trace (C1^½ C2 C1^½)^½, and the right-hand side is symmetric
    cross = torch.linalg.eigvalsh(root_a @ cov_b @ root_a).clamp_min(0).sqrt().sum()
    gap = (mean_a - mean_b).square().sum()
    return float(gap + cov_a.trace() + cov_b.trace() - 2 * cross)


def _mean_and_covariance(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean (D,) and covariance (D, D) in 64 bits, from parts that fit into the processor's cache."""
    n, middle = len(rows), rows.mean(0).double()  # about the mean: what is left of it is taken off below
    total, squares = torch.zeros_like(middle), torch.zeros(2 * tuple(middle.shape), dtype=torch.float64)
    for part in torch.split(rows, _AT_ONCE):
        away = part.double() - middle  # (rows, D)
        total += away.sum(0)
        squares.addmm_(away.T, away)
    drift = total / n
    return middle + drift, (squares - n * torch.outer(drift, drift)) / (n - 1)


def _symmetric_root(matrix: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(matrix)
    root: Tensor = vectors * values.clamp_min(0).sqrt() @ vectors.T
    return root
