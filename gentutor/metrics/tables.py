"""Whether a synthetic table is like a real one, and as useful."""

from __future__ import annotations

import torch
from torch import Tensor


def marginal_distance(real: Tensor, synthetic: Tensor) -> Tensor:
    """Return, for each column (D), the largest gap of the two cumulative shares (Kolmogorov and Smirnov)."""
    gaps = []
    for a, b in zip(real.T, synthetic.T, strict=True):
        grid = torch.cat([a, b]).sort().values
        first, second = (torch.searchsorted(part.sort().values, grid, right=True) / len(part) for part in (a, b))
        gaps.append((first - second).abs().max())
    return torch.stack(gaps)


def pair_distance(real: Tensor, synthetic: Tensor) -> float:
    """Return the mean gap of the correlations of all pairs of columns; a column that never changes counts as 0."""
    first, second = (torch.corrcoef(rows.T).nan_to_num(0.0) for rows in (real, synthetic))
    above = torch.ones_like(first).triu(1).bool()
    return float((first - second).abs()[above].mean())


def fit_outcome(rows: Tensor, steps: int = 200, decay: float = 0.01) -> Tensor:
    """Return the weights (D) of a logistic regression of the last column, +1 or -1, on the others and a constant."""
    x = torch.cat([rows[:, :-1], torch.ones(len(rows), 1)], 1).double()
    y, weights = rows[:, -1].double(), torch.zeros(x.shape[1], dtype=torch.double)
    for _ in range(steps):
        slope = -(y * torch.sigmoid(-y * (x @ weights))) @ x / len(x) + decay * weights
        weights = weights - 0.5 * slope
    return weights


def tstr_gap(real: Tensor, synthetic: Tensor, outcome: Tensor) -> float:
    """Return the accuracy after training on real patients, less that after training on synthetic ones; each is (N)."""
    return float((real == outcome).double().mean() - (synthetic == outcome).double().mean())
