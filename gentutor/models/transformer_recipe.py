"""How a transformer's weights move: two optimisers and one update, as lesson 05 shows it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from gentutor.models.muon import Muon
from gentutor.models.transformer import Transformer

TRANSFORMER_FAST: dict[str, Any] = {"lr": 0.03, "batch_size": 16, "short_share": 0.7, "in_16_bits": False}


def transformer_optimisers(model: Transformer, *, in_16_bits: bool = False) -> dict[str, torch.optim.Optimizer]:
    matrices = [p for p in model.blocks.parameters()]
    rest = [p for name, p in model.named_parameters() if not name.startswith("blocks.")]
    adam = torch.optim.Adam(rest, betas=(0.9, 0.95), fused=True)
    muon = Muon(matrices, in_16_bits=in_16_bits)
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
    for optimiser in (muon, adam):
        for group in optimiser.param_groups:
            group["lr"] = settings.lr * group.get("lr_scale", 1.0) * (1 - settings.progress)
    if settings.progress < settings.short_share:
        x = x[:, : model.context // 2 + 1]
    with torch.autocast("cpu", torch.bfloat16, enabled=settings.in_16_bits):
        logits = model(x[:, :-1])
    loss = F.cross_entropy(logits.float().flatten(0, 1), x[:, 1:].flatten())
    muon.zero_grad()
    adam.zero_grad()
    loss.backward()
    muon.step()
    adam.step()
    return {"loss": loss.item()}
