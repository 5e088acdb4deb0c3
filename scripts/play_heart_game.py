"""Play the forger's toy game of lesson 00 and write every stop of it to `data/`, with its card.

    python scripts/play_heart_game.py                # about half a minute on 2 cores

It is seeded; another processor or torch version gives other last digits, so another checksum.
"""

from __future__ import annotations

import hashlib
import time

import numpy as np
import torch
from deterministic_npz import write_npz
from update_manifest import DATA, update_manifest

from gentutor.metrics import nearest_distances
from gentutor.models.heart_game import heart, play_forger
from gentutor.seeding import generator

SEED, ROUNDS, EVERY = 0, 4000, 100

CARD = """# heart_game

What a toy GAN did, stop by stop, for a slider of lesson 00: a forger and a detective play for the outline of a heart.

| | |
|---|---|
| file | `heart_game.npz`, {size:,} bytes |
| made by | `python scripts/play_heart_game.py`, {seconds:.0f} s, torch {torch} |
| sha256 | `{sha256}` |

## Source

Points computed by `gentutor.models.heart_game`; no data from elsewhere.

## Contents

| array | shape | type | what |
|---|---|---|---|
| `forger` | {forger_shape} | float16 | the forger's points every {every} rounds; distance at last {far:.3f} |
| `heart` | {heart_shape} | float16 | real points |

## How it was made

`play_forger` with seed 0 and {rounds:,} rounds.

## Known problems

A toy: two numbers a point, small networks, one seed. The points lie unevenly along the outline.

## What it must not be used for

Judging GANs: lesson 03 trains one on pictures.

## Licence

MIT, with gentutor.
"""


def main() -> None:
    """Play, keep every stop, write."""
    started = time.perf_counter()
    forger = play_forger(ROUNDS, SEED, every=EVERY)
    real = heart(400, generator(SEED, "shown real"))
    path = DATA / "heart_game.npz"
    write_npz(path, {"forger": forger.numpy().astype(np.float16), "heart": real.numpy().astype(np.float16)})
    text = CARD.format(
        size=path.stat().st_size, seconds=time.perf_counter() - started, torch=torch.__version__.split("+")[0],
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(), forger_shape=tuple(forger.shape),
        heart_shape=tuple(real.shape), every=EVERY, rounds=ROUNDS,
        far=float(nearest_distances(forger[-1], heart(3000, generator(SEED, "far"))).mean()),
    )  # fmt: skip
    path.with_suffix(".md").write_text(text, encoding="utf-8", newline="\n")
    update_manifest("heart_game.npz", "heart_game.md")


if __name__ == "__main__":
    main()
