"""Does a generator recite its training data? Taught in lesson 09, at work in lessons 11 to 13."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.metrics.smallest import k_smallest

_AT_ONCE = 500  # rows whose distances to all training items stand in memory together


def memorised_share(x: Tensor, train: Tensor, ratio: float = 1 / 3) -> float:
    """Return the share of items that lie far nearer to one training item than to any other.

    An item counts when the distance to its nearest training item is below `ratio` times that to the second nearest
    (Gu and others 2023, "On memorization in diffusion models"; Yoon and others 2023). No scale has to be chosen, and a
    picture in a crowded region is not accused for its crowd. What stands twice in `train` escapes: remove copies first.

    Parameters
    ----------
    x : Tensor
        Generated items (N, ...) or their features (N, D).
    train : Tensor
        What the generator was trained on (M, ...), at least two items.
    ratio : float
        How much nearer; 1/3 in the papers.

    Examples
    --------
    >>> train = torch.tensor([[0.0], [4.0], [8.0]])
    >>> memorised_share(torch.tensor([[0.1], [2.0]]), train)
    0.5
    """
    train = train.flatten(1)
    lengths, found = train.square().sum(1), []
    for rows in torch.split(x.flatten(1), _AT_ONCE):
        # |x - t|² = |x|² - 2 x·t + |t|²; the first is the same for all t, and added where only two are left
        near = k_smallest(torch.addmm(lengths, rows, train.T, alpha=-2), 2)
        found.append((near + rows.square().sum(1, keepdim=True)).clamp(min=0))
    nearest, second = torch.cat(found).unbind(1)  # (N,) each, squared
    return float((nearest < ratio**2 * second).float().mean())
