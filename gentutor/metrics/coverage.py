"""How much of the real data a generator reaches. Used in lesson 01, taught in lesson 09."""

from __future__ import annotations

import torch
from torch import Tensor


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
