"""How good are samples, and how much of the real data do they reach? Two questions, two numbers."""

from __future__ import annotations

import torch
from torch import Tensor


def precision_recall(x: Tensor, reference: Tensor, k: int = 3) -> tuple[float, float]:
    """Return improved precision and recall of generated items against real ones.

    Precision: the share of generated items that lie in the reference's region, so look real. Recall: the share of
    real items that lie in the generated region, so are within reach. A set's region is a ball around each of its
    items that reaches to the k-th nearest other item (Kynkäänniemi and others 2019, "Improved precision and recall
    metric for assessing generative models", equations 1 and 2).

    Parameters
    ----------
    x, reference : Tensor
        Features (N, D) of generated items and (M, D) of real ones.
    k : int
        Which neighbour a ball reaches to; 3 in the paper. Must be below N and M.

    Returns
    -------
    precision, recall : float
        Both in [0, 1].

    Examples
    --------
    >>> reference = torch.arange(10.0).unsqueeze(1)
    >>> precision_recall(reference[:5] + 0.1, reference, k=1)
    (1.0, 0.6)
    """
    x, reference = x.flatten(1).double(), reference.flatten(1).double()
    between = torch.cdist(x, reference)  # (N, M)
    precision = (between <= _reach(reference, k)).any(1).double().mean()
    recall = (between <= _reach(x, k).unsqueeze(1)).any(0).double().mean()
    return float(precision), float(recall)


def _reach(rows: Tensor, k: int) -> Tensor:
    """Distance of each item to its k-th nearest other item; the nearest of all is the item itself."""
    return torch.cdist(rows, rows).kthvalue(k + 1, dim=1).values


def mode_coverage(x: Tensor, modes: Tensor, radius: float, share: float = 0.25) -> int:
    """Return how many of the known `modes` the samples reach.

    A mode is covered when at least `share` of the samples that are due to it, N / K, lie within `radius` of it. So a
    stray sample does not count, and neither do samples between the modes.

    Parameters
    ----------
    x : Tensor
        Samples (N, D).
    modes : Tensor
        Centres of the K modes (K, D), all equally likely in the real data.
    radius : float
        How far from its centre a mode reaches; three standard deviations is usual (Metz and others 2017).
    share : float
        Share of its due that a mode needs.

    Examples
    --------
    >>> modes = torch.tensor([[0.0, 0.0], [4.0, 0.0]])
    >>> mode_coverage(torch.tensor([[0.1, 0.0], [0.0, 0.2], [2.0, 0.0]]), modes, radius=0.5)
    1
    """
    nearest = torch.cdist(x, modes).min(1)
    counts = nearest.indices[nearest.values <= radius].bincount(minlength=len(modes))
    return int((counts >= share * len(x) / len(modes)).sum())
