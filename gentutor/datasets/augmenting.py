"""Augmentation: pictures mirrored and shifted, so that fifty look like many more. Taught in lesson 11."""

from __future__ import annotations

import torch
from torch import Tensor

MOST_PIXELS = 1  # of a shift, each way: of 14, as much as photographs of garments differ


def augment(x: Tensor, flip: Tensor, shift: Tensor, background: float = 0.0) -> Tensor:
    """Return pictures mirrored left to right where `flip` says so, and then shifted; what comes in is background.

    Parameters
    ----------
    x : Tensor
        Pictures (B, C, H, W).
    flip : Tensor
        bool (B,): which are mirrored.
    shift : Tensor
        int64 (B, 2): by how many pixels each moves down and to the right; negative numbers move it up and to the left.
    background : float
        What is seen where the picture has moved away.

    Examples
    --------
    >>> augment(torch.tensor([[[[1.0, 2.0, 3.0]]]]), torch.tensor([True]), torch.tensor([[0, 1]])).flatten().tolist()
    [0.0, 3.0, 2.0]
    """
    x = torch.where(flip.view(-1, 1, 1, 1), x.flip(3), x)
    for axis in (0, 1):  # down, then to the right
        n = x.shape[2 + axis]
        source = torch.arange(n) - shift[:, axis, None]  # (B, n): from which row, or column, each one comes
        outside = (source < 0) | (source >= n)
        lying = (-1, 1, n, 1) if axis == 0 else (-1, 1, 1, n)
        x = x.gather(2 + axis, source.clamp(0, n - 1).view(lying).expand_as(x))
        x = x.masked_fill(outside.view(lying), background)
    return x


def random_changes(n: int, share: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return which of `n` pictures are mirrored, bool (n,), and how each is shifted, int64 (n, 2).

    Parameters
    ----------
    n : int
        How many pictures.
    share : float
        Which part of them is changed at all, in [0, 1]; half of these are mirrored.
    generator : torch.Generator
        Source of the randomness.
    """
    changed = torch.rand(n, generator=generator) < share
    flip = changed & (torch.rand(n, generator=generator) < 0.5)
    shift = torch.randint(-MOST_PIXELS, MOST_PIXELS + 1, (n, 2), generator=generator)
    return flip, shift * changed.unsqueeze(1)
