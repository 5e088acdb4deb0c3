"""The bundled names: three parts without overlap, letters only, and a card that counts right."""

from __future__ import annotations

import importlib
import json
import lzma
from pathlib import Path

import pytest

from gentutor.datasets import NAME_CHARACTERS, load_names, names
from gentutor.errors import DataDamagedError, DataError

ROOT = Path(__file__).parents[2]
SPLITS = ("train", "validation", "test")


def test_three_parts_share_no_name() -> None:
    parts = [load_names(split) for split in SPLITS]  # type: ignore[arg-type]
    together = [name for part in parts for name in part]
    assert len(together) == len(set(together)) == 36_710
    assert {"emma", "ada", "alan", "noah"} <= set(together)
    assert set("".join(together)) == set(NAME_CHARACTERS[1:])
    card = (ROOT / "data" / "names.md").read_text(encoding="utf-8")
    assert f"{len(together):,} first names in small letters, of {min(map(len, together))} to 15" in card
    for split, part in zip(SPLITS, parts, strict=True):
        assert f"| {split} | {len(part):,} |" in card
        assert part != sorted(part)
        assert max(map(len, part)) <= 15
    assert len(parts[0]) == pytest.approx(0.8 * len(together), abs=1)


def test_the_card_has_every_section() -> None:
    text = (ROOT / "data" / "names.md").read_text(encoding="utf-8")
    for section in (
        "Source",
        "Contents",
        "How it was made",
        "Known problems",
        "What it must not be used for",
        "Licence",
    ):
        assert f"\n## {section}\n" in text
    assert "names.md" in (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def test_changing_what_was_loaded_changes_nothing_for_the_next() -> None:
    load_names().clear()
    assert load_names()


def test_the_list_is_packed_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    script = importlib.import_module("build_names")
    packed = script.pack([name for split in SPLITS for name in load_names(split)])  # type: ignore[arg-type]
    entry = json.loads((ROOT / "data" / "MANIFEST.json").read_text(encoding="utf-8"))["names.txt.xz"]
    assert lzma.decompress(packed) == lzma.decompress((ROOT / "data" / "names.txt.xz").read_bytes())
    assert len(packed) == entry["bytes"]


def test_a_file_that_is_no_xz_is_named(tmp_path: Path) -> None:
    path = tmp_path / "names.txt.xz"
    path.write_bytes(b"no xz at all")
    with pytest.raises(DataDamagedError, match=r"names\.txt\.xz cannot be unpacked"):
        names._names(names.stamp(path))
    names._names.cache_clear()


def test_an_unknown_part_is_refused_in_words() -> None:
    with pytest.raises(DataError, match="split must be one of train, validation, test; got 'dev'"):
        load_names("dev")  # type: ignore[arg-type]
