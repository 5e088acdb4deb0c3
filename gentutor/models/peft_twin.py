"""The adapters of lesson 10 in Hugging Face's library peft, for comparing the two. Optional: `gentutor[finetuning]`."""

from __future__ import annotations

import copy
import importlib.util
import warnings
from typing import Any

import torch
from torch import nn

from gentutor.errors import GentutorError
from gentutor.models.adapters import ADAPTED, LoRALinear, adapters_of
from gentutor.models.offline import without_network

PEFT_MISSING = (
    "The library peft is not installed, so this comparison is left out; the lesson goes on without it. "
    "To see it: pip install 'gentutor[finetuning]'."
)


def has_peft() -> bool:
    """Return whether peft, and transformers, which it imports, are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("peft", "transformers"))


@torch.no_grad()
def peft_twin(base: nn.Module, adapted: nn.Module) -> Any:
    """Return peft's own model with the numbers of our adapters: the same base, ranks, alphas, ways down and up.

    Parameters
    ----------
    base : nn.Module
        The model without adapters; it is copied.
    adapted : nn.Module
        The same with adapters, from `gentutor.models.adapters.add_adapters`.

    Raises
    ------
    GentutorError
        When peft is not installed, or the model has no adapters.
    """
    if not has_peft():
        raise GentutorError(PEFT_MISSING)
    ours = dict(adapters_of(adapted))
    if not ours:
        raise GentutorError("This model has no adapters to copy. Take one from `add_adapters`.")
    with without_network(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other libraries, about what the lesson does not use
        from peft import LoraConfig, get_peft_model

        first: LoRALinear = next(iter(ours.values()))
        config = LoraConfig(r=first.down.shape[0], lora_alpha=first.alpha, target_modules=list(ADAPTED), lora_dropout=0)
        twin = get_peft_model(copy.deepcopy(base), config)
    for name, layer in twin.base_model.model.named_modules():
        if name in ours:
            layer.lora_A["default"].weight.copy_(ours[name].down)
            layer.lora_B["default"].weight.copy_(ours[name].up)
    return twin
