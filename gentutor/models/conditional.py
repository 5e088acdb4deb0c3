"""A VAE that draws what is ordered: it is told the class of each image. Lesson 01 trains it; lesson 04 explains it."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from gentutor.models.layers import mlp
from gentutor.models.vae import FASHION, Shape
from gentutor.samplers import reparameterise
from gentutor.seeding import seeded


class ConditionalVAE(nn.Module):
    """An encoder and a decoder that both see the class of the image.

    Kingma and others (2014), "Semi-supervised learning with deep generative models", model M2.

    Parameters
    ----------
    latent_dim : int
        Length Z of the code, which stands for all that the class leaves open.
    width : int
        Units in each of the two hidden layers.
    n_classes : int
        Number of classes.
    shape : tuple of int
        Channels, height and width of an image.
    lo, hi : float
        What black and white are to the encoder; pixels in [0, 1] are stretched to that range.
    seed : int
        Start of the random stream of the initial weights.

    Examples
    --------
    >>> model = ConditionalVAE(latent_dim=4, width=32)
    >>> model.decode(torch.zeros(2, 4), torch.tensor([7, 9])).shape
    torch.Size([2, 1, 28, 28])
    """

    def __init__(
        self,
        latent_dim: int = 4,
        width: int = 96,
        *,
        n_classes: int = 10,
        shape: Shape = FASHION,
        lo: float = -1.0,
        hi: float = 1.0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.latent_dim, self.n_classes, self.shape, self.lo, self.hi = latent_dim, n_classes, tuple(shape), lo, hi
        n_pixels = math.prod(shape)
        with seeded(seed, "weights"):
            self.encoder = mlp(n_pixels + n_classes, width, width, 2 * latent_dim)
            self.decoder = mlp(latent_dim + n_classes, width, width, n_pixels)

    def _told(self, rows: Tensor, y: Tensor) -> Tensor:
        return torch.cat([rows, one_hot(y, self.n_classes).to(rows)], dim=1)  # (B, D) -> (B, D + K)

    def encode(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z|x, y), each (B, Z), for images `x` (B, C, H, W) of classes `y` (B,)."""
        stretched = self.lo + (self.hi - self.lo) * x.flatten(1)
        mu, logvar = self.encoder(self._told(stretched, y)).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the pixels' logits (B, C, H, W) for codes `z` (B, Z) and ordered classes `y` (B,)."""
        logits: Tensor = self.decoder(self._told(z, y)).unflatten(1, self.shape)
        return logits

    def forward(self, x: Tensor, y: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Encode, draw one code for each image from `generator`, decode: ``(logits, mu, logvar)``."""
        mu, logvar = self.encode(x, y)
        eps = torch.randn(mu.shape, generator=generator).to(mu)
        return self.decode(reparameterise(mu, logvar, eps), y), mu, logvar
