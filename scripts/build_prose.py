"""Build `data/prose.txt.xz`: Jane Austen's six novels, from Debian's package r-cran-janeaustenr.

    apt-get download r-cran-janeaustenr && dpkg-deb -x r-cran-janeaustenr_*.deb FOLDER   # Debian, Ubuntu
    python -m pip install rdata
    python scripts/build_prose.py FOLDER

The package keeps each novel as a vector of printed lines. Lines are joined to paragraphs, the words about editions
before the first chapter, after the last and between volumes are left out, and everything else stays as it is. The text
is the same on every machine, and the bytes too, where liblzma packs alike.
"""

from __future__ import annotations

import argparse
import lzma
import re
import struct
import warnings
import zlib
from pathlib import Path

from update_manifest import DATA, update_manifest

NAME = "prose.txt.xz"
LIBRARY = Path("usr/lib/R/site-library/janeaustenr/data/Rdata")
BOOKS = {  # name in the package: title, in the order of publication
    "sensesensibility": "Sense and Sensibility",
    "prideprejudice": "Pride and Prejudice",
    "mansfieldpark": "Mansfield Park",
    "emma": "Emma",
    "northangerabbey": "Northanger Abbey",
    "persuasion": "Persuasion",
}
FIRST_CHAPTER = re.compile(r"chapter (1|i)", re.IGNORECASE)
THE_END = re.compile(r"the end|finis|a note on the text", re.IGNORECASE)
EDITORS = re.compile(r"\[(At this point in|End volume).*")  # remarks on editions; the other brackets are Austen's
BOOK_MARK = "\f"  # form feed: starts a new book, whose title is its first line


def read_books(folder: Path) -> dict[str, list[str]]:
    """Return the printed lines of every novel in an unpacked package, by its name there.

    R keeps lazily loaded data in two files: an index of offsets, and the objects, each a length and a zlib stream.
    """
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it guesses the file's type
        index = rdata.conversion.convert(rdata.parser.parse_file(folder / LIBRARY.with_suffix(".rdx")))
        objects = (folder / LIBRARY.with_suffix(".rdb")).read_bytes()
        books = {}
        for name in BOOKS:
            offset, n_bytes = (int(number) for number in index["variables"][name])
            (size,) = struct.unpack(">I", objects[offset : offset + 4])
            stored = zlib.decompress(objects[offset + 4 : offset + n_bytes])
            assert len(stored) == size, f"{name} is damaged"
            books[name] = [str(line) for line in rdata.conversion.convert(rdata.parser.parse_data(stored))]
    return books


def paragraphs(lines: list[str]) -> list[str]:
    """Join printed lines to paragraphs, from the first chapter to the end of the story."""
    start = next(i for i, line in enumerate(lines) if FIRST_CHAPTER.fullmatch(line.strip()))
    ends = [i for i, line in enumerate(lines) if i > start and THE_END.fullmatch(line.strip())]
    lines = lines[start : ends[0] if ends else None]
    blocks = re.split(r"\n\s*\n", "\n".join(lines))
    joined = (" ".join(block.split()) for block in blocks)
    return [block for block in joined if block and not EDITORS.match(block)]


def build(folder: Path) -> str:
    """Return the text of the bundle: books behind form feeds, a paragraph a line."""
    books = read_books(folder)
    return "".join(
        f"{BOOK_MARK}{title}\n" + "".join(f"{paragraph}\n" for paragraph in paragraphs(books[name]))
        for name, title in BOOKS.items()
    )


def pack(text: str) -> bytes:
    """Compress the text as xz."""
    return lzma.compress(text.encode("utf-8"), preset=9 | lzma.PRESET_EXTREME)


def main() -> None:
    """Write the bundle and its manifest entry."""
    parser = argparse.ArgumentParser(description="Build data/prose.txt.xz from an unpacked r-cran-janeaustenr.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("/"), help="where it is unpacked; default: /")
    parser.add_argument("--out", type=Path, default=DATA / NAME)
    arguments = parser.parse_args()
    text = build(arguments.folder)
    arguments.out.write_bytes(pack(text))
    print(f"{arguments.out}: {len(text):,} characters, {arguments.out.stat().st_size:,} bytes")
    if arguments.out.resolve() == (DATA / NAME).resolve():
        print(update_manifest(NAME, card="prose.md"))


if __name__ == "__main__":
    main()
