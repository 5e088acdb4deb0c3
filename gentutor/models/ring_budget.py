"""The same compute for each family of lesson 09's failure laboratory, counted operation by operation."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from gentutor.models.ring_families import FAMILIES, Family
from gentutor.seeding import generator as stream


def update_flops(family: Family, x: Tensor) -> int:
    """Return how many floating-point operations one update on x (B, 2) takes in matrix products, forth and back.

    Measured, not reckoned: PyTorch counts them while the update is made, so this changes the weights.
    """
    counter = FlopCounterMode(display=False)
    with counter:
        family.update(x, stream(0, "counting"))
    return counter.get_total_flops()


def train_family(kind: int, points: Tensor, budget: float, *, broken: bool = False, seed: int = 0) -> Family:
    """Train a family on points (N, 2) until its share of compute is spent.

    Parameters
    ----------
    kind : int
        Place in `FAMILIES`.
    points : Tensor
        Training points (N, 2).
    budget : float
        Billions of floating-point operations, as `update_flops` counts them.
    broken : bool
        Whether the family's failure is switched on.
    seed : int
        Start of every random stream.
    """
    family, draws = FAMILIES[kind](broken, seed), stream(seed, "updates")
    cost = update_flops(FAMILIES[kind](broken, seed), points[: family.batch])
    n_updates = max(1, int(budget * 1e9 / cost))
    for step in range(n_updates):
        chosen = torch.randint(len(points), (family.batch,), generator=draws)
        family.update(points[chosen], draws, 1 - step / n_updates)
    return family
