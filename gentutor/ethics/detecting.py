"""Telling generated pictures from real ones, and how well: ROC, its area with an interval, compression. Lesson 12."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor

_RIDGE = 1.0


def roc_auc(scores: Tensor, is_fake: Tensor) -> Tensor:
    """Return the chance that a random fake scores higher than a random real item; equals count half: a scalar tensor.

    Parameters
    ----------
    scores : Tensor
        How surely each item is fake, (N,).
    is_fake : Tensor
        Which are, bool (N,).

    Examples
    --------
    >>> roc_auc(torch.tensor([0.9, 0.4, 0.4, 0.1]), torch.tensor([True, True, False, False]))
    tensor(0.8750)
    """
    fake, real = scores[is_fake][:, None], scores[~is_fake]
    return ((fake > real).float() + 0.5 * (fake == real).float()).mean()


def roc_points(scores: Tensor, is_fake: Tensor) -> tuple[Tensor, Tensor]:
    """Return false alarms and hits at every threshold, from the strictest to the most lenient: (K + 1,) each.

    K is the number of different scores; the first point, (0, 0), is that of a threshold above them all.
    """
    at = torch.unique(scores).flip(0)
    called = scores >= at[:, None]  # (thresholds, N)
    false_alarms, hits = called[:, ~is_fake].float().mean(1), called[:, is_fake].float().mean(1)
    zero = torch.zeros(1)
    return torch.cat([zero, false_alarms]), torch.cat([zero, hits])


def auc_interval(scores: Tensor, is_fake: Tensor, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of DeLong and others (1988) around `roc_auc`, 95 % for z = 1.96, within [0, 1].

    Every fake and every real item has a share of the area of its own; their two variances say how much the area would
    move with other items.
    """
    fake, real = scores[is_fake][:, None], scores[~is_fake]
    won = (fake > real).double() + 0.5 * (fake == real).double()  # (F, R)
    spread = (won.mean(1).var() / len(won) + won.mean(0).var() / won.shape[1]).sqrt()
    area = won.mean()
    return float((area - z * spread).clamp(min=0)), float((area + z * spread).clamp(max=1))


def spectrum(x: Tensor) -> Tensor:
    """Return what the detector looks at: how strong each fineness of pattern is, (N, features).

    Parameters
    ----------
    x : Tensor
        Pictures (N, C, H, W) in [0, 1].
    """
    waves = torch.fft.rfft2(x.mean(1), norm="ortho").abs()  # (N, H, W // 2 + 1)
    loudness: Tensor = (waves.square() + 1e-4).log().flatten(1)
    return loudness


class Detector:
    """A straight cut through the logarithms of the spectrum, fitted by least squares.

    Parameters
    ----------
    real, fake : Tensor
        Pictures to learn from, (N, C, H, W) and (M, C, H, W).
    """

    def __init__(self, real: Tensor, fake: Tensor) -> None:
        seen = spectrum(torch.cat([real, fake]))
        self.mean, self.std = seen.mean(0), seen.std(0).clamp(min=1e-3)
        rows = ((seen - self.mean) / self.std).double()
        wanted = torch.cat([-torch.ones(len(real)), torch.ones(len(fake))]).double()
        weigh = torch.cat([torch.full((len(real),), 1 / len(real)), torch.full((len(fake),), 1 / len(fake))]).double()
        gram = (rows * weigh[:, None]).T @ rows + _RIDGE * torch.eye(rows.shape[1], dtype=torch.float64)
        self.weights: Tensor = torch.linalg.solve(gram, (rows * weigh[:, None]).T @ wanted).float()

    def __call__(self, x: Tensor) -> Tensor:
        """Return how surely each picture is generated, (N,): above 0 rather generated, below rather real."""
        return ((spectrum(x) - self.mean) / self.std) @ self.weights


def in_bytes(x: Tensor) -> Tensor:
    """Return pictures rounded to the 256 brightnesses of a file: real and generated must not differ in that."""
    return (x.clamp(0, 1) * 255).round() / 255


def compressed(x: Tensor, quality: int) -> Tensor:
    """Return pictures as they come back from a JPEG file, same shape.

    Parameters
    ----------
    x : Tensor
        Pictures (N, C, H, W) in [0, 1], C 1 or 3.
    quality : int
        JPEG quality, 1 to 95: what Pillow is told.
    """
    back = []
    for picture in (x.clamp(0, 1) * 255).round().to(torch.uint8):
        grey = len(picture) == 1
        image = Image.fromarray(picture[0].numpy() if grey else picture.permute(1, 2, 0).numpy())
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        pixels = torch.from_numpy(np.array(Image.open(file))).float() / 255
        back.append(pixels[None] if grey else pixels.permute(2, 0, 1))
    return torch.stack(back)
