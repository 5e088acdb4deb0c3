"""(Re)compute entries of `data/MANIFEST.json`: name, sha256, size in bytes, and the card of each file.

    python scripts/update_manifest.py                      # every file that has an entry
    python scripts/update_manifest.py weights/vae.safetensors --card weights/vae.md

The build scripts call `update_manifest` for the file that they wrote.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


def update_manifest(name: str, card: str | None = None, data: Path = DATA) -> dict[str, str | int]:
    """Measure `data/name`, write its entry into the manifest, and return the entry.

    Parameters
    ----------
    name : str
        Path below `data/`, with forward slashes, such as ``"weights/vae.safetensors"``.
    card : str, optional
        Path of its card below `data/`; the card that the entry names already when not given,
        else the name with ``.md``.
    data : Path
        The data folder.

    Raises
    ------
    FileNotFoundError
        When the file is not there.
    """
    manifest = data / "MANIFEST.json"
    entries: dict[str, dict[str, str | int]] = (
        json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    )
    content = (data / name).read_bytes()
    known = str(entries.get(name, {}).get("card", Path(name).with_suffix(".md").as_posix()))
    entries[name] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "card": card or known,
    }
    text = json.dumps(dict(sorted(entries.items())), indent=2) + "\n"
    manifest.write_text(text, encoding="utf-8", newline="\n")
    return entries[name]


def main() -> None:
    """Refresh the named entries, or all that the manifest has."""
    parser = argparse.ArgumentParser(description="Refresh entries of data/MANIFEST.json.")
    parser.add_argument("names", nargs="*", help="paths below data/; all known ones when none is given")
    parser.add_argument("--card", help="path of the card below data/, for a single new name")
    arguments = parser.parse_args()
    if arguments.card and len(arguments.names) != 1:
        parser.error("--card goes with exactly one name.")
    names = arguments.names or list(json.loads((DATA / "MANIFEST.json").read_text(encoding="utf-8")))
    for name in names:
        entry = update_manifest(name, arguments.card)
        print(f"{name}: {entry['bytes']:,} bytes, sha256 {entry['sha256']}, card {entry['card']}")


if __name__ == "__main__":
    main()
