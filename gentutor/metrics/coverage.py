"""How densely real data are surrounded by generated ones, and how much of them is. Taught in lesson 09."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.metrics.smallest import k_smallest

_AT_ONCE = 500  # real items whose distances to all others stand in memory together


def coverage(x: Tensor, reference: Tensor, k: int = 5) -> float:
    """Return the share of real items that have a generated item closer than their `k`-th nearest real neighbour.

    1 means that generated items turn up everywhere among the real ones; a generator that never draws sandals leaves
    the sandals uncovered. Naeem and others (2020), "Reliable fidelity and diversity metrics for generative models",
    section 3.2.

    Parameters
    ----------
    x : Tensor
        Generated items (N, ...) or their features (N, D).
    reference : Tensor
        Real items (M, ...), more than `k`.
    k : int
        Which neighbour sets the radius; smaller is stricter.

    Examples
    --------
    >>> real = torch.tensor([[0.0], [1.0], [10.0], [11.0]])
    >>> coverage(torch.tensor([[0.5]]), real, k=1)
    0.5
    """
    real = reference.flatten(1)
    radius = torch.cdist(real, real).kthvalue(k + 1, dim=1).values  # the nearest is the item itself
    nearest = torch.cdist(real, x.flatten(1)).min(1).values
    return float((nearest <= radius).float().mean())


def density_coverage(x: Tensor, reference: Tensor, k: int = 5) -> tuple[float, float]:
    """Return density and coverage of generated items among real ones.

    Each real item has a ball that reaches to its k-th nearest other real item. Density counts in how many balls a
    generated item lies, as a part of `k`: 1 is what real items would have, and more means crowding where real items are
    dense. Coverage is the share of balls that hold any generated item. Naeem and others (2020), equations 3 and 4.

    Parameters
    ----------
    x : Tensor
        Features (N, D) of generated items.
    reference : Tensor
        Features (M, D) of real items, more than `k`.
    k : int
        Which neighbour a ball reaches to.

    Examples
    --------
    >>> real = torch.tensor([[0.0], [1.0], [10.0], [11.0]])
    >>> density_coverage(torch.tensor([[0.5], [20.0]]), real, k=1)
    (1.0, 0.5)
    """
    made, real = x.flatten(1), reference.flatten(1)
    held = covered = 0
    for rows in torch.split(real, _AT_ONCE):
        radius = k_smallest(torch.cdist(rows, real), k + 1)[:, k]  # the nearest is the item itself
        inside = torch.cdist(rows, made) <= radius.unsqueeze(1)  # (rows, N)
        held += int(inside.sum())
        covered += int(inside.any(1).sum())
    return held / (k * len(made)), covered / len(real)
