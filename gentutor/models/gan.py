"""The generative adversarial network taught in lesson 03: generator, discriminator and averaged generator.

Both are told the class of the picture. No layer mixes the pictures of a batch, so that the gradient penalties of
`gentutor.losses` hold for each picture alone. What was tried before this stands in ``docs/log.md``.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gentutor.seeding import seeded

_SLOPE = 0.2  # of the leaky ReLU below zero


class Generator(nn.Module):
    """Turns noise and a class into a picture: a linear layer to 7 by 7, then twice doubled in size.

    What it is told, noise and class, goes in at the start, and once more as a gain for each channel on the way: the
    "style" of Karras and others (2019), in its simplest form.

    Parameters
    ----------
    width : int
        Channels at 28 by 28; four times as many at 14 by 14, eight times at 7 by 7.
    z_dim : int
        Length Z of the noise.
    n_classes : int
        How many kinds of pictures there are; with 1 there is nothing to tell.
    seed : int
        Start of the random stream of the initial weights.
    in_16_bits : bool
        Whether the products run in 16 bits; pays where `gentutor.models.recipe.bfloat16_pays`.

    Examples
    --------
    >>> make = Generator(width=8)
    >>> make(torch.randn(5, 64), torch.arange(5)).shape
    torch.Size([5, 1, 28, 28])
    """

    def __init__(
        self, width: int = 16, z_dim: int = 64, n_classes: int = 10, seed: int = 0, *, in_16_bits: bool = False
    ) -> None:
        super().__init__()
        self.width, self.z_dim, self.n_classes, self.in_16_bits = width, z_dim, n_classes, in_16_bits
        with seeded(seed, "generator"):
            self.embed = nn.Embedding(n_classes, z_dim)
            self.start = nn.Linear(2 * z_dim, 8 * width * 49)
            self.middle = nn.ConvTranspose2d(8 * width, 4 * width, 4, stride=2, padding=1)
            self.fine = nn.ConvTranspose2d(4 * width, width, 4, stride=2, padding=1)
            self.paint = nn.Conv2d(width, 1, 3, padding=1)
            self.gains = nn.Linear(2 * z_dim, 12 * width)
            nn.init.zeros_(self.gains.weight)
            nn.init.ones_(self.gains.bias)
        self.to(memory_format=torch.channels_last)

    def forward(self, z: Tensor, label: Tensor) -> Tensor:
        """Return pictures (B, 1, 28, 28) in [0, 1] for noise `z` (B, Z) and classes `label` int64 (B,)."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.in_16_bits):
            told = torch.cat([z, self.embed(label)], dim=1)  # (B, 2Z)
            at_7, at_14 = self.gains(told)[:, :, None, None].split([8 * self.width, 4 * self.width], dim=1)
            h = self.start(told).unflatten(1, (8 * self.width, 7, 7)).contiguous(memory_format=torch.channels_last)
            h = F.leaky_relu(h, _SLOPE) * at_7
            h = F.leaky_relu(self.middle(h), _SLOPE) * at_14  # (B, 4W, 14, 14)
            h = F.leaky_relu(self.fine(h), _SLOPE)  # (B, W, 28, 28)
            x: Tensor = self.paint(h).float().sigmoid()
        return x


class Discriminator(nn.Module):
    """Scores a picture of a stated class: high for real, low for generated.

    The class enters as in Miyato and Koyama (2018), "cGANs with projection discriminator": each class has a
    direction of its own in the last features.

    Parameters
    ----------
    width : int
        Channels at 14 by 14; twice as many at 7 by 7, four times at 4 by 4.
    n_classes : int
        How many kinds of pictures there are; with 1 there is nothing to tell.
    seed : int
        Start of the random stream of the initial weights.
    in_16_bits : bool
        As for `Generator`.

    Examples
    --------
    >>> judge = Discriminator(width=16)
    >>> judge(torch.zeros(5, 1, 28, 28), torch.arange(5)).shape
    torch.Size([5])
    """

    def __init__(self, width: int = 32, n_classes: int = 10, seed: int = 0, *, in_16_bits: bool = False) -> None:
        super().__init__()
        self.width, self.n_classes, self.in_16_bits = width, n_classes, in_16_bits
        with seeded(seed, "discriminator"):
            self.coarse = nn.Conv2d(1, width, 4, stride=2, padding=1)
            self.middle = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)
            self.last = nn.Conv2d(2 * width, 4 * width, 3, stride=2, padding=1)
            self.score = nn.Linear(4 * width * 16, 1)
            self.directions = nn.Embedding(n_classes, 4 * width * 16)
            nn.init.zeros_(self.directions.weight)
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        """Return logits (B,) for pictures `x` (B, 1, 28, 28) in [0, 1] said to be of classes `label` int64 (B,)."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.in_16_bits):
            h = F.leaky_relu(self.coarse(2 * x - 1), _SLOPE)  # (B, W, 14, 14)
            h = F.leaky_relu(self.middle(h), _SLOPE)  # (B, 2W, 7, 7)
            h = F.leaky_relu(self.last(h), _SLOPE)  # (B, 4W, 4, 4)
        features = h.float().flatten(1)
        logits: Tensor = self.score(features).squeeze(1) + (features * self.directions(label)).sum(1)
        return logits


class Averaged(nn.Module):
    """A copy of a network whose weights are a running average of the original's, nearly as good as a longer run.

    The generator's last weights swing about; their mean does not (Yazici and others 2019, "The unusual effectiveness
    of averaging in GAN training"). The memory grows with the number of updates until it is `decay`, so that the
    average forgets the random beginning.

    Parameters
    ----------
    network : nn.Module
        What is averaged.
    decay : float
        Share of the old average kept in each update once it has run for a while.

    Examples
    --------
    >>> make = Generator(width=8)
    >>> steady = Averaged(make)
    >>> steady.update(make)
    """

    n_updates: Tensor

    def __init__(self, network: nn.Module, decay: float = 0.995) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.decay = decay
        self.register_buffer("n_updates", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the average a little towards the weights of `network`."""
        n = int(self.n_updates)
        decay = min(self.decay, (1 + n) / (10 + n))
        mine: list[Tensor] = list(self.network.parameters())
        theirs: list[Tensor] = list(network.parameters())
        torch._foreach_lerp_(mine, theirs, 1 - decay)
        self.n_updates += 1

    def forward(self, *inputs: Any) -> Any:
        """Return what the averaged network makes of the inputs."""
        return self.network(*inputs)
