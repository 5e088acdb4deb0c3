"""How good are the pictures of a velocity network after one and two minutes of training, and by number of steps?

    python bench/diffusion.py --json diffusion.json             # about 8 minutes
    python bench/diffusion.py --quick --json diffusion.json     # 10 and 20 seconds of training, about 2 minutes

Trains `gentutor.models.PictureVelocity` by `gentutor.models.DIFFUSION_FAST` and the update that lesson 07 teaches, each
run begun afresh in a process of its own, since the learning rate falls to 0 at its end. On clothes (the 20,000 bundled
Fashion-MNIST images): the Frechet distance of 2,000 drawn pictures to the 4,000 bundled test images in the features of
the bundled classifier, by number of Euler's steps. On pixel avatars: the share of 500 test orders,
ten attributes each, on which a linear reader finds what was ordered; what it finds on the real avatars stands beside.
The clock counts training only. The share of the matrix peak that the loop reaches is measured by ``matrix_peak.py``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

LENGTHS = {"fashion": (60.0, 120.0), "avatars": (20.0, 60.0)}  # seconds of training
QUICK = {"fashion": (10.0, 20.0), "avatars": (10.0, 20.0)}
STEP_COUNTS = (1, 2, 4, 8, 16, 32)
USUAL_STEPS = 16
N_GARMENTS, N_ORDERS = 2000, 500


def train(kind: str, length: float, seed: int) -> tuple[Any, dict[str, float]]:
    """Train for `length` seconds; return the averaged network, and what the training cost."""
    import torch

    from gentutor.datasets import load_avatars, load_fashion
    from gentutor.models import DIFFUSION_FAST, Averaged, PictureVelocity, diffusion_optimiser, diffusion_update
    from gentutor.models.recipe import bfloat16_pays
    from gentutor.seeding import generator
    from gentutor.training import Batches

    if kind == "avatars":
        avatars = load_avatars("train")
        x, n_values = avatars.x, [len(values) for values in avatars.names.values()]
        y = torch.stack(list(avatars.attributes.values()), dim=1)
    else:
        images = load_fashion("train")
        x, y, n_values = images.x, images.y[:, None], [10]
    short = bfloat16_pays()
    network = PictureVelocity(list(x.shape[1:]), n_values, seed=seed, in_16_bits=short)
    optimiser = diffusion_optimiser(network)
    parts: dict[str, Any] = {"network": network, "average": Averaged(network), "optimiser": optimiser}
    batches, size, steps = Batches(2 * x - 1, y, seed=seed), int(DIFFUSION_FAST["batch_size"]), 0
    started = time.perf_counter()
    while (progress := (time.perf_counter() - started) / length) < 1:
        settings = SimpleNamespace(**DIFFUSION_FAST, progress=progress)
        batch, noise = batches.at(steps * size, size), generator(seed, "step", steps)
        diffusion_update(**parts, x=batch, settings=settings, generator=noise)
        steps += 1
    seconds = time.perf_counter() - started
    cost = {"steps": steps, "ms": 1e3 * seconds / steps, "bfloat16": float(short)}
    return parts["average"].network, cost


def measure(kind: str, length: float, seed: int) -> dict[str, Any]:
    """Train, draw and measure: by number of steps for clothes, by attribute for avatars."""
    import torch

    from gentutor.datasets import load_avatars, load_fashion
    from gentutor.metrics import feature_distance, obeyed
    from gentutor.models import wished
    from gentutor.samplers.paths import sample_path
    from gentutor.seeding import generator

    network, cost = train(kind, length, seed)

    def draw(y: torch.Tensor, n_steps: int, guidance: float = 1.0) -> torch.Tensor:
        parts = []
        for number, wish in enumerate(y.split(250)):
            x = torch.randn(len(wish), *network.shape, generator=generator(seed, "drawn", number))
            parts.append((sample_path(x, n_steps, wished(network, wish, guidance))[-1] + 1) / 2)
        return torch.cat(parts).clamp(0, 1)

    if kind == "fashion":
        y, real = (torch.arange(N_GARMENTS) % 10)[:, None], load_fashion("test").x
        by_steps = {n: feature_distance(draw(y, n), real) for n in STEP_COUNTS}
        return cost | {"by_steps": by_steps, "guided": feature_distance(draw(y, USUAL_STEPS, 2.0), real)}
    test = load_avatars("test", n=N_ORDERS)
    y = torch.stack(list(test.attributes.values()), dim=1)
    found = {f"guidance {w:g}": obeyed(draw(y, USUAL_STEPS, w), test.attributes) for w in (1.0, 2.0)}
    return cost | {"obeyed": found, "real": obeyed(test.x, test.attributes)}


def run_side(kind: str, length: float) -> dict[str, Any]:
    """Measure one training in a fresh process."""
    command = [sys.executable, __file__, "--side", kind, "--length", str(length)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {kind} {length:g} s: {result}", flush=True)
    return result


def rows(lengths: dict[str, tuple[float, ...]]) -> list[dict[str, Any]]:
    """Train and measure all, and return the rows."""
    threads = os.environ.get("OMP_NUM_THREADS", str(os.cpu_count()))
    print(f"Velocity networks on clothes and avatars, {threads} thread(s)", flush=True)
    table: list[dict[str, Any]] = []
    empty = {"reference": "–", "ratio": None, "reach": ""}
    for length in lengths["fashion"]:
        clothes = run_side("fashion", length)
        by_steps = {int(n): distance for n, distance in clothes["by_steps"].items()}
        note = "by number of steps: " + ", ".join(f"{n}: {distance:.1f}" for n, distance in by_steps.items())
        note += f"; with guidance 2 {clothes['guided']:.1f}; {clothes['steps']} updates of {clothes['ms']:.0f} ms"
        what = f"diffusion: Frechet distance after {length:g} s, {USUAL_STEPS} steps"
        table.append({"what": what, "ours": f"{by_steps[USUAL_STEPS]:.2f}", "note": note, **empty})
    for length in lengths["avatars"]:
        people = run_side("avatars", length)
        told = people["obeyed"]["guidance 1"]
        note = "; ".join(
            f"{name}: " + ", ".join(f"{a} {share:.1%}" for a, share in found.items())
            for name, found in {**people["obeyed"], "real": people["real"]}.items()
        )
        note += f"; {people['steps']} updates of {people['ms']:.0f} ms"
        what = f"diffusion: avatars that obey, mean of {len(told)} attributes, after {length:g} s"
        table.append({"what": what, "ours": f"{sum(told.values()) / len(told):.1%}", "note": note, **empty})
    return table


def main() -> None:
    """Measure and print; or, in a child process, one training."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the rows there")
    parser.add_argument("--quick", action="store_true", help="10 and 20 seconds of training each")
    parser.add_argument("--side", choices=tuple(LENGTHS), help=argparse.SUPPRESS)
    parser.add_argument("--length", type=float, default=10.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps(measure(options.side, options.length, seed=0)))
        return
    table = rows(QUICK if options.quick else LENGTHS)
    for row in table:
        print(row["what"], row["ours"], row["note"], sep=" | ")
    if options.json:
        options.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
