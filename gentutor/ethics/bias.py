"""A small generator that makes the rare rarer, and three repairs. The true mix is known exactly. Lesson 12."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gentutor.datasets import load_avatars
from gentutor.seeding import generator, seeded

N_TRAIN = 1000
COMMON, RARE = 0, 1


def uneven_avatars(attribute: str, values: tuple[int, int], imbalance: float, seed: int) -> tuple[Tensor, Tensor]:
    """Return `N_TRAIN` avatars (N, 3, 16, 16) of which exactly the share `imbalance` has the first value, and which.

    Parameters
    ----------
    attribute : str
        One of `load_avatars`.
    values : tuple of int
        Codes of the common value and of the rare one.
    imbalance : float
        Share of the common one.
    seed : int
        Draws the pictures.

    Returns
    -------
    x : Tensor
        Pictures, mixed.
    y : Tensor
        int64 (N,): `COMMON` or `RARE`.
    """
    everybody = load_avatars("train")
    codes, dice = everybody.attributes[attribute], generator(seed, "uneven")
    n_common = round(imbalance * N_TRAIN)
    chosen = []
    for value, n in zip(values, (n_common, N_TRAIN - n_common), strict=True):
        of_this = (codes == value).nonzero()[:, 0]
        chosen.append(of_this[torch.randint(len(of_this), (n,), generator=dice)])
    y = torch.cat([torch.full((n_common,), COMMON), torch.full((N_TRAIN - n_common,), RARE)])
    order = torch.randperm(N_TRAIN, generator=dice)
    return everybody.x[torch.cat(chosen)][order], y[order]


def bias_amplification(made: Tensor, training: Tensor) -> Tensor:
    """Return by how much the odds of the common value grew on the way through a generator: a scalar tensor.

    1 repeats the training data, 2 doubles their imbalance, below 1 evens it out. Half a picture is added to each count
    so that nothing is divided by 0.

    Parameters
    ----------
    made, training : Tensor
        0 for the common value and 1 for the rare one, int64 (N,) and (M,).

    Examples
    --------
    >>> bias_amplification(torch.tensor([0, 0, 0, 1]), torch.tensor([0, 0, 1, 1]))
    tensor(2.3333)
    """
    odds = [((y == 0).sum() + 0.5) / ((y == 1).sum() + 0.5) for y in (made, training)]
    return odds[0] / odds[1]


class TinyPainter(nn.Module):
    """A small VAE of avatars, 768 - 96 - 8 - 96 - 768, that can be told the value; trains in half a second.

    Parameters
    ----------
    told : bool
        Whether the decoder is told which value to paint.
    seed : int
        Start of the weights.
    """

    def __init__(self, told: bool = False, seed: int = 0) -> None:
        super().__init__()
        self.told = told
        with seeded(seed, "tiny painter"):
            self.read = nn.Sequential(nn.Linear(768, 96), nn.SiLU(), nn.Linear(96, 16))
            self.paint = nn.Sequential(nn.Linear(8 + 2 * told, 96), nn.SiLU(), nn.Linear(96, 768))

    def decode(self, z: Tensor, y: Tensor) -> Tensor:
        """Return pictures (B, 3, 16, 16) for codes (B, 8)."""
        h = torch.cat([z, F.one_hot(y, 2).float()], 1) if self.told else z
        x: Tensor = self.paint(h).sigmoid().unflatten(1, (3, 16, 16))
        return x


def train_tiny_painter(
    x: Tensor, y: Tensor, *, told: bool = False, balanced: bool = False, updates: int = 300, seed: int = 0
) -> TinyPainter:
    """Train the small VAE.

    Parameters
    ----------
    x, y : Tensor
        Of `uneven_avatars`.
    told : bool
        Whether it is told the value.
    balanced : bool
        Whether both values are drawn equally often into a batch.
    updates : int
        Of 64 pictures each.
    seed : int
        Start of the weights and of the draws.
    """
    model, dice = TinyPainter(told, seed), generator(seed, "tiny updates")
    weigh = 1 / y.bincount(minlength=2).clamp(min=1).float()[y] if balanced else torch.ones(len(y))
    optimiser = torch.optim.Adam(model.parameters(), 4e-3)
    for step in range(updates):
        optimiser.param_groups[0]["lr"] = 4e-3 * 0.5 * (1 + math.cos(math.pi * step / updates))
        chosen = torch.multinomial(weigh, 64, replacement=True, generator=dice)
        mu, logvar = model.read(x[chosen].flatten(1)).chunk(2, 1)
        z = mu + (logvar / 2).exp() * torch.randn(mu.shape, generator=dice)
        back = (model.decode(z, y[chosen]) - x[chosen]).square().sum((1, 2, 3)).mean()
        kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(1).mean()
        optimiser.zero_grad()
        (back + 1.5 * kl).backward()
        optimiser.step()
    return model.eval()


@torch.no_grad()
def paint_avatars(model: TinyPainter, y: Tensor, *, temperature: float = 0.7, seed: int = 0) -> Tensor:
    """Return one avatar for each entry of `y`, (N, 3, 16, 16); `temperature` below 1 stays near what is usual."""
    return model.decode(temperature * torch.randn(len(y), 8, generator=generator(seed, "tiny codes")), y)
