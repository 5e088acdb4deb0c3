"""Pictures as tokens: fewer pixels, a few greys, row by row. Taught in lesson 06."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import avg_pool2d

SIDE = 14  # pixels of a small picture: a quarter of Fashion-MNIST's 784, so that a picture fits into a context


def shrink(x: Tensor) -> Tensor:
    """Return pictures of half the width and height, each pixel the mean of four: (B, 1, 28, 28) -> (B, 14, 14)."""
    return avg_pool2d(x, 2).squeeze(1)


def quantise(x: Tensor, levels: int) -> Tensor:
    """Return the nearest of `levels` greys for each pixel: brightness in [0, 1] of any shape -> int64, the same shape.

    Examples
    --------
    >>> import torch
    >>> quantise(torch.tensor([0.0, 0.3, 0.9, 1.0]), 4).tolist()
    [0, 1, 3, 3]
    """
    return (x * (levels - 1)).round().long()


def dequantise(tokens: Tensor, levels: int) -> Tensor:
    """Return the brightness of each token: 0 is black, levels - 1 is white.

    Examples
    --------
    >>> import torch
    >>> dequantise(torch.tensor([0, 1, 3]), 4).tolist()
    [0.0, 0.3333333432674408, 1.0]
    """
    return tokens / (levels - 1)
