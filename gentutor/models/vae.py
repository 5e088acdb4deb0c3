"""The variational auto-encoder and two relatives, taught in lesson 04.

`VAE` is Kingma and Welling (2014), "Auto-Encoding Variational Bayes"; `AutoEncoder` is the same network
without noise and without a prior. `BetaVAE` is one network for every weight of the KL term, used to open the
lesson. The case that can be solved by hand is in `gentutor.models.linear`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from gentutor.models.layers import centred, mlp
from gentutor.samplers import reparameterise
from gentutor.seeding import seeded

Shape = tuple[int, int, int]
FASHION: Shape = (1, 28, 28)  # C H W of one Fashion-MNIST image


class VAE(nn.Module):
    """An encoder that places each image as a small Gaussian cloud, and a decoder that draws it back.

    Parameters
    ----------
    latent_dim : int
        Length Z of the code.
    width : int
        Units in each hidden layer.
    n_layers : int
        Hidden layers in the encoder, and as many in the decoder.
    shape : tuple of int
        Channels, height and width of an image.
    seed : int
        Start of the random stream of the initial weights.

    Examples
    --------
    >>> model = VAE(latent_dim=20, width=400)
    >>> logits, mu, logvar = model(torch.zeros(5, 1, 28, 28), torch.Generator().manual_seed(0))
    >>> logits.shape, mu.shape, logvar.shape
    (torch.Size([5, 1, 28, 28]), torch.Size([5, 20]), torch.Size([5, 20]))
    """

    mean: Tensor

    def __init__(
        self, latent_dim: int = 20, width: int = 400, n_layers: int = 2, shape: Shape = FASHION, seed: int = 0
    ) -> None:
        super().__init__()
        self.latent_dim, self.shape = latent_dim, tuple(shape)
        n_pixels = math.prod(shape)
        with seeded(seed, "weights"):
            self.encoder = mlp(n_pixels, *[width] * n_layers, 2 * latent_dim)
            self.decoder = mlp(latent_dim, *[width] * n_layers, n_pixels)
        self.register_buffer("mean", torch.zeros(n_pixels))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z|x), each (B, Z), for images `x` (B, C, H, W)."""
        mu, logvar = self.encoder(centred(x, self.mean)).chunk(2, dim=1)  # (B, C·H·W) -> 2 x (B, Z)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Return the pixels' logits (B, C, H, W) for codes `z` (B, Z); their sigmoid is the picture."""
        logits: Tensor = self.decoder(z).unflatten(1, self.shape)  # (B, Z) -> (B, C, H, W)
        return logits

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Encode, draw one code for each image from `generator`, decode: ``(logits, mu, logvar)``."""
        mu, logvar = self.encode(x)
        eps = torch.randn(mu.shape, generator=generator).to(mu)
        return self.decode(reparameterise(mu, logvar, eps)), mu, logvar


class AutoEncoder(nn.Module):
    """The VAE's layers without noise: each image becomes one point, and nothing orders the points.

    The parameters are those of `VAE`.
    """

    mean: Tensor

    def __init__(
        self, latent_dim: int = 20, width: int = 400, n_layers: int = 2, shape: Shape = FASHION, seed: int = 0
    ) -> None:
        super().__init__()
        self.latent_dim, self.shape = latent_dim, tuple(shape)
        n_pixels = math.prod(shape)
        with seeded(seed, "weights"):
            self.encoder = mlp(n_pixels, *[width] * n_layers, latent_dim)
            self.decoder = mlp(latent_dim, *[width] * n_layers, n_pixels)
        self.register_buffer("mean", torch.zeros(n_pixels))

    def encode(self, x: Tensor) -> Tensor:
        """Return the codes (B, Z) of images `x` (B, C, H, W)."""
        z: Tensor = self.encoder(centred(x, self.mean))
        return z

    def decode(self, z: Tensor) -> Tensor:
        """Return the pixels' logits (B, C, H, W) for codes `z` (B, Z)."""
        logits: Tensor = self.decoder(z).unflatten(1, self.shape)
        return logits

    def forward(self, x: Tensor) -> Tensor:
        """Encode and decode: the logits (B, C, H, W) of the reconstruction."""
        return self.decode(self.encode(x))


class BetaVAE(nn.Module):
    """One VAE for every weight beta of the KL term: both halves are told beta.

    Trained with a fresh beta for each image of a batch, it holds the whole curve of reconstruction against KL
    in one set of weights, so that a slider can move along it. The idea is that of Bae, Zhang, Ruan and others
    (2023), "Multi-Rate VAE: train once, get the full rate-distortion curve".

    The parameters are those of `VAE`.
    """

    mean: Tensor

    def __init__(
        self, latent_dim: int = 20, width: int = 256, n_layers: int = 2, shape: Shape = FASHION, seed: int = 0
    ) -> None:
        super().__init__()
        self.latent_dim, self.shape = latent_dim, tuple(shape)
        n_pixels = math.prod(shape)
        with seeded(seed, "weights"):
            self.encoder = mlp(n_pixels + 1, *[width] * n_layers, 2 * latent_dim)
            self.decoder = mlp(latent_dim + 1, *[width] * n_layers, n_pixels)
        self.register_buffer("mean", torch.zeros(n_pixels))

    def encode(self, x: Tensor, beta: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z|x), each (B, Z); `beta` (B,) is each image's own weight."""
        told = torch.cat([centred(x, self.mean), beta.log().unsqueeze(1)], dim=1)  # (B, C·H·W + 1)
        mu, logvar = self.encoder(told).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z: Tensor, beta: Tensor) -> Tensor:
        """Return the pixels' logits (B, C, H, W) for codes `z` (B, Z) under `beta` (B,)."""
        told = torch.cat([z, beta.log().unsqueeze(1)], dim=1)  # (B, Z + 1)
        logits: Tensor = self.decoder(told).unflatten(1, self.shape)
        return logits

    def forward(
        self, x: Tensor, beta: Tensor, generator: torch.Generator | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Encode, draw one code for each image from `generator`, decode: ``(logits, mu, logvar)``."""
        mu, logvar = self.encode(x, beta)
        eps = torch.randn(mu.shape, generator=generator).to(mu)
        return self.decode(reparameterise(mu, logvar, eps), beta), mu, logvar


def start_at_mean(model: VAE | AutoEncoder | BetaVAE, x: Tensor) -> None:
    """Let an untrained `model` begin with the mean of the images `x` (N, C, H, W) as its first guess.

    The encoder then sees what is special about each image, and the decoder need not learn the mean: worth
    an epoch of training.
    """
    mean = x.flatten(1).mean(0)
    model.mean.copy_(mean)
    last = model.decoder[-1]
    assert isinstance(last, nn.Linear)
    last.bias.data.copy_(mean.clamp(0.001, 0.999).logit())  # an always black pixel would have logit -inf
