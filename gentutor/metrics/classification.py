"""How often is a classifier right, and where does it err? Counts, then four measures of them. Taught in lesson 09."""

from __future__ import annotations

import torch
from torch import Tensor


def confusion_matrix(predicted: Tensor, truth: Tensor, n_classes: int) -> Tensor:
    """Return how often each class (row) was called each class (column): int64 (K, K).

    Parameters
    ----------
    predicted, truth : Tensor
        Classes, whole numbers (N,) from 0 to n_classes - 1.
    n_classes : int
        How many classes K there are.

    Examples
    --------
    >>> confusion_matrix(torch.tensor([0, 1, 1]), torch.tensor([0, 0, 1]), 2)
    tensor([[1, 1],
            [0, 1]])
    """
    pairs = truth * n_classes + predicted  # (N,), a number for each pair of classes
    return pairs.bincount(minlength=n_classes**2).view(n_classes, n_classes)


def accuracy(counts: Tensor) -> float:
    """Return the share of a confusion matrix (K, K) that lies on its diagonal.

    Examples
    --------
    >>> accuracy(torch.tensor([[3, 1], [0, 4]]))
    0.875
    """
    return float(counts.diagonal().sum() / counts.sum())


def precision_recall_f1(counts: Tensor) -> Tensor:
    """Return precision, recall and F1 of every class: (3, K), and 0 where there is nothing to divide by.

    Precision: of what was called this class, the share that is. Recall: of what is this class, the share that was
    called so. F1 is their harmonic mean (van Rijsbergen 1979, "Information retrieval", chapter 7).

    Parameters
    ----------
    counts : Tensor
        A confusion matrix (K, K): truth by row, what it was called by column.

    Examples
    --------
    >>> precision_recall_f1(torch.tensor([[3, 1], [0, 4]]))
    tensor([[1.0000, 0.8000],
            [0.7500, 1.0000],
            [0.8571, 0.8889]])
    """
    right = counts.diagonal().float()
    called, there = counts.sum(0), counts.sum(1)  # (K,) each
    # Where a divisor is 0 so is `right`; 1 in its place gives 0. F1 = 2PR / (P + R), without its 0/0.
    return torch.stack([right / called.clamp(min=1), right / there.clamp(min=1), 2 * right / (called + there).clamp(1)])
