"""Train the two small velocity networks of lesson 07, and write their averages with cards to `data/weights`.

    python scripts/train_diffusion_weights.py avatars fashion       # some minutes each on 2 cores

Everything is seeded; another processor or torch version gives other last digits, so another checksum.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor
from update_manifest import DATA, update_manifest

from gentutor.datasets import load_avatars, load_fashion
from gentutor.metrics import class_features, feature_distance, obeyed, precision_recall, predicted_class
from gentutor.models import (
    DIFFUSION_FAST,
    Averaged,
    PictureVelocity,
    diffusion_optimiser,
    diffusion_update,
    load_weights,
    save_weights,
    wished,
)
from gentutor.models.recipe import bfloat16_pays
from gentutor.samplers.paths import sample_path
from gentutor.seeding import generator
from gentutor.training import Batches

SEED = 0
STEPS = 16  # of the sampler, for the measurements on the card


@dataclass(frozen=True)
class Task:
    """What one network is trained on: pictures in [0, 1], codes, and how many values each attribute has."""

    x: Tensor
    y: Tensor
    n_values: list[int]
    data: str


def task_of(name: str) -> Task:
    """Return the training data of a network."""
    if name == "avatars":
        avatars = load_avatars("train")
        y = torch.stack([avatars.attributes[a] for a in avatars.names], dim=1)
        told = "bundled pixel avatars, 7,000 for training (CC0, see `../avatars.md`)"
        return Task(avatars.x, y, [len(values) for values in avatars.names.values()], told)
    images = load_fashion("train")
    told = "bundled Fashion-MNIST training images, 20,000 (MIT licence, see `../fashion_mnist.md`)"
    return Task(images.x, images.y[:, None], [10], told)


def train(task: Task, steps: int) -> tuple[PictureVelocity, float]:
    """Return the averaged network and the seconds it took."""
    shape = list(task.x.shape[1:])
    network = PictureVelocity(shape, task.n_values, seed=SEED, in_16_bits=bfloat16_pays())
    average, optimiser = Averaged(network), diffusion_optimiser(network)
    batches, size = Batches(2 * task.x - 1, task.y, seed=SEED), DIFFUSION_FAST["batch_size"]
    started, total = time.perf_counter(), 0.0
    for step in range(steps):
        settings = SimpleNamespace(**DIFFUSION_FAST, progress=step / steps)
        x, noise = batches.at(step * size, size), generator(SEED, "step", step)
        total += diffusion_update(network, average, optimiser, x=x, settings=settings, generator=noise)["loss"]
        if step % 500 == 499:
            gone = time.perf_counter() - started
            print(f"  step {step + 1:>5} of {steps}  loss {total / 500:.4f}  {gone:.0f} s", flush=True)
            total = 0.0
    trained = average.network
    assert isinstance(trained, PictureVelocity)
    return trained, time.perf_counter() - started


CARD = """# {name}

{purpose}

| | |
|---|---|
| file | `{name}.safetensors`, {size:,} bytes, 16-bit floats |
| model | `gentutor.models.PictureVelocity({shape}, {n_values}, width={width})`, {n_weights:,} weights |
| data | {data} |
| settings | `gentutor.models.DIFFUSION_FAST`, {steps:,} updates, batches of {batch_size}, averaged weights, \
seed {seed} |
| cost | {seconds:.0f} s with {threads} thread(s){busy}, torch {torch} |
| made by | `python scripts/train_diffusion_weights.py {kind} --steps {steps}` |
| sha256 | `{sha256}` |

{measured}

## Limits

{limits}
"""
TEXTS = {
    "avatars": (
        "Foretells how noise turns into a pixel person with the attributes that were ordered: the slider that opens "
        "lesson 07.",
        "It has seen 16 by 16 cartoons, drawn with 64 colours and a mix of attributes that was chosen for teaching. "
        "It is no\nstatement about people, and must not be used for one. For teaching; nothing else was tested.",
    ),
    "fashion": (
        "Foretells how noise turns into a garment of the class that was ordered: the guidance slider of lesson 07.",
        "It has seen 28 by 28 pictures of ten kinds of clothes and nothing else. Fine prints are smudged. For "
        "teaching; nothing\nelse was tested.",
    ),
}


@torch.no_grad()
def draw(network: PictureVelocity, y: Tensor, guidance: float, n_steps: int = STEPS) -> Tensor:
    """Return pictures in [0, 1] for wishes `y` (N, A)."""
    parts = []
    for number, part in enumerate(y.split(250)):
        x = torch.randn(len(part), *network.shape, generator=generator(SEED, "drawn", number))
        parts.append((sample_path(x, n_steps, wished(network, part, guidance))[-1] + 1) / 2)
    return torch.cat(parts).clamp(0, 1)


def measure_avatars(network: PictureVelocity) -> str:
    """Return a table of obedience, by guidance, to the attributes of the 1,000 test avatars."""
    test = load_avatars("test")
    y = torch.stack([test.attributes[a] for a in test.names], dim=1)
    rows = {"real": obeyed(test.x, test.attributes)}
    rows |= {f"guidance {w:g}": obeyed(draw(network, y, w), test.attributes) for w in (1.0, 2.0)}
    names = list(rows["real"])
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(f'{row[a]:.1%}' for a in names)} |" for name, row in rows.items()]
    return (
        "Measured with the 16-bit weights: the attributes of the 1,000 test avatars ordered, Euler's method in "
        f"{STEPS} steps,\nshare on which a linear reader (`gentutor.metrics.read_attributes`) finds what was "
        "ordered:\n\n" + "\n".join(lines)
    )


def measure_fashion(network: PictureVelocity) -> str:
    """Return a table of distance, precision, recall and recognised classes, by guidance."""
    test, n = load_fashion("test"), 2000
    label = torch.arange(n) % 10
    order = torch.randperm(len(test), generator=generator(SEED, "order"))
    real = class_features(test.x)[order[:n]]
    head = ("guidance", "Frechet distance", "precision", "recall", "classifier agrees with the class ordered")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for w in (1.0, 2.0):
        x = draw(network, label[:, None], w)
        precision, recall = precision_recall(class_features(x), real)
        agreed = float((predicted_class(x) == label).float().mean())
        lines.append(f"| {w:g} | {feature_distance(x, test.x):.2f} | {precision:.2f} | {recall:.2f} | {agreed:.1%} |")
    return (
        f"Measured with the 16-bit weights: {n:,} pictures drawn with Euler's method in {STEPS} steps, against the\n"
        "4,000 bundled test images (precision and recall: against 2,000 of them, with 3 neighbours), in the features\n"
        "of `fashion_features`:\n\n" + "\n".join(lines)
    )


def write_card(kind: str, path: Path, task: Task, cost: dict[str, Any]) -> str:
    """Measure what was stored, and return its card."""
    network = load_weights(path)
    assert isinstance(network, PictureVelocity)
    network.in_16_bits = bfloat16_pays()
    purpose, limits = TEXTS[kind]
    return CARD.format(
        name=path.stem, kind=kind, purpose=purpose, limits=limits, size=path.stat().st_size, shape=network.shape,
        n_values=network.n_values, width=network.width, n_weights=sum(p.numel() for p in network.parameters()),
        data=task.data, batch_size=DIFFUSION_FAST["batch_size"], seed=SEED, threads=torch.get_num_threads(),
        torch=torch.__version__.split("+")[0], sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        measured=measure_avatars(network) if kind == "avatars" else measure_fashion(network), **cost,
    )  # fmt: skip


def main() -> None:
    """Train, measure, write weights, card and manifest entry."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kinds", nargs="+", choices=tuple(TEXTS))
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--busy", action="store_true", help="note on the card that other programs ran too")
    options = parser.parse_args()
    for kind in options.kinds:
        task, path = task_of(kind), DATA / "weights" / f"diffusion_{kind}.safetensors"
        network, seconds = train(task, options.steps)
        save_weights(network, path, shape=list(network.shape), n_values=list(network.n_values), width=network.width)
        cost = {"steps": options.steps, "seconds": seconds, "busy": " on a busy machine" if options.busy else ""}
        card = write_card(kind, path, task, cost)
        path.with_suffix(".md").write_text(card, encoding="utf-8", newline="\n")
        entry = update_manifest(f"weights/{path.name}", f"weights/{path.stem}.md")
        print(card, entry["bytes"], "bytes")


if __name__ == "__main__":
    main()
