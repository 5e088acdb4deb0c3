"""Build `data/scripture.txt.xz`: ten books of the King James Bible (1611), from Debian's package bible-kjv.

    apt-get download bible-kjv bible-kjv-text                  # Debian, Ubuntu
    for deb in bible-kjv*.deb; do dpkg-deb -x $deb FOLDER; done
    python scripts/build_scripture.py FOLDER

The package keeps the text in a compressed form that its own program reads; the script lets it print each book. Every
verse becomes one line without its number. Nothing else is changed.
"""

from __future__ import annotations

import argparse
import lzma
import re
import subprocess
from pathlib import Path

from update_manifest import DATA, update_manifest

NAME = "scripture.txt.xz"
BOOKS = {  # how the program names it: title, chapters; the books that tell a story, in the Bible's order
    "Genesis": ("Genesis", 50),
    "Exodus": ("Exodus", 40),
    "Ruth": ("Ruth", 4),
    "1Samuel": ("1 Samuel", 31),
    "2Samuel": ("2 Samuel", 24),
    "1Kings": ("1 Kings", 22),
    "Matthew": ("Matthew", 28),
    "Mark": ("Mark", 16),
    "Luke": ("Luke", 24),
    "John": ("John", 21),
}
VERSE = re.compile(r"^\w+?(\d+):(\d+) (.+)$", re.MULTILINE)
BOOK_MARK = "\f"  # form feed: starts a new book, whose title is its first line


def read_book(folder: Path, book: str, n_chapters: int) -> list[str]:
    """Return the verses of a book, from the program in an unpacked package."""
    command = [folder / "usr/bin/bible", "-p", folder / "usr/lib", "-f", f"{book}1:1-{n_chapters}:999"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, encoding="ascii").stdout
    found = [(int(chapter), int(verse), text) for chapter, verse, text in VERSE.findall(printed)]
    places = [(chapter, verse) for chapter, verse, _ in found]
    assert places == sorted(set(places)), f"{book}: verses are missing their order"
    assert {chapter for chapter, _ in places} == set(range(1, n_chapters + 1)), f"{book}: a chapter is missing"
    return [" ".join(text.split()) for _, _, text in found]


def build(folder: Path) -> str:
    """Return the text of the bundle: books behind form feeds, a verse a line."""
    return "".join(
        f"{BOOK_MARK}{title}\n" + "".join(f"{verse}\n" for verse in read_book(folder, book, n_chapters))
        for book, (title, n_chapters) in BOOKS.items()
    )


def pack(text: str) -> bytes:
    """Compress the text as xz."""
    return lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME)


def main() -> None:
    """Write the bundle and its manifest entry."""
    parser = argparse.ArgumentParser(description="Build data/scripture.txt.xz from an unpacked bible-kjv.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("/"), help="where it is unpacked; default: /")
    parser.add_argument("--out", type=Path, default=DATA / NAME)
    arguments = parser.parse_args()
    text = build(arguments.folder)
    arguments.out.write_bytes(pack(text))
    print(f"{arguments.out}: {len(text):,} characters, {arguments.out.stat().st_size:,} bytes")
    if arguments.out.resolve() == (DATA / NAME).resolve():
        print(update_manifest(NAME, card="scripture.md"))


if __name__ == "__main__":
    main()
