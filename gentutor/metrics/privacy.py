"""What synthetic records give away about the people behind them."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.metrics.distance import nearest_distances


def nearest_record(x: Tensor, others: Tensor) -> Tensor:
    """Return the distance (N) of each row of `x` (N, D) to the nearest row of `others` (M, D)."""
    return nearest_distances(x, others)


def membership_advantage(members: Tensor, strangers: Tensor, threshold: float) -> Tensor:
    """Return how much better than chance a distance attack tells members from strangers.

    Whoever's nearest synthetic record is nearer than the threshold is called a member. The threshold must be chosen
    without knowing who is one, else the advantage is flattered.

    Parameters
    ----------
    members, strangers : Tensor
        Distances (N) and (M) to the nearest synthetic record, of people in the training data and of others.
    threshold : float
        Below it, the attacker says "member".

    Returns
    -------
    Tensor
        Three numbers: the advantage (true minus false positive rate), and the ends of its 95 % interval by the normal
        approximation, whose variance is the sum of those of both rates.
    """
    hit, alarm = (members < threshold).double().mean(), (strangers < threshold).double().mean()
    advantage = hit - alarm
    half = 1.96 * (hit * (1 - hit) / len(members) + alarm * (1 - alarm) / len(strangers)).sqrt()
    return torch.stack([advantage, advantage - half, advantage + half])


def attack(synthetic: Tensor, members: Tensor, strangers: Tensor) -> Tensor:
    """Return `membership_advantage` of the nearest-record attack, at the median distance of everybody."""
    near, far = nearest_record(members, synthetic), nearest_record(strangers, synthetic)
    return membership_advantage(near, far, float(torch.cat([near, far]).median()))
