"""A watermark in pictures: a faint secret pattern, found again by correlation. Taught in lesson 12.

Spread spectrum: Cox and others (1997), "Secure spread spectrum watermarking for multimedia".
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from gentutor.seeding import generator

_MOST = 0.05


def secret_pattern(shape: tuple[int, ...], key: int) -> Tensor:
    """Return a pattern of +1 and -1 that only the key tells, of shape (C, H, W)."""
    return torch.randint(2, shape, generator=generator(key, "secret pattern")).float() * 2 - 1


def mark_pictures(x: Tensor, amplitude: float, key: int) -> Tensor:
    """Return pictures (N, C, H, W) in [0, 1] with the pattern laid over them, still within [0, 1].

    Parameters
    ----------
    x : Tensor
        Pictures.
    amplitude : float
        How much each value is raised or lowered; 2/255 is hard to see, 10/255 is not.
    key : int
        The secret.
    """
    return (x + amplitude * secret_pattern(tuple(x.shape[1:]), key)).clamp(0, 1)


def picture_z(x: Tensor, key: int) -> Tensor:
    """Return for each picture how clearly the pattern is in it, in standard deviations: (N,).

    The picture's own drawing is taken away first, as the mean of 3 by 3 neighbours; what is left of its edges may not
    count for more than `_MOST`.
    """
    padded = F.pad(x, (1, 1, 1, 1), mode="replicate")
    rest = (x - F.avg_pool2d(padded, 3, stride=1)).clamp(-_MOST, _MOST)
    pattern = secret_pattern(tuple(x.shape[1:]), key)
    strength = (rest * pattern).flatten(1)  # (N, C·H·W)
    return strength.sum(1) / strength.square().sum(1).sqrt().clamp_min(1e-9)
