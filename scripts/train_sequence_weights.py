"""Train the two small transformers of lesson 06, and write them with their cards to `data/weights`.

    python scripts/train_sequence_weights.py music      # Bach's chorales
    python scripts/train_sequence_weights.py images     # Fashion-MNIST at 14 x 14 pixels in 8 greys

Both are the transformer of lesson 05. Matrices move by Muon, the rest by Adam, in bfloat16 where that pays, on a
learning rate that falls linearly to 0. Everything is seeded; another processor or torch version gives other last
digits, so another checksum. Needs torch 2.9 or newer for torch.optim.Muon.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from update_manifest import DATA, update_manifest

from gentutor.datasets import load_fashion
from gentutor.datasets.chorale_tokens import N_TOKENS, training_tokens
from gentutor.datasets.chorales import load_chorales
from gentutor.datasets.quantising import shrink
from gentutor.models import Transformer, load_weights, save_weights
from gentutor.models.composing import image_tokens
from gentutor.models.recipe import bfloat16_pays
from gentutor.seeding import generator

SEED = 0
LEVELS = 8
LR_MUON, LR_ADAM = 0.02, 0.006
SHORT_FOR = 0.6  # of the run, windows of half the context are enough and cost half


@dataclass
class Task:
    """What is learnt: where batches (B, T + 1) come from, and what the model is judged by."""

    name: str
    settings: dict[str, int]
    batch: Callable[[int, torch.Generator], Tensor]
    test: Tensor
    steps: int
    data: str
    used: str


def music(steps: int) -> Task:
    """Chorales in every key that fits their voices."""
    tokens = training_tokens(load_chorales("train"))
    context, size = 320, 16

    def batch(step: int, dice: torch.Generator) -> Tensor:
        t = context // 2 if step < SHORT_FOR * steps else context
        starts = torch.randint(len(tokens) - t, (size * context // t,), generator=dice)
        return tokens.unfold(0, t + 1, 1)[starts]  # (B, T + 1)

    test = training_tokens(load_chorales("test"), transposed=False).unfold(0, context + 1, context)
    settings = {"n_tokens": N_TOKENS, "context": context, "width": 96, "n_layers": 4, "n_heads": 3}
    return Task(
        "music_chorales", settings, batch, test, steps or 1200,
        "bundled chorales, 285 for training, each in up to twelve keys (see `../chorales.md`)",
        "Composes in lesson 06: tokens of `gentutor.datasets.chorale_tokens`, an eighth is clock, soprano, bass, alto, "
        "tenor.",
    )  # fmt: skip


def images(steps: int) -> Task:
    """Small clothes, pixel by pixel, with the class in front."""
    train, test = load_fashion("train"), load_fashion("test")
    tokens = image_tokens(shrink(train.x), train.y, LEVELS)

    def batch(step: int, dice: torch.Generator) -> Tensor:
        return tokens[torch.randint(len(tokens), (24,), generator=dice)]

    settings = {"n_tokens": LEVELS + 10, "context": 196, "width": 80, "n_layers": 3, "n_heads": 2}
    return Task(
        "pixels_fashion", settings, batch, image_tokens(shrink(test.x), test.y, LEVELS)[::8], steps or 1000,
        "bundled Fashion-MNIST training images, 20,000 (MIT licence, see `../fashion_mnist.md`)",
        f"Completes pictures in lesson 06: a class token, then 14 x 14 pixels in {LEVELS} greys, row by row.",
    )  # fmt: skip


def surprise(model: Transformer, rows: Tensor) -> float:
    """Return the mean surprise in nats at each token of rows (N, T + 1) after the first."""
    with torch.no_grad():
        losses = [cross_entropy(model(part[:, :-1]).flatten(0, 1), part[:, 1:].flatten()) for part in rows.split(8)]
    return float(torch.stack(losses).mean())


def train(task: Task) -> tuple[Transformer, float]:
    """Return the trained model and the seconds it took."""
    model, short = Transformer(**task.settings, seed=SEED), bfloat16_pays()
    inner = [p for name, p in model.named_parameters() if p.ndim == 2 and name.startswith("blocks")]
    outer = [p for name, p in model.named_parameters() if not (p.ndim == 2 and name.startswith("blocks"))]
    muon = torch.optim.Muon(inner, lr=LR_MUON, weight_decay=0.0)
    adam = torch.optim.Adam(outer, lr=LR_ADAM, betas=(0.9, 0.95), fused=True)
    started = time.perf_counter()
    for step in range(task.steps):
        for optimiser, lr in ((muon, LR_MUON), (adam, LR_ADAM)):
            for group in optimiser.param_groups:
                group["lr"] = lr * (1 - step / task.steps)
        x = task.batch(step, generator(SEED, task.name, step))
        with torch.autocast("cpu", torch.bfloat16, enabled=short):
            logits = model(x[:, :-1])
        loss = cross_entropy(logits.float().flatten(0, 1), x[:, 1:].flatten())
        muon.zero_grad()
        adam.zero_grad()
        loss.backward()
        muon.step()
        adam.step()
        if step % 100 == 0 or step == task.steps - 1:
            passed = time.perf_counter() - started
            print(f"  step {step:>5} of {task.steps}  loss {loss.item():.3f}  {passed:.0f} s", flush=True)
    return model, time.perf_counter() - started


CARD = """# {name}

{used}

| | |
|---|---|
| file | `{name}.safetensors`, {size:,} bytes, 16-bit floats |
| model | `gentutor.models.Transformer({settings})`, {n_weights:,} weights |
| data | {data} |
| settings | {steps:,} updates, Muon {muon} and Adam {adam}, falling linearly to 0, seed {seed} |
| cost | {seconds:.0f} s with {threads} thread(s) on a busy machine, torch {torch} |
| made by | `python scripts/train_sequence_weights.py {task}` |
| sha256 | `{sha256}` |

Measured with the 16-bit weights: {loss:.3f} nats for each token of the test part (a model that knows only how often \
each token occurs: {blind:.3f}).
"""


def blind(rows: Tensor, n_tokens: int) -> float:
    """Return the surprise of a model that knows how often each token occurs in these rows, and nothing else."""
    shares = torch.bincount(rows[:, 1:].flatten(), minlength=n_tokens).float()
    shares = shares[shares > 0] / shares.sum()
    return float(-(shares * shares.log()).sum())


def main() -> None:
    """Train, write, measure."""
    parser = argparse.ArgumentParser(description="Train the transformers of lesson 06.")
    parser.add_argument("task", choices=("music", "images"))
    parser.add_argument("--steps", type=int, default=0)
    arguments = parser.parse_args()
    task = (music if arguments.task == "music" else images)(arguments.steps)
    model, seconds = train(task)
    path = DATA / "weights" / f"{task.name}.safetensors"
    save_weights(model, path, **task.settings)
    kept = load_weights(path)
    assert isinstance(kept, Transformer)
    card = CARD.format(
        name=task.name, used=task.used, size=path.stat().st_size, data=task.data, steps=task.steps, muon=LR_MUON,
        settings=", ".join(f"{key}={value}" for key, value in task.settings.items()), adam=LR_ADAM, seed=SEED,
        n_weights=sum(p.numel() for p in model.parameters()), seconds=seconds, threads=torch.get_num_threads(),
        torch=torch.__version__.split("+")[0], task=arguments.task, loss=surprise(kept, task.test),
        blind=blind(task.test, task.settings["n_tokens"]), sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )  # fmt: skip
    path.with_suffix(".md").write_text(card, encoding="utf-8")
    print(card)
    print(update_manifest(f"weights/{task.name}.safetensors"))


if __name__ == "__main__":
    main()
