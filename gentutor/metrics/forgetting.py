"""What a model has lost while it learnt something else. Taught in lesson 10."""

from __future__ import annotations

import math

from torch import Tensor


def forgetting(losses: Tensor) -> Tensor:
    """Return for each text how far its loss stands above the lowest that it ever had, in bits: (K,).

    Chaudhry and others (2018), "Riemannian walk for incremental learning", section 3, there with accuracies. Here the
    last moment counts among the best, so that a text which is best now has 0 and not less.

    Parameters
    ----------
    losses : Tensor
        Mean surprise in nats of each of K texts, at each of M moments of the training: (M, K).

    Examples
    --------
    >>> import torch
    >>> forgetting(math.log(2) * torch.tensor([[2.0, 3.0], [1.5, 2.5], [2.5, 2.0]]))
    tensor([1., 0.])
    """
    return (losses[-1] - losses.amin(0)) / math.log(2)
