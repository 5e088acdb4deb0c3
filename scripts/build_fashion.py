"""Build `data/fashion_mnist.npz`: a balanced part of Fashion-MNIST, from the original IDX files.

    apt-get install dataset-fashion-mnist        # Debian, Ubuntu; or download the four files
    python scripts/build_fashion.py [FOLDER]     # FOLDER holds train-images-idx3-ubyte.gz and the others

2,000 training and 400 test images of each class are drawn without replacement with a fixed seed, each split
from the same split of the original. The result is the same arrays on every machine, and the same bytes
wherever zlib packs alike (see `deterministic_npz`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from deterministic_npz import write_npz
from numpy.typing import NDArray
from update_manifest import DATA, update_manifest

from gentutor.datasets.idx import SPLIT_FILES, read_idx

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
SEED = 2017  # the year of the set; any number would do, but it must stay
PER_CLASS = {"train": 2_000, "test": 400}
N_CLASSES = 10


def choose(labels: NDArray[np.uint8], per_class: int, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Draw `per_class` positions of each class, in a random order overall."""
    chosen = [rng.choice(np.flatnonzero(labels == c), per_class, replace=False) for c in range(N_CLASSES)]
    return rng.permutation(np.concatenate(chosen)).astype(np.uint16)


def build(folder: Path) -> dict[str, NDArray[np.uint8] | NDArray[np.uint16]]:
    """Return the arrays of the bundle, made from the four IDX files in `folder`.

    Returns
    -------
    dict
        For each split: ``{split}_x`` uint8 (N, 28, 28), ``{split}_y`` uint8 (N,), and ``{split}_source``
        uint16 (N,), the position of each image in the original split.
    """
    rng = np.random.Generator(np.random.PCG64(SEED))
    arrays: dict[str, NDArray[np.uint8] | NDArray[np.uint16]] = {}
    for split, per_class in PER_CLASS.items():
        images, labels = (read_idx(folder / name) for name in SPLIT_FILES[split])
        source = choose(labels, per_class, rng)
        arrays |= {f"{split}_x": images[source], f"{split}_y": labels[source], f"{split}_source": source}
    return arrays


def main() -> None:
    """Write the bundle and its manifest entry."""
    parser = argparse.ArgumentParser(description="Build data/fashion_mnist.npz from the IDX files.")
    parser.add_argument("folder", nargs="?", type=Path, default=DEBIAN, help=f"default: {DEBIAN}")
    parser.add_argument("--out", type=Path, default=DATA / "fashion_mnist.npz")
    arguments = parser.parse_args()
    write_npz(arguments.out, build(arguments.folder))
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes")
    if arguments.out.resolve() == (DATA / "fashion_mnist.npz").resolve():
        print(update_manifest("fashion_mnist.npz"))


if __name__ == "__main__":
    main()
