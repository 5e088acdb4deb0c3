"""The small painter of lesson 11: one pixel after another, each foreseen from those before it, by three masked layers.

Germain and others (2015), "MADE: masked autoencoder for distribution estimation". What lesson 06 does with
attention, three layers do here: small enough to be trained anew for every move of a slider, large enough to learn
fifty pictures by heart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from types import SimpleNamespace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gentutor.datasets.augmenting import augment, random_changes
from gentutor.seeding import generator as seeded_generator
from gentutor.seeding import seeded

SIDE = 14  # pixels along each side: a Fashion-MNIST picture at half its size
N_GREYS = 4


def dropout(x: Tensor, dice: Tensor, p: float, training: bool) -> Tensor:
    """Return `x` with a share `p` of its numbers set to 0 and the others made larger by 1 / (1 - p); in training only.

    Srivastava and others (2014), "Dropout: a simple way to prevent neural networks from overfitting", in the form in
    which it is used today: what is kept grows during training, so that nothing need be done at test time.

    Parameters
    ----------
    x : Tensor
        What the units of a layer say, (B, D).
    dice : Tensor
        A number in [0, 1) for each of them, (B, D): those below `p` are dropped.
    p : float
        Share that is dropped, in [0, 1).
    training : bool
        Whether the network is being trained; if not, `x` comes back as it is.

    Examples
    --------
    >>> dropout(torch.ones(1, 4), torch.tensor([[0.1, 0.9, 0.4, 0.6]]), 0.5, training=True)
    tensor([[0., 2., 0., 2.]])
    """
    kept = (dice >= p) / (1 - p)  # 0, or 1 / (1 - p)
    return x * kept if training else x


@lru_cache(maxsize=32)
def masks(width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return which weights may be used, as 0 and 1, of the three layers: (D, N), (D, D) and (N·4, D).

    Every hidden unit may see the pixels up to a place of its own; the places are spread evenly over the picture.

    Parameters
    ----------
    width : int
        Units D in each hidden layer.
    """
    pixel = torch.arange(SIDE * SIDE)
    sees_up_to = torch.arange(width) * (SIDE * SIDE - 1) // width
    see = sees_up_to[:, None] >= pixel
    share = sees_up_to[:, None] >= sees_up_to
    speak = (pixel[:, None] > sees_up_to).repeat_interleave(N_GREYS, 0)  # only to later pixels
    return see.float(), share.float(), speak.float()


class MaskedPainter(nn.Module):
    """Gives each grey of each pixel a chance, knowing the pixels before it in reading order.

    Every hidden unit may see the pixels up to a place of its own, and speak only to later ones: masks cut all other
    weights. So one pass gives the chances of all pixels of a finished picture, and no pixel sees itself.

    Parameters
    ----------
    width : int
        Units in each of the two hidden layers.
    seed : int
        Start of the random stream of the initial weights.

    Examples
    --------
    >>> MaskedPainter(width=32)(torch.zeros(5, 1, 14, 14, dtype=torch.int64)).shape
    torch.Size([5, 196, 4])
    """

    def __init__(self, width: int = 256, seed: int = 0) -> None:
        super().__init__()
        n = SIDE * SIDE
        with seeded(seed, "painter"):
            self.read = nn.Linear(n, width)
            self.think = nn.Linear(width, width)
            self.paint = nn.Linear(width, n * N_GREYS)
        self.width = width

    def forward(self, x: Tensor, p: float = 0.0, generator: torch.Generator | None = None) -> Tensor:
        """Return logits (B, N, 4) of the grey of every pixel.

        Parameters
        ----------
        x : Tensor
            Pictures as greys 0 to 3, int64 (B, 1, H, W).
        p : float
            Share of the hidden units that is dropped; none while the network is in evaluation mode.
        generator : torch.Generator, optional
            Source of the dice.
        """
        h = x.flatten(1) * (2 / (N_GREYS - 1)) - 1  # greys 0 to 3 -> -1 to 1, (B, N)
        see, share, speak = masks(self.width)
        for layer, mask in ((self.read, see), (self.think, share)):
            h = F.silu(F.linear(h, layer.weight * mask, layer.bias))  # (B, D)
            if p > 0:
                h = dropout(h, torch.rand(h.shape, generator=generator), p, self.training)
        logits = F.linear(h, self.paint.weight * speak, self.paint.bias)  # (B, N·4)
        return logits.view(len(x), -1, N_GREYS)


class Painters(nn.Module):
    """Several `MaskedPainter`, each trained on another number of pictures: what opens lesson 11.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of training pictures, from few to many.
    width : int
        As for `MaskedPainter`.
    """

    def __init__(self, sizes: Sequence[int], width: int = 256) -> None:
        super().__init__()
        self.sizes = tuple(sizes)
        self.painters = nn.ModuleList(MaskedPainter(width) for _ in sizes)

    def nearest(self, n_train: int) -> tuple[int, MaskedPainter]:
        """Return the number of pictures nearest to `n_train`, counted in powers, and the painter trained on so many."""
        place = min(range(len(self.sizes)), key=lambda i: abs(math.log(self.sizes[i] / n_train)))
        painter = self.painters[place]
        assert isinstance(painter, MaskedPainter)
        return self.sizes[place], painter


def picture_loss(model: MaskedPainter, x: Tensor, p: float = 0.0, generator: torch.Generator | None = None) -> Tensor:
    """Return the surprise at a picture in nats, the mean over pictures `x` int64 (B, 1, H, W).

    Parameters
    ----------
    model : MaskedPainter
        Who foresees the pixels.
    x : Tensor
        Pictures as greys.
    p, generator : float, torch.Generator
        As for `MaskedPainter.forward`.
    """
    logits = model(x, p, generator)
    return F.cross_entropy(logits.flatten(0, 1), x.flatten(), reduction="sum") / len(x)


@torch.no_grad()
def loss_on(model: MaskedPainter, x: Tensor) -> float:
    """Return `picture_loss` with nothing dropped; the mode of `model`, training or evaluation, is left as it was."""
    before = model.training
    loss = float(picture_loss(model.eval(), x))
    model.train(before)
    return loss


@torch.no_grad()
def painted(model: MaskedPainter, n: int, seed: int = 0) -> Tensor:
    """Return `n` pictures as greys, int64 (n, 1, H, W), drawn pixel by pixel.

    Parameters
    ----------
    model : MaskedPainter
        Who paints, with nothing dropped.
    n : int
        How many.
    seed : int
        Start of the random stream of the dice.
    """
    before = model.training
    model.eval()
    dice, x = seeded_generator(seed, "paint"), torch.zeros(n, 1, SIDE, SIDE, dtype=torch.int64)
    for pixel in range(SIDE * SIDE):
        probs = model(x)[:, pixel].softmax(-1)  # (n, 4)
        x.flatten(1)[:, pixel] = torch.multinomial(probs, 1, generator=dice)[:, 0]  # a view: x itself is written
    model.train(before)
    return x


def painter_adam(model: MaskedPainter) -> torch.optim.AdamW:
    """Return Adam with weight decay beside the gradient, not in it (Loshchilov and Hutter 2019)."""
    return torch.optim.AdamW(model.parameters(), betas=(0.9, 0.95), weight_decay=0.0, fused=True)


def painter_update(
    model: MaskedPainter,
    optimiser: torch.optim.Optimizer,
    *,
    x: Tensor,
    settings: SimpleNamespace,
    generator: torch.Generator,
) -> dict[str, float]:
    """Move the weights one step towards foreseeing the pixels of `x`, with the remedies that are switched on.

    Parameters
    ----------
    model : MaskedPainter
        What is trained.
    optimiser : torch.optim.Optimizer
        From `painter_adam`.
    x : Tensor
        A batch of pictures as greys, int64 (B, 1, H, W).
    settings : SimpleNamespace
        Has ``lr``, ``dropout``, ``weight_decay``, ``augmentation``, and ``progress``, the share of the run that is
        done. The learning rate falls linearly to 0.
    generator : torch.Generator
        Source of changes and dice.

    Returns
    -------
    dict of float
        ``loss`` before the step, in nats for a picture, with all that the remedies do to it.
    """
    for group in optimiser.param_groups:
        group["lr"], group["weight_decay"] = settings.lr * (1 - settings.progress), settings.weight_decay
    if settings.augmentation > 0:
        x = augment(x, *random_changes(len(x), settings.augmentation, generator))
    loss = picture_loss(model, x, settings.dropout, generator)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return {"loss": loss.item()}
