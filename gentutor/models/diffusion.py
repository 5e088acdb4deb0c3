"""Networks that foretell velocities: of points in the plane, and of small pictures that are told what is wanted.

Taught in lesson 07. Both work on x_t = a(t)·x + b(t)·eps of `gentutor.samplers.schedules`; pictures are in [-1, 1]
there, so that black and white lie on both sides of the noise's zero. How the network was found stands in
``docs/log.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gentutor.models.layers import mlp
from gentutor.seeding import seeded

N_WAVES = 8
"""Waves in which a time is written: the slowest takes two units of time, each next one half as long."""


def time_waves(t: Tensor, n_waves: int = N_WAVES) -> Tensor:
    """Return times `t` (B,) as sines and cosines of waves from slow to quick: (B, 2·n_waves).

    A single number is a weak hint for a network; a hand that turns once and one that turns a hundred times tell both
    the hour and the minute. As the positions of Vaswani and others (2017) and the steps of Ho and others (2020).

    Parameters
    ----------
    t : Tensor
        Times (B,) in [0, 1].
    n_waves : int
        How many waves.

    Examples
    --------
    >>> time_waves(torch.zeros(1), 2)
    tensor([[0., 0., 1., 1.]])
    """
    turns = t[:, None] * (torch.pi * 2.0 ** torch.arange(n_waves))  # (B, n_waves)
    return torch.cat([turns.sin(), turns.cos()], dim=1)


class PointVelocity(nn.Module):
    """Foretells how a point of the plane moves: a multi-layer perceptron of place and time.

    Parameters
    ----------
    width : int
        Units in each of the three hidden layers.
    seed : int
        Start of the random stream of the initial weights.

    Examples
    --------
    >>> PointVelocity()(torch.zeros(5, 2), torch.zeros(5)).shape
    torch.Size([5, 2])
    """

    def __init__(self, width: int = 64, seed: int = 0) -> None:
        super().__init__()
        with seeded(seed, "velocity"):
            self.layers = mlp(2 + 6, width, width, width, 2)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return velocities (B, 2) at places `x` (B, 2) and times `t` (B,)."""
        v: Tensor = self.layers(torch.cat([x, time_waves(t, 3)], dim=1))
        return v


PIXEL_SPREAD = 0.6  # standard deviation of a pixel in [-1, 1]: 0.61 for the avatars


def spread_at(t: Tensor, like: Tensor) -> Tensor:
    """Return the spread of x_t on the straight schedule at times `t` (B,), shaped to divide `like` (B, ...)."""
    t = t.view(-1, *[1] * (like.dim() - 1))
    return (t.square() * PIXEL_SPREAD**2 + (1 - t).square()).sqrt()


def plain_guess(x: Tensor, t: Tensor) -> Tensor:
    """Return the best velocity by a single factor at each time, as if pixels were independent normal numbers.

    What a formula knows, a network need not learn: it adds what is better. The idea of Karras and others (2022),
    "Elucidating the design space of diffusion-based generative models", table 1, for velocities.

    Parameters
    ----------
    x : Tensor
        Noisy examples (B, ...) of the straight schedule.
    t : Tensor
        Times (B,).
    """
    time = t.view(-1, *[1] * (x.dim() - 1))
    return x * (time * PIXEL_SPREAD**2 - (1 - time)) / spread_at(t, x).square()


class _Block(nn.Module):
    """Two convolutions beside a shortcut; what is told sets the gain and the shift of each channel between them."""

    def __init__(self, width: int, told_dim: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.told = nn.Linear(told_dim, 2 * width)
        for start in self.second.parameters():
            nn.init.zeros_(start)  # a block begins as a shortcut alone

    def forward(self, h: Tensor, told: Tensor) -> Tensor:
        gain, shift = self.told(told)[:, :, None, None].chunk(2, dim=1)
        inner = self.first(F.silu(h)) * (1 + gain) + shift
        return h + self.second(F.silu(inner))  # type: ignore[no-any-return]


class PictureVelocity(nn.Module):
    """Foretells how a noisy picture moves, told the time and any wishes: a small U-Net (Ronneberger and others 2015).

    Pictures are folded to half their size and four times their channels, worked on, halved once more, and come back the
    same way, to be added to `plain_guess`, which is that of the straight schedule. No layer mixes the pictures of a
    batch.

    Parameters
    ----------
    shape : sequence of int
        Channels, height and width of a picture; height and width are multiples of 4.
    n_values : sequence of int
        For each attribute that can be wished for, how many values it has.
    width : int
        Channels at half the size; three times as many at a quarter. Multiples of 16 are quickest by far.
    seed : int
        Start of the random stream of the initial weights.
    in_16_bits : bool
        Whether the products run in 16 bits; pays where `gentutor.models.recipe.bfloat16_pays`.

    Examples
    --------
    >>> network = PictureVelocity((1, 28, 28), (10,), width=8)
    >>> network(torch.zeros(5, 1, 28, 28), torch.zeros(5), torch.full((5, 1), -1)).shape
    torch.Size([5, 1, 28, 28])
    """

    def __init__(
        self,
        shape: Sequence[int] = (3, 16, 16),
        n_values: Sequence[int] = (3, 12, 6, 4, 4, 6, 6, 3, 4, 4),
        width: int = 32,
        seed: int = 0,
        *,
        in_16_bits: bool = False,
    ) -> None:
        super().__init__()
        self.shape, self.n_values, self.width, self.in_16_bits = tuple(shape), tuple(n_values), width, in_16_bits
        folded, told_dim = 4 * shape[0], 4 * width
        with seeded(seed, "velocity"):
            self.wishes = nn.Embedding(sum(n_values) + len(n_values), told_dim)  # and a row each for "not told"
            nn.init.normal_(self.wishes.weight, std=0.3)
            self.clock = nn.Linear(2 * N_WAVES, told_dim)
            self.mix = nn.Linear(told_dim, told_dim)
            self.read = nn.Conv2d(folded, width, 3, padding=1)
            self.fine = _Block(width, told_dim)
            self.down = nn.Conv2d(width, 3 * width, 2, stride=2)
            self.coarse = nn.ModuleList([_Block(3 * width, told_dim) for _ in range(2)])
            self.up = nn.ConvTranspose2d(3 * width, width, 2, stride=2)
            self.last = _Block(width, told_dim)
            self.paint = nn.Conv2d(width, folded, 3, padding=1)
            nn.init.zeros_(self.paint.weight)
        self.to(memory_format=torch.channels_last)

    def told(self, t: Tensor, y: Tensor) -> Tensor:
        """Return what the blocks are told, (B, D): the time `t` (B,) and the wishes `y` (B, A), -1 for none."""
        n_each = torch.tensor(self.n_values)
        first_row = (n_each + 1).cumsum(0) - (n_each + 1)
        rows = torch.where(y < 0, n_each, y) + first_row
        summed = self.clock(time_waves(t)) + self.wishes(rows).sum(1)
        return F.silu(self.mix(F.silu(summed)))

    def forward(self, x: Tensor, t: Tensor, y: Tensor) -> Tensor:
        """Return velocities (B, C, H, W) of noisy pictures `x` at times `t` (B,), with wishes `y` int64 (B, A)."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.in_16_bits):
            told = self.told(t, y)
            folded = F.pixel_unshuffle(x, 2).contiguous(memory_format=torch.channels_last)
            h = self.fine(self.read(folded), told)  # (B, 4C, H/2, W/2) -> (B, W, H/2, W/2)
            deep = self.down(h)  # (B, 3W, H/4, W/4)
            for block in self.coarse:
                deep = block(deep, told)
            h = self.last(h + self.up(deep), told)
            better = F.pixel_shuffle(self.paint(F.silu(h)), 2).float()
        return plain_guess(x, t) + better / spread_at(t, x)
