"""Train the small GAN that lesson 03 opens with, and write its averaged generator with its card to `data/weights`.

    python scripts/train_gan_weights.py                      # a few minutes on 2 cores

Everything is seeded; another processor or torch version gives other last digits, so another checksum.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import Tensor
from update_manifest import DATA, update_manifest

from gentutor.datasets import load_fashion
from gentutor.metrics import class_features, frechet_distance, precision_recall, predicted_class
from gentutor.models import (
    GAN_FAST,
    Averaged,
    Discriminator,
    Generator,
    gan_adam,
    gan_update,
    load_weights,
    save_weights,
)
from gentutor.models.recipe import bfloat16_pays
from gentutor.seeding import generator
from gentutor.training import Batches

NAME = "gan_fashion"
SEED = 0


def train(steps: int) -> tuple[Generator, float]:
    """Return the averaged generator and the seconds it took."""
    images = load_fashion("train")
    short = bfloat16_pays()
    g, d = Generator(seed=SEED, in_16_bits=short), Discriminator(seed=SEED, in_16_bits=short)
    average = Averaged(g)
    parts = {"g": g, "d": d, "average": average, "g_optimiser": gan_adam(g), "d_optimiser": gan_adam(d)}
    batches, size = Batches(images.x, images.y, seed=SEED), GAN_FAST["batch_size"]
    started = time.perf_counter()
    for step in range(steps):
        settings = SimpleNamespace(**GAN_FAST, progress=step / steps)
        x = batches.at(step * size, size)
        metrics = gan_update(**parts, x=x, settings=settings, generator=generator(SEED, "step", step))
        if step % 200 == 0 or step == steps - 1:
            shown = "  ".join(f"{name} {value:.2f}" for name, value in metrics.items())
            print(f"  step {step:>5} of {steps}  {shown}  {time.perf_counter() - started:.0f} s", flush=True)
    network = average.network
    assert isinstance(network, Generator)
    return network, time.perf_counter() - started


CARD = """# {name}

A generator of clothes that is told the class: the slider that opens lesson 03.

| | |
|---|---|
| file | `{name}.safetensors`, {size:,} bytes, 16-bit floats |
| model | `gentutor.models.Generator(width={g.width}, z_dim={g.z_dim})`, {n_weights:,} weights |
| data | bundled Fashion-MNIST training images, 20,000 (MIT licence, see `../fashion_mnist.md`) |
| settings | `gentutor.models.GAN_FAST`, {steps:,} updates, batches of {batch_size}, averaged generator, seed \
{seed} |
| cost | {seconds:.0f} s with {threads} thread(s){busy}, torch {torch} |
| made by | `python scripts/train_gan_weights.py` |
| sha256 | `{sha256}` |

Measured with the 16-bit weights, 4,000 drawn pictures against the 4,000 bundled test images, in the features of
`fashion_features`; precision and recall of the first 2,000 of each, with 3 neighbours:

| Frechet distance | that of 4,000 training images | precision | recall | classifier agrees with the class asked for |
|---|---|---|---|---|
| {distance:.2f} | {real:.2f} | {precision:.2f} | {recall:.2f} | {agreed:.1%} |

## Limits

It has seen 28 by 28 pictures of ten kinds of clothes and nothing else. Fine prints are smudged, and rare cuts are drawn
less often than they occur. For teaching; nothing else was tested.
"""


@torch.no_grad()
def describe(path: Path, steps: int, seconds: float, busy: str) -> str:
    """Measure what was stored, and return its card."""
    g = load_weights(path)
    assert isinstance(g, Generator)
    test, n = load_fashion("test"), 4000
    dice, order = generator(SEED, "drawn"), torch.randperm(n, generator=generator(SEED, "order"))
    label = torch.arange(n) % g.n_classes
    drawn: Tensor = torch.cat([g(torch.randn(len(part), g.z_dim, generator=dice), part) for part in label.split(500)])
    features, real = class_features(drawn), class_features(test.x)
    precision, recall = precision_recall(features[:2000], real[order[:2000]])
    return CARD.format(
        name=NAME, size=path.stat().st_size, g=g, n_weights=sum(weight.numel() for weight in g.parameters()),
        steps=steps, batch_size=GAN_FAST["batch_size"], seed=SEED, seconds=seconds, threads=torch.get_num_threads(),
        busy=busy, torch=torch.__version__.split("+")[0], sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        distance=frechet_distance(features, real), precision=precision, recall=recall,
        real=frechet_distance(class_features(load_fashion("train", n=n).x), real),
        agreed=float((predicted_class(drawn) == label).float().mean()),
    )  # fmt: skip


def main() -> None:
    """Train, measure, write weights, card and manifest entry."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--busy", action="store_true", help="note on the card that other programs ran too")
    options = parser.parse_args()
    g, seconds = train(options.steps)
    path = DATA / "weights" / f"{NAME}.safetensors"
    save_weights(g, path, width=g.width, z_dim=g.z_dim)
    card = describe(path, options.steps, seconds, " on a busy machine" if options.busy else "")
    path.with_suffix(".md").write_text(card, encoding="utf-8", newline="\n")
    entry = update_manifest(f"weights/{NAME}.safetensors", f"weights/{NAME}.md")
    print(card.split("neighbours:\n\n")[1].split("## Limits")[0], entry["bytes"], "bytes")


if __name__ == "__main__":
    main()
