"""How a trained transformer is trained on: which weights move, and one update that may replay old text.

Taught in lesson 10.
"""

from __future__ import annotations

import copy
from types import SimpleNamespace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gentutor.models.transformer import Transformer

FULL_SHARE = 0.2
"""Whole matrices take this share of the adapters' learning rate: they can go much farther in one update."""


def last_layers(model: Transformer, layers_kept: int) -> Transformer:
    """Return a copy in which only the blocks above the first `layers_kept`, and the head, are trained.

    Parameters
    ----------
    model : Transformer
        Where training starts.
    layers_kept : int
        Blocks that stay as they are, counted from below, as do the embeddings; with 0 everything is trained.

    Examples
    --------
    >>> model = last_layers(Transformer(27, 16, width=8, n_layers=2), layers_kept=1)
    >>> [block.widen.weight.requires_grad for block in model.blocks]
    [False, True]
    """
    chosen = copy.deepcopy(model).requires_grad_(layers_kept == 0)
    for block in list(chosen.blocks)[layers_kept:]:
        block.requires_grad_(True)
    chosen.head.requires_grad_(True)
    return chosen


def finetuning_adam(model: nn.Module) -> torch.optim.Adam:
    """Return the optimiser of `finetune_update`: Adam for every weight that is not frozen."""
    chosen = [weight for weight in model.parameters() if weight.requires_grad]
    return torch.optim.Adam(chosen, lr=0.0, betas=(0.9, 0.95))


def finetune_update(
    model: nn.Module,
    adam: torch.optim.Optimizer,
    *,
    x: Tensor,
    settings: SimpleNamespace,
    generator: torch.Generator | None = None,
    old: Tensor | None = None,
) -> dict[str, float]:
    """Move the weights that are not frozen one step towards foreseeing each token of `x`.

    Parameters
    ----------
    model : nn.Module
        What is trained on.
    adam : torch.optim.Optimizer
        From `finetuning_adam`.
    x : Tensor
        Windows of the new text, (B, T + 1).
    settings : SimpleNamespace
        Has ``lr``, which falls linearly to 0 over the run, ``progress``, the share of the run that is done, and
        ``replay``, the share of the windows that are taken from the old text.
    generator : torch.Generator, optional
        Chooses the windows of the old text; needed where some are replayed.
    old : Tensor, optional
        The old text, int64 (N,); needed where some of it is replayed.

    Returns
    -------
    dict of float
        ``loss`` before the step, in nats for one token of the mixture.
    """
    adam.param_groups[0]["lr"] = settings.lr * (1 - settings.progress)
    n_old = round(settings.replay * len(x))
    if n_old and old is not None:
        starts = torch.randint(len(old) - x.shape[1], (n_old,), generator=generator)
        x = torch.cat([x[n_old:], old.unfold(0, x.shape[1], 1)[starts]])  # (B, T + 1)
    loss = F.cross_entropy(model(x[:, :-1]).flatten(0, 1), x[:, 1:].flatten())
    adam.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    adam.step()
    return {"loss": loss.item()}
