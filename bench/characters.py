"""How long does a transformer need for the loss that nanoGPT's small CPU configuration ends with?

    python bench/characters.py --json characters.json             # about 6 minutes
    python bench/characters.py --quick --json characters.json     # a tenth of the reference's steps, about 1 minute

The reference has the shape and the settings that nanoGPT documents for a small run on a processor: 4 layers, 4 heads,
128 features, context 64, batches of 12, 2,000 steps, no dropout, AdamW with beta2 0.99 and weight decay 0.1, learning
rate 1e-3 after 100 steps of warm-up and from there along a cosine to 1e-4, gradients clipped at 1. It is written out
below. Ours is `gentutor.models.TRANSFORMER_FAST` with the update that lesson 05 teaches: one layer, which in so short a
time learns more than four. Both read the same characters, Jane Austen's six novels as bundled, and the loss is that of
200,000 characters of their validation part, in windows of 64.

The seconds are those of the training loop, without imports, reading of the text and measuring; `whole process` counts
everything from starting Python to the trained model. Our learning rate falls to 0 at the end of a run, so each of our
losses after so many seconds is that of a run of its own; the reference's are marks on its one run.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

SIZE = 64  # context of both
REFERENCE_STEPS = 2000
REFERENCE_SEEDS = 2
FAST_UP_TO = 15  # seconds, beyond which our long recipe is better than our fast one
MARKS = (10, 30, 60)  # seconds
N_VALIDATION = 200_000
WRITTEN = 256  # tokens, for the speed of writing


def prose() -> tuple[int, Any, Any]:
    """Return the size of the vocabulary, and the training and validation characters as numbers."""
    from gentutor.datasets import load_prose
    from gentutor.datasets.tokens import encode_tensor, vocabulary_of

    text = load_prose()
    vocabulary = vocabulary_of(text.train)
    train, validation = (encode_tensor(part, vocabulary) for part in (text.train, text.validation[:N_VALIDATION]))
    return len(vocabulary), train, validation


def loss_of(model: Any, validation: Any) -> float:
    """Return the mean loss on the validation characters, in nats."""
    from gentutor.metrics import token_log_probs

    return float(-token_log_probs(model, validation, SIZE).mean())


def reference_model(n_tokens: int) -> Any:
    """Build a network of nanoGPT's shape: learned positions, LayerNorm without bias, GELU, one matrix in and out."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    n_layers, n_heads, width = 4, 4, 128

    class Layer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm_1, self.norm_2 = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
            self.qkv = nn.Linear(width, 3 * width, bias=False)
            self.out = nn.Linear(width, width, bias=False)
            self.up = nn.Linear(width, 4 * width, bias=False)
            self.down = nn.Linear(4 * width, width, bias=False)

        def forward(self, x: Any) -> Any:
            q, k, v = (
                part.unflatten(2, (n_heads, -1)).transpose(1, 2) for part in self.qkv(self.norm_1(x)).chunk(3, 2)
            )
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(y.transpose(1, 2).flatten(2))
            return x + self.down(F.gelu(self.up(self.norm_2(x))))

    class Reference(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens, self.places = nn.Embedding(n_tokens, width), nn.Embedding(SIZE, width)
            self.layers = nn.Sequential(*(Layer() for _ in range(n_layers)))
            self.norm = nn.LayerNorm(width, bias=False)
            for name, weight in self.named_parameters():
                if weight.ndim == 2:
                    small = name.endswith(("out.weight", "down.weight"))
                    nn.init.normal_(weight, std=0.02 / math.sqrt(2 * n_layers) if small else 0.02)

        def forward(self, tokens: Any) -> Any:
            x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1]))
            return self.norm(self.layers(x)) @ self.tokens.weight.T

    return Reference()


def reference(seed: int, steps: int) -> dict[str, float]:
    """Train the reference, and measure its loss at the marks and at the end, while the clock stands still."""
    import torch
    from torch.nn import functional as F

    n_tokens, train, validation = prose()
    torch.manual_seed(seed)
    model = reference_model(n_tokens)
    matrices = [weight for weight in model.parameters() if weight.ndim == 2]
    others = [weight for weight in model.parameters() if weight.ndim < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99))
    result: dict[str, float] = {}
    marks, seconds = list(MARKS), 0.0
    for step in range(steps):
        started = time.perf_counter()
        warm, done = min(1.0, (step + 1) / 100), max(0.0, (step - 100) / (steps - 100))
        lr = 1e-3 * warm if warm < 1 else 1e-4 + 9e-4 * 0.5 * (1 + math.cos(math.pi * done))
        for group in optimizer.param_groups:
            group["lr"] = lr
        starts = torch.randint(len(train) - SIZE, (12,))
        x = torch.stack([train[i : i + SIZE] for i in starts])
        y = torch.stack([train[i + 1 : i + 1 + SIZE] for i in starts])
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        seconds += time.perf_counter() - started
        if marks and seconds >= marks[0]:
            result[f"after {marks.pop(0)} s"] = loss_of(model, validation)
    return result | {"seconds": seconds, "ended": time.time(), "loss": loss_of(model, validation), "steps": steps}


def ours(seed: int, steps: int, length: float, *, in_16_bits: bool) -> dict[str, float]:
    """Train gentutor's recipe: the fast one for `steps` updates, or the long one for `length` seconds."""
    from gentutor.models import (
        TRANSFORMER_FAST,
        TRANSFORMER_LONG,
        Transformer,
        transformer_optimisers,
        transformer_update,
    )
    from gentutor.training import Windows

    n_tokens, train, validation = prose()
    settings = (TRANSFORMER_LONG if length > FAST_UP_TO else TRANSFORMER_FAST) | {"in_16_bits": in_16_bits}
    started = time.perf_counter()
    model = Transformer(n_tokens, SIZE, n_layers=settings["n_layers"], seed=seed)
    optimisers = transformer_optimisers(model, in_16_bits=in_16_bits)
    windows, size, step = Windows(train, SIZE, seed), settings["batch_size"], 0
    while (progress := (time.perf_counter() - started) / length if length else step / steps) < 1:
        now = SimpleNamespace(**settings, progress=progress)
        transformer_update(model, **optimisers, x=windows.at(step * size, size), settings=now)
        step += 1
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "ended": time.time(), "loss": loss_of(model, validation), "steps": step}


def writing_speed(seed: int) -> dict[str, float]:
    """Return tokens a second with and without the cache, for one row of `WRITTEN` tokens and a context as long."""
    import torch

    from gentutor.models import Transformer
    from gentutor.samplers import continue_tokens
    from gentutor.seeding import generator

    model = Transformer(81, WRITTEN + 1, seed=seed)
    prompt, found = torch.zeros(1, 1, dtype=torch.int64), {}
    for name, cached in (("with", True), ("without", False)):
        laps = []
        for _ in range(3):
            started = time.perf_counter()
            continue_tokens(model, prompt, WRITTEN, generator=generator(seed, "writing"), cached=cached)
            laps.append(time.perf_counter() - started)
        found[name] = WRITTEN / min(laps)
    return found


def run_side(side: str, seed: int, *more: str) -> dict[str, float]:
    """Train one side in a fresh process; add the seconds from its start to the trained model."""
    command = [sys.executable, "-m", "bench.characters", "--side", side, "--seed", str(seed), *more]
    started = time.time()
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=root)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if "ended" in result:
        result["process"] = result["ended"] - started
        marks = ", ".join(f"{key} {value:.3f}" for key, value in result.items() if key.startswith("after"))
        print(
            f"  {side:<9} seed {seed}: {result['seconds']:6.1f} s, whole process {result['process']:6.1f} s, "
            f"{result['steps']:.0f} steps, loss {result['loss']:.3f} {marks}",
            flush=True,
        )
    return result


def rows(results: dict[str, list[dict[str, float]]], quick: bool) -> list[dict[str, Any]]:
    """Turn the measured runs into rows: the time to the reference's loss, then losses at equal times."""
    theirs, table = results["reference"], []
    goal = statistics.mean(run["loss"] for run in theirs)
    for side in [side for side in ("bfloat16", "float32") if side in results]:
        runs = results[side]
        reached = statistics.mean(run["loss"] for run in runs) <= goal
        found, wanted = (", ".join(f"{run['loss']:.3f}" for run in group) for group in (runs, theirs))
        note = (
            f"{len(runs)} seed(s), medians; {runs[0]['steps']:.0f} updates against {theirs[0]['steps']:.0f}; loss in "
            f"nats, reference {wanted}, ours {found}: {'reached' if reached else 'NOT reached'}"
        )
        for what, key in (("training loop", "seconds"), ("whole process", "process")):
            slow, fast = (statistics.median(run[key] for run in group) for group in (theirs, runs))
            row = {"what": f"characters: time to the reference's validation loss, {what}, {side}"}
            row |= {"reference": f"{slow:.1f} s", "ours": f"{fast:.2f} s", "note": note}
            reach = "at least 18x, aim 25x" if what == "training loop" and not quick else ""
            table.append(row | {"ratio": round(slow / fast, 1) if reached else None, "reach": reach})
    for mark in [mark for mark in MARKS if f"after {mark} s" in theirs[0] and f"{mark}" in results]:
        (run,) = results[f"{mark}"]
        row = {
            "what": f"characters: validation loss after {mark} s",
            "reference": f"{theirs[0][f'after {mark} s']:.3f}",
        }
        note = f"nats; ours a run of {run['steps']:.0f} updates"
        table.append(row | {"ours": f"{run['loss']:.3f}", "ratio": None, "reach": "", "note": note})
    (speed,) = results["writing"]
    row = {"what": f"characters: tokens a second, {WRITTEN} tokens, with cache against without"}
    row |= {"reference": f"{speed['without']:.0f}", "ours": f"{speed['with']:.0f}", "reach": ""}
    row |= {"ratio": round(speed["with"] / speed["without"], 1), "note": "4 layers of 128 features, one row, float32"}
    return [*table, row]


def measure(quick: bool, seeds: int) -> list[dict[str, Any]]:
    """Run every side and return the rows."""
    from gentutor.models import TRANSFORMER_FAST
    from gentutor.models.recipe import bfloat16_pays

    threads = os.environ.get("OMP_NUM_THREADS", str(os.cpu_count()))
    print(f"Characters to the reference's validation loss, bundled prose, {threads} thread(s)", flush=True)
    sides = ["bfloat16", "float32"] if bfloat16_pays() else ["float32"]
    share = 10 if quick else 1
    results: dict[str, list[dict[str, float]]] = {name: [] for name in ("reference", *sides)}
    for seed in range(seeds):
        if seed < REFERENCE_SEEDS:
            results["reference"].append(run_side("reference", seed, "--steps", str(REFERENCE_STEPS // share)))
        for side in sides:
            results[side].append(run_side(side, seed, "--steps", str(TRANSFORMER_FAST["steps"] // share)))
    for mark in MARKS[: 1 if quick else None]:
        results[f"{mark}"] = [run_side(sides[0], 0, "--length", str(mark))]
    results["writing"] = [run_side("writing", 0)]
    return rows(results, quick)


def main() -> None:
    """Measure and print; or, in a child process, train one side."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the rows there")
    parser.add_argument("--quick", action="store_true", help="a tenth of all steps, one seed")
    parser.add_argument("--seeds", type=int, default=3, help="repetitions of our side")
    parser.add_argument("--side", choices=("reference", "bfloat16", "float32", "writing"), help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--steps", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--length", type=float, default=0.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side == "reference":
        print(json.dumps(reference(options.seed, options.steps)))
    elif options.side == "writing":
        print(json.dumps(writing_speed(options.seed)))
    elif options.side:
        in_16_bits = options.side == "bfloat16"
        print(json.dumps(ours(options.seed, options.steps, options.length, in_16_bits=in_16_bits)))
    else:
        table = measure(options.quick, 1 if options.quick else options.seeds)
        for row in table:
            print(row["what"], row["reference"], row["ours"], row["ratio"], row["note"], sep=" | ")
        if options.json:
            options.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
