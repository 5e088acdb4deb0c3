"""Double descent where every step can be solved: random features, and the smallest weights that fit. Lesson 11.

Belkin and others (2019), "Reconciling modern machine-learning practice and the classical bias-variance trade-off";
random features are Rahimi and Recht (2007).
"""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.seeding import generator


class HalfPainter:
    """Paints the lower half of a picture from its upper half: fixed random features, and one solved layer on top.

    Parameters
    ----------
    n_features : int
        How many random features; the layer on top has so many weights for each pixel.
    ridge : float
        Weight decay: what is added to each squared singular value before it divides. With 0, of all weights that fit
        best the smallest are taken.
    seed : int
        Which features. With the same seed, fewer features are the first of more.

    Examples
    --------
    >>> x = torch.rand(20, 1, 14, 14)
    >>> HalfPainter(40).fit(x)(x).shape
    torch.Size([20, 1, 7, 14])
    """

    def __init__(self, n_features: int, ridge: float = 0.0, seed: int = 0) -> None:
        self.n_features, self.ridge, self.seed = n_features, ridge, seed
        self.weights = torch.empty(0)

    def features(self, x: Tensor) -> Tensor:
        """Return the features (N, D), float64, of the upper halves of pictures `x` (N, C, H, W)."""
        seen = (upper(x).flatten(1).double() - 0.3) / 0.3  # (N, C·H/2·W), around 0 and of size 1
        dice = generator(self.seed, "features")
        w = torch.randn(self.n_features, seen.shape[1] + 1, generator=dice, dtype=torch.float64)
        return torch.tanh(seen @ w[:, 1:].T / seen.shape[1] ** 0.5 + w[:, 0])

    def fit(self, x: Tensor) -> HalfPainter:
        """Solve for the weights on pictures `x` (N, C, H, W), and return the painter itself."""
        h, wanted = self.features(x), lower(x).flatten(1).double()
        u, s, vt = torch.linalg.svd(h, full_matrices=False)
        divide = s / (s.square() + self.ridge)
        divide[s < 1e-10 * s[0]] = 0.0  # directions in which there is nothing to fit
        self.weights = vt.T @ (divide[:, None] * (u.T @ wanted))  # (D, C·H/2·W)
        return self

    def __call__(self, x: Tensor) -> Tensor:
        """Return the lower halves (N, C, H/2, W) that it paints below the upper halves of `x`."""
        painted: Tensor = (self.features(x) @ self.weights).float()
        return painted.view_as(lower(x))

    def error(self, x: Tensor) -> float:
        """Return the mean squared error of a pixel of the lower halves of `x`."""
        return float((self(x) - lower(x)).square().mean())


def upper(x: Tensor) -> Tensor:
    """Return the upper halves (N, C, H/2, W) of pictures `x` (N, C, H, W)."""
    return x[:, :, : x.shape[2] // 2]


def lower(x: Tensor) -> Tensor:
    """Return the lower halves (N, C, H/2, W) of pictures `x` (N, C, H, W)."""
    return x[:, :, x.shape[2] // 2 :]
