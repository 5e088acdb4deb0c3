"""The linear latent model: the VAE that can be solved exactly, and the principal components that solve it.

Its best fit is probabilistic principal component analysis (Tipping and Bishop 1999); that the ELBO leads
there is shown by Lucas and others (2019), "Don't blame the ELBO!".
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from gentutor.models.vae import FASHION, Shape
from gentutor.samplers import reparameterise
from gentutor.seeding import seeded


class LinearVAE(nn.Module):
    """Code z ~ N(0, I), picture x ~ N(W z + b, s² I): one matrix down, one matrix up.

    Parameters
    ----------
    latent_dim : int
        Length Z of the code.
    shape : tuple of int
        Channels, height and width of an image.
    seed : int
        Start of the random stream of the initial weights.
    """

    def __init__(self, latent_dim: int = 2, shape: Shape = FASHION, seed: int = 0) -> None:
        super().__init__()
        self.latent_dim, self.shape = latent_dim, tuple(shape)
        n_pixels = math.prod(shape)
        with seeded(seed, "weights"):
            self.encoder = nn.Linear(n_pixels, latent_dim)
            self.decoder = nn.Linear(latent_dim, n_pixels)
        self.code_logvar = nn.Parameter(torch.zeros(latent_dim))  # one for all x, as in the exact posterior
        self.pixel_logvar = nn.Parameter(torch.tensor(-2.0))  # log s², started near the spread of real pixels

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z|x), each (B, Z)."""
        mu: Tensor = self.encoder(x.flatten(1))
        return mu, self.code_logvar.expand_as(mu)

    def decode(self, z: Tensor) -> Tensor:
        """Return the mean picture (B, C, H, W) of codes `z` (B, Z): pixels, not logits."""
        mean: Tensor = self.decoder(z).unflatten(1, self.shape)
        return mean

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Encode, draw one code for each image, decode: ``(mean picture, mu, logvar)``."""
        mu, logvar = self.encode(x)
        eps = torch.randn(mu.shape, generator=generator, device=mu.device)
        return self.decode(reparameterise(mu, logvar, eps)), mu, logvar

    def reconstruction_loss(self, mean: Tensor, x: Tensor) -> Tensor:
        """Return -log p(x|z) of the Gaussian pixels in nats, summed over pixels: (B,)."""
        squares = (x - mean).square() / self.pixel_logvar.exp()
        return 0.5 * (squares + self.pixel_logvar + math.log(2 * math.pi)).flatten(1).sum(1)

    def log_likelihood(self, x: Tensor) -> Tensor:
        """Return the exact log p(x) in nats, (B,): here the integral over codes has a closed form."""
        w = self.decoder.weight  # (C·H·W, Z)
        marginal = torch.distributions.LowRankMultivariateNormal(
            self.decoder.bias, w, self.pixel_logvar.exp().expand(len(w))
        )
        log_p: Tensor = marginal.log_prob(x.flatten(1))  # type: ignore[no-untyped-call]
        return log_p


def principal_components(x: Tensor, n: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the mean of the data, its `n` directions of largest variance, and all variances.

    Parameters
    ----------
    x : Tensor
        Images (N, C, H, W) or rows (N, D), with N above 1.
    n : int
        How many directions.

    Returns
    -------
    mean, directions, variances : Tensor
        Mean (D,); directions (n, D) of length 1, largest variance first; variances (D,), falling.

    Examples
    --------
    >>> mean, directions, variances = principal_components(torch.tensor([[0.0, 1.0], [2.0, 1.0]]), 1)
    >>> mean, directions.abs(), variances
    (tensor([1., 1.]), tensor([[1., 0.]]), tensor([2., 0.]))
    """
    rows = x.flatten(1).double()
    mean = rows.mean(0)
    variances, directions = torch.linalg.eigh((rows - mean).T.cov())  # eigh sorts upwards
    variances, directions = variances.flip(0).clamp_min(0), directions.T.flip(0)
    return mean.to(x.dtype), directions[:n].to(x.dtype), variances.to(x.dtype)
