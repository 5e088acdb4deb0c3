"""Two generators of table rows, with one interface: the loss of a row given its noise, and new rows."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gentutor.models.layers import mlp
from gentutor.seeding import seeded


class TabularVAE(nn.Module):
    """A variational auto-encoder of rows, with a Gaussian decoder whose spread is given.

    Parameters
    ----------
    n_columns : int
        Columns D of the table.
    latent_dim : int
        Length Z of the code.
    width : int
        Units of the hidden layers.
    spread : float
        Standard deviation of a column around what the decoder says.
    seed : int
        Start of the initial weights.
    """

    def __init__(
        self, n_columns: int, latent_dim: int = 4, width: int = 64, spread: float = 0.3, seed: int = 0
    ) -> None:
        super().__init__()
        self.n_columns, self.latent_dim, self.spread = n_columns, latent_dim, spread
        self.n_noise = latent_dim
        with seeded(seed, "weights"):
            self.encoder = mlp(n_columns, width, 2 * latent_dim)
            self.decoder = mlp(latent_dim, width, n_columns)

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:
        """Return the negative ELBO (...) of rows (..., D), given standard normal noise (..., Z)."""
        mu, logvar = self.encoder(x).chunk(2, -1)
        rebuilt = self.decoder(mu + (logvar / 2).exp() * noise)  # ... Z -> ... D
        error: Tensor = ((x - rebuilt) ** 2).sum(-1) / (2 * self.spread**2)
        apart: Tensor = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(-1)
        return error + apart

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Return `n` new rows (n, D), the outcome as +1 or -1."""
        z = torch.randn(n, self.latent_dim, generator=generator)
        return with_outcome(self.decoder(z) + self.spread * torch.randn(n, self.n_columns, generator=generator))


class TabularFlow(nn.Module):
    """Flow matching of rows: the speed at which noise at time 0 becomes a row at time 1.

    Parameters
    ----------
    n_columns : int
        Columns D of the table.
    width : int
        Units of the two hidden layers.
    seed : int
        Start of the initial weights.
    """

    def __init__(self, n_columns: int, width: int = 128, seed: int = 0) -> None:
        super().__init__()
        self.n_columns = n_columns
        self.n_noise = n_columns + 1
        with seeded(seed, "weights"):
            self.net = mlp(n_columns + 3, width, width, n_columns)

    def velocity(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the velocity (..., D) at x (..., D) and time t (..., 1)."""
        angle = 2 * torch.pi * t
        speed: Tensor = self.net(torch.cat([x, t, angle.sin(), angle.cos()], -1))
        return speed

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:
        """Return the loss (...) of rows (..., D), given standard normal noise (..., D + 1), whose last is the time."""
        start, t = noise[..., :-1], torch.special.ndtr(noise[..., -1:])  # a uniform time in (0, 1)
        return ((self.velocity((1 - t) * start + t * x, t) - (x - start)) ** 2).sum(-1)

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, n_steps: int = 50) -> Tensor:
        """Return `n` new rows (n, D), the outcome as +1 or -1."""
        x = torch.randn(n, self.n_columns, generator=generator)
        for step in range(n_steps):
            x = x + self.velocity(x, torch.full((n, 1), step / n_steps)) / n_steps
        return with_outcome(x)


def with_outcome(rows: Tensor) -> Tensor:
    """Return the rows (N, D) with a last column of +1 or -1 only."""
    return torch.cat([rows[:, :-1], torch.where(rows[:, -1:] > 0, 1.0, -1.0)], 1)
