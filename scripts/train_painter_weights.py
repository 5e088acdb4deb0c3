"""Train the painters that lesson 11 opens with, each on another number of pictures, and write them to `data/weights`.

    python scripts/train_painter_weights.py                  # about a minute on 2 cores

Nothing keeps them from learning by heart: that is what they are for. Everything is seeded; another processor or torch
version gives other last digits, so another checksum.
"""

from __future__ import annotations

import argparse
import hashlib
import time

import torch
from torch import Tensor
from update_manifest import DATA, update_manifest

from gentutor.datasets import load_fashion
from gentutor.datasets.quantising import quantise, shrink
from gentutor.metrics import recited_share
from gentutor.models import Painters, load_weights, save_weights, train_painter
from gentutor.models.masked_painter import N_GREYS, loss_on, painted

NAME = "painters_fashion"
SIZES = [10, 50, 200, 1000, 5000]
WIDTH, LR, BATCH_SIZE, SEED = 128, 0.02, 50, 0

CARD = """# {name}

Five painters of garments, each trained on another number of pictures until it knew them by heart, if it could: they
open lesson 11.

| | |
|---|---|
| file | `{name}.safetensors`, {size:,} bytes, 16-bit floats |
| model | `gentutor.models.Painters({sizes}, width={width})`, {n_weights:,} weights |
| data | bundled Fashion-MNIST (see `../fashion_mnist.md`), `load_fashion("train", n)` for each n, 14 x 14, 4 greys |
| settings | `gentutor.models.train_painter`, {updates:,} updates, batches of {batch_size}, lr {lr}, seed {seed} |
| cost | {seconds:.0f} s with {threads} thread(s) on a busy machine, torch {torch} |
| made by | `python scripts/train_painter_weights.py` |
| sha256 | `{sha256}` |

Measured with the 16-bit weights on 200 pictures painted by each, and on 1,000 test pictures:

| pictures learnt from | recited | nats, of these pictures | nats, of test pictures |
|---|---|---|---|
{measured}

## Limits

They overfit on purpose. Whatever a painter of few pictures paints may be a training picture. For teaching only.
"""


def greys(split: str, n: int) -> Tensor:
    """Return pictures as greys 0 to 3, int64 (n, 1, 14, 14)."""
    images = load_fashion("train" if split == "train" else "test", n=n)
    return quantise(shrink(images.x), N_GREYS).unsqueeze(1)


def main() -> None:
    """Train, write and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=5000)
    updates = parser.parse_args().updates
    test, painters, started = greys("test", 1000), Painters(SIZES, WIDTH), time.perf_counter()
    for place, n in enumerate(SIZES):
        made = train_painter(
            greys("train", n), test[:100], updates=updates, lr=LR, batch_size=BATCH_SIZE, width=WIDTH, seed=SEED
        )
        painters.painters[place] = made.model
        print(f"  {n:>5} pictures  {made.training[-1]:.1f} nats  {time.perf_counter() - started:.0f} s", flush=True)
    seconds = time.perf_counter() - started
    path = DATA / "weights" / f"{NAME}.safetensors"
    save_weights(painters, path, sizes=SIZES, width=WIDTH)
    loaded, rows = load_weights(path), []
    assert isinstance(loaded, Painters)
    for n in SIZES:
        _, painter = loaded.nearest(n)
        x = greys("train", n)
        share = recited_share(painted(painter, 200).float(), x.float())
        rows.append(f"| {n:,} | {share:.0%} | {loss_on(painter, x):.1f} | {loss_on(painter, test):.0f} |")
    card = CARD.format(
        name=NAME, size=path.stat().st_size, sizes=SIZES, width=WIDTH, updates=updates, batch_size=BATCH_SIZE, lr=LR,
        n_weights=sum(p.numel() for p in painters.parameters()), seed=SEED, seconds=seconds,
        threads=torch.get_num_threads(), torch=torch.__version__.split("+")[0], measured="\n".join(rows),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )  # fmt: skip
    path.with_suffix(".md").write_text(card, encoding="utf-8")
    update_manifest(f"weights/{NAME}.safetensors", f"weights/{NAME}.md")
    print(*rows, sep="\n")


if __name__ == "__main__":
    main()
