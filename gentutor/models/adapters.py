"""Low-rank adapters: small matrices beside frozen ones, which teach an old model new things. Taught in lesson 10.

Hu and others (2022), "LoRA: low-rank adaptation of large language models".
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from gentutor.errors import DataDamagedError
from gentutor.seeding import seeded

M = TypeVar("M", bound=nn.Module)

ADAPTED = ("query", "key", "value", "mix", "widen", "narrow")
"""The matrices of a transformer's block that get adapters: all of them."""


def lora_linear(x: Tensor, weight: Tensor, down: Tensor, up: Tensor, alpha: float) -> Tensor:
    """Return what a frozen linear layer and its adapter answer together: (..., D_out).

    Hu and others (2022), equation 3.

    Parameters
    ----------
    x : Tensor
        Inputs (..., D_in).
    weight : Tensor
        The frozen weights (D_out, D_in).
    down : Tensor
        The adapter's way down to R numbers, (R, D_in).
    up : Tensor
        Its way back up, (D_out, R).
    alpha : float
        Strength: the adapter's answer is multiplied by alpha / R.

    Examples
    --------
    >>> x, weight, down, up = torch.tensor([[1.0, 2.0]]), torch.eye(2), torch.tensor([[0.0, 1.0]]), torch.ones(2, 1)
    >>> lora_linear(x, weight, down, up, alpha=0.5)
    tensor([[2., 3.]])
    """
    scale = alpha / down.shape[0]
    return x @ weight.T + scale * ((x @ down.T) @ up.T)  # (..., D_in) -> (..., R) -> (..., D_out)


def merge(weight: Tensor, down: Tensor, up: Tensor, alpha: float) -> Tensor:
    """Return one matrix (D_out, D_in) that answers as the frozen weights and their adapter do together.

    Parameters
    ----------
    weight, down, up, alpha : Tensor, Tensor, Tensor, float
        As for `lora_linear`.

    Examples
    --------
    >>> merge(torch.eye(2), torch.tensor([[0.0, 1.0]]), torch.ones(2, 1), alpha=0.5)
    tensor([[1.0000, 0.5000],
            [0.0000, 1.5000]])
    """
    return weight + alpha / down.shape[0] * (up @ down)


class LoRALinear(nn.Module):
    """A linear layer without bias that stays as it is, and an adapter beside it that learns.

    The way up starts at zero, so that a new adapter changes nothing.

    Parameters
    ----------
    linear : nn.Linear
        The layer; its weights are frozen.
    rank : int
        Numbers R between down and up.
    alpha : float
        As for `lora_linear`.

    Attributes
    ----------
    strength : float
        Share of the adapter that is used: 1 all of it, 0 none; more exaggerates.

    Raises
    ------
    ValueError
        When the layer has a bias, which would be left out.
    """

    linear: nn.Linear
    alpha: float
    strength: float
    down: nn.Parameter
    up: nn.Parameter

    def __init__(self, linear: nn.Linear, rank: int, alpha: float) -> None:
        super().__init__()
        if linear.bias is not None:
            raise ValueError("An adapter stands beside a layer without bias; this layer has one, which would be lost.")
        self.linear, self.alpha, self.strength = linear.requires_grad_(False), alpha, 1.0
        self.down = nn.Parameter(torch.empty(rank, linear.in_features))
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))  # as `nn.Linear` itself starts

    def forward(self, x: Tensor) -> Tensor:
        """Return the answers (..., D_out) to `x` (..., D_in)."""
        return lora_linear(x, self.linear.weight, self.down, self.up, self.alpha * self.strength)


def add_adapters(model: M, rank: int, alpha: float = 16.0, seed: int = 0) -> M:
    """Return a copy of a transformer in which everything is frozen, and every matrix of the blocks has an adapter.

    Parameters
    ----------
    model : nn.Module
        Such as a `Transformer`, whose matrices are named as in `ADAPTED`.
    rank : int
        As for `LoRALinear`.
    alpha : float
        As for `lora_linear`.
    seed : int
        Start of the random stream of the ways down.
    """
    return insert_adapters(copy.deepcopy(model), rank, alpha, seed)


def insert_adapters(model: M, rank: int, alpha: float = 16.0, seed: int = 0, names: Collection[str] = ADAPTED) -> M:
    """Freeze a model and give each linear layer with one of these names an adapter, in place; return the model.

    Parameters
    ----------
    model : nn.Module
        What is changed: large models are not copied.
    rank, alpha, seed : int, float, int
        As for `add_adapters`.
    names : collection of str
        Names of the layers within their parents; they must have no bias.
    """
    model.requires_grad_(False)
    with seeded(seed, "adapters"):
        for parent in list(model.modules()):
            for name, layer in list(parent.named_children()):
                if name in names and isinstance(layer, nn.Linear):
                    setattr(parent, name, LoRALinear(layer, rank, alpha))
    return model


def adapters_of(model: nn.Module) -> Iterator[tuple[str, LoRALinear]]:
    """Yield the adapters of a model, each with its name; those of the class that lesson 10 has in view too."""
    for name, layer in model.named_modules():
        if all(hasattr(layer, part) for part in ("linear", "down", "up", "strength")):
            yield name, layer


def set_strength(model: M, strength: float) -> M:
    """Use that share of every adapter, and return the model; 0 is the model without them."""
    for _, layer in adapters_of(model):
        layer.strength = strength
    return model


@torch.no_grad()
def merge_adapters(model: M) -> M:
    """Return a copy with plain layers again, into which the adapters, at their strength, are merged."""
    merged = copy.deepcopy(model)
    for parent in list(merged.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, LoRALinear):
                plain = layer.linear
                plain.weight.copy_(merge(plain.weight, layer.down, layer.up, layer.alpha * layer.strength))
                setattr(parent, name, plain)
    return merged


def trainable_share(model: nn.Module) -> float:
    """Return which share of the weights is trained, in [0, 1]."""
    sizes = [(weight.numel(), weight.requires_grad) for weight in model.parameters()]
    return sum(size for size, trained in sizes if trained) / sum(size for size, _ in sizes)


def save_adapters(model: nn.Module, path: Path) -> None:
    """Write the adapters of a model, and nothing else, as 16-bit safetensors."""
    tensors: dict[str, Tensor] = {}
    rank, alpha = 0, 0.0
    for name, layer in adapters_of(model):
        rank, alpha = layer.down.shape[0], layer.alpha
        tensors |= {f"{name}.down": layer.down.detach().half(), f"{name}.up": layer.up.detach().half()}
    save_file(tensors, path, metadata={"adapters": json.dumps({"rank": rank, "alpha": alpha})})


def load_adapters(model: M, name: str) -> M:
    """Return a copy of `model` with the adapters ``data/weights/<name>.safetensors``, such as ``"adapters_scripture"``.

    Raises
    ------
    DataMissingError, DataDamagedError
        When the file is not there, is not what its card says, or holds adapters for another model.
    """
    from gentutor.datasets import data_file  # `import gentutor.models` stays light

    path = data_file(f"weights/{name}.safetensors")
    with safe_open(path, framework="pt") as file:
        settings = json.loads((file.metadata() or {}).get("adapters", "null"))
        tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118 (not a dict)
    if settings is None:
        raise DataDamagedError(f"{path.name} holds no adapters. Fetch the file again from the gentutor repository.")
    adapted = add_adapters(model, settings["rank"], settings["alpha"])
    found = {f"{key}.{part}" for key, _ in adapters_of(adapted) for part in ("down", "up")}
    shapes = dict(adapted.state_dict())
    if found != set(tensors) or any(shapes[key].shape != tensor.shape for key, tensor in tensors.items()):
        raise DataDamagedError(f"{path.name} holds adapters for another model than this one. Load the one on its card.")
    adapted.load_state_dict(tensors, strict=False)
    return adapted.eval()
