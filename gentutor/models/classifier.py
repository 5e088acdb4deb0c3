"""A small network that tells clothes apart; its last features are what generated pictures are measured in."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gentutor.seeding import seeded


class Classifier(nn.Module):
    """Convolutions, the mean over the picture, and a linear layer: Fashion-MNIST's ten classes.

    Parameters
    ----------
    width : int
        Channels at 28 by 28; twice as many at 14 by 14, four times at 7 by 7.
    n_features : int
        Length D of the features before the last layer.
    n_classes : int
        How many classes there are.
    seed : int
        Start of the random stream of the initial weights.

    Examples
    --------
    >>> network = Classifier(width=8)
    >>> x = torch.zeros(3, 1, 28, 28)
    >>> network.features(x).shape, network(x).shape
    (torch.Size([3, 64]), torch.Size([3, 10]))
    """

    def __init__(self, width: int = 32, n_features: int = 64, n_classes: int = 10, seed: int = 0) -> None:
        super().__init__()
        with seeded(seed, "classifier"):
            self.body = nn.Sequential(
                *_block(1, width),
                nn.MaxPool2d(2),  # (B, W, 14, 14)
                *_block(width, 2 * width),
                *_block(2 * width, 2 * width),
                nn.MaxPool2d(2),  # (B, 2W, 7, 7)
                *_block(2 * width, 4 * width),
                *_block(4 * width, 4 * width),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
                nn.Linear(4 * width, n_features),
            )
            self.head = nn.Linear(n_features, n_classes)
        self.to(memory_format=torch.channels_last)

    def features(self, x: Tensor) -> Tensor:
        """Return the features (N, D) of pictures `x` (N, 1, 28, 28) in [0, 1]."""
        h: Tensor = self.body(2 * x - 1)
        return h

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (N, K) of the classes."""
        logits: Tensor = self.head(F.silu(self.features(x)))
        return logits


def _block(n_in: int, n_out: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(n_in, n_out, 3, padding=1, bias=False), nn.BatchNorm2d(n_out), nn.SiLU()
