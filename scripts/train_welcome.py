"""Train what lesson 00 opens with, and write it to `data/`, each with its card.

    python scripts/train_welcome.py                  # all: about two minutes on 2 cores
    python scripts/train_welcome.py vae_avatars      # a VAE of pixel avatars, for the quiz
    python scripts/train_welcome.py first_families   # a toy GAN and a toy flow, every stop of their way

Everything is seeded; another processor or torch version gives other last digits, so other checksums.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from deterministic_npz import write_npz
from update_manifest import DATA, update_manifest

from gentutor.datasets import load_avatars
from gentutor.metrics import nearest_distances, test_elbo
from gentutor.models import VAE, load_weights, save_weights, start_at_mean
from gentutor.models.recipe import adam, update
from gentutor.models.standins import heart, play_forger, walk_from_noise
from gentutor.seeding import generator
from gentutor.training import Batches

SEED = 0
SETTINGS = {"latent_dim": 24, "width": 192, "n_layers": 2}
EPOCHS, BATCH_SIZE, LR, BETA = 80, 64, 2e-3, 0.5
ROUNDS, FLOW_STEPS = 4000, 6000

AVATAR_CARD = """# vae_avatars

Makes up pixel avatars for the quiz *real or fake?* of lesson 00.

| | |
|---|---|
| file | `vae_avatars.safetensors`, {size:,} bytes, 16-bit floats |
| model | `gentutor.models.VAE(latent_dim=24, width=192, n_layers=2, shape=[3, 16, 16])`, {n_weights:,} weights |
| data | bundled pixel avatars, 7,000 for training (CC0, see `../avatars.md`) |
| settings | {epochs} epochs, batches of {batch_size}, beta {beta:g}, Adam, lr {lr:g} falling linearly to 0, seed 0 |
| cost | {seconds:.0f} s with {threads} thread(s), torch {torch} |
| made by | `python scripts/train_welcome.py vae_avatars` |
| sha256 | `{sha256}` |

ELBO on the 1,000 bundled test avatars, with the 16-bit weights: {elbo:.1f} nats.

## Limits

It mixes hair, hats and clothes where it is unsure, which gives it away: a quiz needs something to find. It has seen
drawn avatars and nothing else, and says nothing about people. Lesson 07 makes far better ones.
"""

FAMILIES_CARD = """# first_families

What two toy models did, stop by stop, for two sliders of lesson 00: a forger and a detective (GAN), and a walk from
noise
(flow matching), both drawing the outline of a heart. They stand in until lessons 03 and 07 bring trained models of
pictures.

| | |
|---|---|
| file | `first_families.npz`, {size:,} bytes |
| made by | `python scripts/train_welcome.py first_families`, {seconds:.0f} s, torch {torch} |
| sha256 | `{sha256}` |

## Source

Points computed by `gentutor.models.standins`; no data from elsewhere.

## Contents

| array | shape | type | what |
|---|---|---|---|
| `forger` | {forger_shape} | float16 | the GAN's points every {every} rounds; distance at last {forger:.3f} |
| `flow` | {flow_shape} | float16 | points on their way from noise to the drawing; distance at last {flow:.3f} |
| `heart` | {heart_shape} | float16 | real points |

## How it was made

`play_forger` and `walk_from_noise` with seed 0, {rounds:,} rounds and {flow_steps:,} steps.

## Known problems

Toys: two numbers a point, small networks, one seed. The GAN's points lie unevenly along the outline.

## What it must not be used for

Comparing GANs with diffusion: the two had neither equal networks nor equal time.

## Licence

MIT, with gentutor.
"""


def sha256(path: Path) -> str:
    """Return the checksum that card and manifest state."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_card(path: Path, text: str) -> None:
    """Write a card beside its file and refresh the manifest."""
    path.with_suffix(".md").write_text(text, encoding="utf-8", newline="\n")
    name = path.relative_to(DATA)
    update_manifest(name.as_posix(), name.with_suffix(".md").as_posix())


def vae_avatars() -> None:
    """Train a VAE of avatars; beta below 1 gives crisper ones."""
    x, started = load_avatars("train").x, time.perf_counter()
    model = VAE(**SETTINGS, shape=(3, 16, 16), seed=SEED)
    start_at_mean(model, x)
    optimiser, batches = adam(model), Batches(x, seed=SEED)
    steps = batches.steps_for(EPOCHS, BATCH_SIZE)
    for step in range(steps):
        settings = SimpleNamespace(lr=LR, beta=BETA, warm_up=0.0, free_bits=0.0, progress=step / steps)
        batch = batches.at(step * BATCH_SIZE, BATCH_SIZE)
        metrics = update(model, optimiser, batch, settings, generator(SEED, "step", step))
        if step % 1000 == 0:
            print(
                f"  step {step} of {steps}  loss {metrics['loss']:.1f}  {time.perf_counter() - started:.0f} s",
                flush=True,
            )
    seconds = time.perf_counter() - started
    path = DATA / "weights" / "vae_avatars.safetensors"
    save_weights(model, path, **SETTINGS, shape=[3, 16, 16])
    stored = load_weights(path)
    write_card(path, AVATAR_CARD.format(
        size=path.stat().st_size, n_weights=sum(weight.numel() for weight in model.parameters()), epochs=EPOCHS,
        batch_size=BATCH_SIZE, beta=BETA, lr=LR, seconds=seconds, threads=torch.get_num_threads(),
        torch=torch.__version__.split("+")[0], sha256=sha256(path),
        elbo=test_elbo(stored, load_avatars("test").x, generator(SEED, "elbo")),
    ))  # fmt: skip


def first_families() -> None:
    """Train the two toys and keep every stop of their way."""
    started, every = time.perf_counter(), ROUNDS // 40
    forger = play_forger(ROUNDS, SEED, every=every)
    flow = walk_from_noise(FLOW_STEPS, SEED)
    real = heart(400, generator(SEED, "shown real"))
    path = DATA / "first_families.npz"
    arrays = {name: x.numpy().astype(np.float16) for name, x in (("forger", forger), ("flow", flow), ("heart", real))}
    write_npz(path, arrays)
    far = {name: float(nearest_distances(x[-1], heart(3000, generator(SEED, "far"))).mean())
           for name, x in (("forger", forger), ("flow", flow))}  # fmt: skip
    write_card(path, FAMILIES_CARD.format(
        size=path.stat().st_size, seconds=time.perf_counter() - started, torch=torch.__version__.split("+")[0],
        sha256=sha256(path), forger_shape=tuple(forger.shape), flow_shape=tuple(flow.shape),
        heart_shape=tuple(real.shape), every=every, rounds=ROUNDS, flow_steps=FLOW_STEPS, **far,
    ))  # fmt: skip


MADE = {"vae_avatars": vae_avatars, "first_families": first_families}


def main() -> None:
    """Make what is named on the command line, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"some of: {', '.join(MADE)}; all when none is given")
    for name in parser.parse_args().names or MADE:
        print(name, flush=True)
        MADE[name]()


if __name__ == "__main__":
    main()
