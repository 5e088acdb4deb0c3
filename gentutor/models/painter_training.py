"""A whole training of the painter of lesson 11, its two curves, and early stopping."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import torch
from torch import Tensor

from gentutor.models.masked_painter import MaskedPainter, loss_on, painter_adam, painter_update
from gentutor.seeding import generator

LOOK_EVERY = 5
"""After how many updates a training looks at the validation loss; also at its end."""

NEVER = 100
"""The patience, in looks, that means: do not stop early."""


def should_stop(losses: Sequence[float], patience: int) -> bool:
    """Whether the best of these validation losses is `patience` or more looks old.

    Prechelt (1998), "Early stopping, but when?", in its simplest form. A loss that only equals the best is no new best.

    Parameters
    ----------
    losses : sequence of float
        Validation losses, the newest last; none before the first look.
    patience : int
        How many looks without a new best are allowed for, 1 or more.

    Examples
    --------
    >>> should_stop([9.0, 7.0, 8.0], patience=2), should_stop([9.0, 7.0, 8.0, 7.5], patience=2)
    (False, True)
    """
    if not losses:
        return False
    best = min(range(len(losses)), key=losses.__getitem__)  # of equals the first
    return len(losses) - 1 - best >= patience


@dataclass(frozen=True, eq=False)
class TrainedPainter:
    """A painter that was trained, and its two curves.

    Attributes
    ----------
    model : MaskedPainter
        The painter, in evaluation mode; with early stopping as it was at its best look.
    updates : list of int
        After how many updates it was looked at.
    training, validation : list of float
        Nats for a picture at each look, of those that it learnt from and of others.
    kept : int
        From which look the painter is.
    """

    model: MaskedPainter
    updates: list[int]
    training: list[float]
    validation: list[float]
    kept: int

    @property
    def gap(self) -> float:
        """Validation loss minus training loss of the painter."""
        return self.validation[self.kept] - self.training[self.kept]


def train_painter(
    x: Tensor,
    validation: Tensor,
    *,
    updates: int = 200,
    lr: float = 0.02,
    batch_size: int = 50,
    width: int = 256,
    dropout: float = 0.0,
    weight_decay: float = 0.0,
    augmentation: float = 0.0,
    patience: int = NEVER,
    seed: int = 0,
) -> TrainedPainter:
    """Train a painter from scratch, looking now and then at the validation loss; the remedies are settings.

    Parameters
    ----------
    x : Tensor
        Pictures to learn from, as greys, int64 (N, 1, H, W).
    validation : Tensor
        Others, only to look at.
    updates : int
        Updates, where nothing stops it.
    lr, batch_size, width, dropout, weight_decay, augmentation : float, int
        The knobs of lesson 11.
    patience : int
        After how many looks without a new best it stops and takes the best painter back; `NEVER`: it does not stop.
    seed : int
        Start of every random stream.
    """
    model = MaskedPainter(width, seed)
    optimiser, dice = painter_adam(model), generator(seed, "training")
    settings = SimpleNamespace(lr=lr, dropout=dropout, weight_decay=weight_decay, augmentation=augmentation)
    looks: list[int] = []
    training: list[float] = []
    judged: list[float] = []
    best, kept, stops_early = model, 0, patience < NEVER
    for step in range(updates):
        settings.progress = step / updates
        batch = x[torch.randint(len(x), (batch_size,), generator=dice)]
        painter_update(model, optimiser, x=batch, settings=settings, generator=dice)
        if (step + 1) % LOOK_EVERY and step + 1 < updates:
            continue
        looks.append(step + 1)
        training.append(loss_on(model, x[: len(validation)]))
        judged.append(loss_on(model, validation))
        if not stops_early or judged[-1] < min([*judged[:-1], float("inf")]):
            kept = len(looks) - 1
            best = copy.deepcopy(model) if stops_early else model
        if stops_early and should_stop(judged, patience):
            break
    return TrainedPainter(best.eval(), looks, training, judged, kept)
