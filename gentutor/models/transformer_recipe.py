"""How a transformer's weights move: two optimisers and one update, as lesson 05 shows it.

`TRANSFORMER_FAST` is the recipe that ``bench/characters.py`` measures. How it was found stands in ``docs/log.md``.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from gentutor.models.muon import Muon
from gentutor.models.transformer import Transformer

TRANSFORMER_FAST: dict[str, Any] = {
    "context": 64,
    "n_layers": 1,
    "steps": 250,
    "lr": 0.05,
    "batch_size": 16,
    "short_share": 0.7,
    "in_16_bits": False,
}
"""For seconds: on the bundled prose, what a usual recipe has after 2,000 updates of four layers."""

TRANSFORMER_LONG: dict[str, Any] = TRANSFORMER_FAST | {"n_layers": 3, "steps": 1200, "lr": 0.025}
"""For half a minute to some minutes: more layers, which pay only in longer runs. Chosen by hand, not searched."""

_EMBEDDING, _HEAD, _MIXING = 1.2, 0.6, 2.0  # learning rates of what Adam moves, as multiples of Muon's
_MOMENTUM = 0.85  # Muon's usual 0.95 remembers longer than a short run can afford


def transformer_optimisers(model: Transformer, *, in_16_bits: bool = False) -> dict[str, torch.optim.Optimizer]:
    """Return the two optimisers of `transformer_update`, by its names for them: ``muon`` and ``adam``.

    The matrices of the blocks are moved by Muon (Jordan and others 2024), which turns the average gradient into a step
    that is equally long in every direction. Embeddings, mixing weights and the last layer are tables of what single
    tokens are like; Adam (Kingma and Ba 2015) moves each of their numbers at its own pace.

    Parameters
    ----------
    model : Transformer
        Whose weights they hold.
    in_16_bits : bool
        As for `gentutor.models.muon.Muon`.
    """
    groups = [
        {"params": [model.embed.weight], "lr_scale": _EMBEDDING},
        {"params": [model.head.weight], "lr_scale": _HEAD},
        {"params": [model.before], "lr_scale": _MIXING},
    ]
    adam = torch.optim.Adam(groups, lr=0.0, betas=(0.9, 0.95), fused=True)
    muon = Muon(model.blocks.parameters(), momentum=_MOMENTUM, in_16_bits=in_16_bits)
    return {"muon": muon, "adam": adam}


def transformer_update(
    model: Transformer,
    muon: torch.optim.Optimizer,
    adam: torch.optim.Optimizer,
    *,
    x: Tensor,
    settings: SimpleNamespace,
    generator: torch.Generator | None = None,
) -> dict[str, float]:
    """Move the weights one step towards foreseeing each token of `x` from those before it.

    The learning rate falls linearly to 0 over the run. In its first part only half the context is read: words come
    before sentences, and short rows cost less than half.

    Parameters
    ----------
    model : Transformer
        What is trained.
    muon, adam : torch.optim.Optimizer
        From `transformer_optimisers`.
    x : Tensor
        A batch of `gentutor.training.Windows`, (B, T + 1).
    settings : SimpleNamespace
        Has ``lr``, Muon's learning rate, which the others follow, and ``progress``, the share of the run that is done.
        May have ``short_share``, the share of the run with half the context, 0 where it is missing, and ``in_16_bits``,
        whether products run in bfloat16, which pays where `gentutor.models.recipe.bfloat16_pays`.
    generator : torch.Generator, optional
        Not used: nothing here is left to chance.

    Returns
    -------
    dict of float
        ``loss`` before the step, in nats for one token.
    """
    for group in (*muon.param_groups, *adam.param_groups):
        group["lr"] = settings.lr * group.get("lr_scale", 1.0) * (1 - settings.progress)
    if settings.progress < getattr(settings, "short_share", 0.0):
        x = x[:, : model.context // 2 + 1]
    with torch.autocast("cpu", torch.bfloat16, enabled=getattr(settings, "in_16_bits", False)):
        logits = model(x[:, :-1])  # (B, T, n_tokens)
    loss = F.cross_entropy(logits.float().flatten(0, 1), x[:, 1:].flatten())
    muon.zero_grad()
    adam.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    muon.step()
    adam.step()
    return {"loss": loss.item()}
