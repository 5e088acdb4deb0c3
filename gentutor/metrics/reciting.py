"""Catching a generator that recites: pictures by their nearest neighbours, text by its longest copied stretch."""

from __future__ import annotations

import torch
from torch import Tensor

NEAR = 0.5
"""A picture counts as recited when one training picture is nearer than this share of the way to the next one."""


def nearness(made: Tensor, training: Tensor) -> Tensor:
    """Return for each made picture how far the nearest training picture is, as a share of the way to the second: (N,).

    0 for an exact copy, but for some thousandths that the quick way to distances leaves; near 1 for a picture that is
    like several training pictures, or like none. No scale of distances has to be chosen. Yoon and others (2023),
    "Diffusion probabilistic models generalize when they fail to memorize", section 3.

    Parameters
    ----------
    made : Tensor
        N made pictures of any shape.
    training : Tensor
        M training pictures of the same shape, all different.

    Examples
    --------
    >>> nearness(torch.tensor([[1.0], [5.0]]), torch.tensor([[0.0], [10.0]]))
    tensor([0.1111, 1.0000])
    """
    nearest = torch.cdist(made.flatten(1), training.flatten(1)).topk(2, dim=1, largest=False).values  # (N, 2)
    return nearest[:, 0] / nearest[:, 1].clamp_min(1e-12)


def recited_share(made: Tensor, training: Tensor, near: float = NEAR) -> float:
    """Return which share of the made pictures is recited, from 0 to 1: those whose `nearness` is below `near`.

    Parameters
    ----------
    made, training : Tensor
        As for `nearness`.
    near : float
        The limit.

    Examples
    --------
    >>> recited_share(torch.tensor([[1.0], [5.0]]), torch.tensor([[0.0], [10.0]]))
    0.5
    """
    return float((nearness(made, training) < near).float().mean())


def longest_copy(text: str, source: str) -> str:
    """Return the longest stretch of `text` that stands in `source` word for word; of equals the first.

    Examples
    --------
    >>> longest_copy("she sang of a truth universal", "It is a truth universally acknowledged")
    ' a truth universal'
    """
    best = ""
    for start in range(len(text)):
        while start + len(best) < len(text) and text[start : start + len(best) + 1] in source:
            best = text[start : start + len(best) + 1]
    return best
