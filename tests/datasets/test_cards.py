"""Cards, manifest and files say the same; the build scripts make what is bundled."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
MANIFEST = json.loads((DATA / "MANIFEST.json").read_text(encoding="utf-8"))
OURS = ["avatars.npz", "chorales.npz", "fashion_mnist.npz"]
DEBIAN = Path("/usr/share/datasets/fashion-mnist")


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the build scripts, importable."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    before = set(sys.modules)
    yield ROOT / "scripts"
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(ROOT / "scripts")):
            del sys.modules[name]


@pytest.fixture
def avatar_script(scripts: Path) -> ModuleType:
    """scripts/build_avatars.py, where the programs that it draws with are installed."""
    for needed in ("dicebear", "dicebear_styles", "resvg_py"):
        pytest.importorskip(needed, reason=f"{needed} is not installed (extra dev)")
    return importlib.import_module("build_avatars")


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_manifest_and_card_state_what_the_file_is(name: str) -> None:
    content, entry = (DATA / name).read_bytes(), MANIFEST[name]
    assert entry["bytes"] == len(content)
    assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    card = (DATA / entry["card"]).read_text(encoding="utf-8")
    assert entry["sha256"] in card
    assert str(len(content)) in card.replace(",", "")


@pytest.mark.parametrize("name", OURS)
def test_card_lists_every_array_with_its_shape_and_type(name: str) -> None:
    card = (DATA / MANIFEST[name]["card"]).read_text(encoding="utf-8")
    stated = {m[1]: (m[2], m[3]) for m in re.finditer(r"^\| `(\w+)` \| (\([^|]*\)) \| (\w+) \|", card, re.M)}
    with np.load(DATA / name) as arrays:
        plain = [a for a in arrays.files if not a.startswith(("names_", "probabilities_")) and a != "attributes"]
        assert {a: (str(arrays[a].shape), arrays[a].dtype.name) for a in plain} == {
            a: stated[a] for a in stated if a != "attributes"
        }


def test_avatar_card_lists_the_attributes_and_their_mix() -> None:
    card = (DATA / "avatars.md").read_text(encoding="utf-8")
    with np.load(DATA / "avatars.npz") as arrays:
        for a in arrays["attributes"]:
            mix = zip(arrays[f"names_{a}"], arrays[f"probabilities_{a}"], strict=True)
            assert f"| `{a}` | " + ", ".join(f"{name} {p:.2f}" for name, p in mix) + " |" in card


def test_every_file_has_an_entry_and_all_are_small() -> None:
    files = [p for p in DATA.rglob("*") if p.is_file()]
    data = {p.relative_to(DATA).as_posix() for p in files if p.suffix in {".npz", ".safetensors", ".xz", ".gz"}}
    assert data == set(MANIFEST)
    assert sum(p.stat().st_size for p in files) <= 30e6


@pytest.mark.parametrize("card", ["fashion_mnist.md", "avatars.md", "chorales.md"])
def test_card_has_every_section(card: str) -> None:
    text = (DATA / card).read_text(encoding="utf-8")
    sections = ["Source", "Contents", "How it was made", "Known problems", "What it must not be used for", "Licence"]
    assert [s for s in sections if f"\n## {s}\n" not in text] == []
    assert card in (DATA / "README.md").read_text(encoding="utf-8")


def test_manifest_update_measures_and_keeps_other_entries(scripts: Path, tmp_path: Path) -> None:
    update = importlib.import_module("update_manifest").update_manifest
    (tmp_path / "a.bin").write_bytes(b"one")
    (tmp_path / "b.bin").write_bytes(b"two")
    update("a.bin", data=tmp_path)
    update("b.bin", card="both.md", data=tmp_path)
    (tmp_path / "b.bin").write_bytes(b"three")
    update("b.bin", data=tmp_path)
    assert json.loads((tmp_path / "MANIFEST.json").read_text()) == {
        "a.bin": {"sha256": hashlib.sha256(b"one").hexdigest(), "bytes": 3, "card": "a.md"},
        "b.bin": {"sha256": hashlib.sha256(b"three").hexdigest(), "bytes": 5, "card": "both.md"},
    }


def test_npz_bytes_depend_on_the_arrays_alone(scripts: Path, tmp_path: Path) -> None:
    write = importlib.import_module("deterministic_npz").write_npz
    arrays = {"x": np.arange(1000, dtype=np.uint8), "names": np.array(["a", "bc"])}
    for i in (1, 2):
        write(tmp_path / f"{i}.npz", arrays)
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()
    with np.load(tmp_path / "1.npz", allow_pickle=False) as stored:
        assert stored.files == list(arrays)
        assert all((stored[name] == arrays[name]).all() for name in arrays)


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="Debian's package dataset-fashion-mnist is not installed")
def test_fashion_is_rebuilt_alike(scripts: Path, tmp_path: Path) -> None:
    rebuilt = importlib.import_module("build_fashion").build(DEBIAN)
    with np.load(DATA / "fashion_mnist.npz") as stored:
        assert stored.files == list(rebuilt)
        for name in stored.files:
            assert stored[name].dtype == rebuilt[name].dtype
            assert np.array_equal(stored[name], rebuilt[name])


@pytest.mark.skipif(not DEBIAN.is_dir(), reason="Debian's package dataset-fashion-mnist is not installed")
def test_fashion_file_is_rebuilt_to_the_byte(scripts: Path, tmp_path: Path) -> None:
    if "zlib-ng" in zlib.ZLIB_RUNTIME_VERSION or not zlib.ZLIB_RUNTIME_VERSION.startswith("1."):
        pytest.skip("this Python packs with another implementation of zlib, which gives other bytes")
    script = importlib.import_module("build_fashion")
    importlib.import_module("deterministic_npz").write_npz(tmp_path / "f.npz", script.build(DEBIAN))
    assert hashlib.sha256((tmp_path / "f.npz").read_bytes()).hexdigest() == MANIFEST["fashion_mnist.npz"]["sha256"]


def test_avatars_drawn_from_their_attributes_are_the_bundled_pictures(avatar_script: ModuleType) -> None:
    with np.load(DATA / "avatars.npz") as stored:
        assert list(stored["attributes"]) == list(avatar_script.ATTRIBUTES)
        for name, choices in avatar_script.ATTRIBUTES.items():
            assert list(stored[f"names_{name}"]) == list(choices)
            assert np.array_equal(stored[f"probabilities_{name}"], [p for p, _ in choices.values()])
        for split in ("train", "test"):
            x, codes = stored[f"{split}_x"], stored[f"{split}_codes"]
            for i in range(0, len(x), len(x) // 60):
                picture = avatar_script.render(avatar_script.decode(tuple(int(c) for c in codes[i])))
                assert np.array_equal(picture, x[i]), f"{split} {i}"


def test_every_hair_and_its_colour_show_under_every_hat(avatar_script: ModuleType) -> None:
    first = {name: next(iter(choices)) for name, choices in avatar_script.ATTRIBUTES.items()}
    for hat in avatar_script.ATTRIBUTES["hat"]:
        pictures = {
            avatar_script.render(first | {"hat": hat, "hair": hair, "hair_colour": colour}).tobytes()
            for hair in avatar_script.ATTRIBUTES["hair"]
            for colour in ("black", "green")
        }
        assert len(pictures) == 2 * len(avatar_script.ATTRIBUTES["hair"])


def test_every_attribute_changes_the_picture(avatar_script: ModuleType) -> None:
    rng = np.random.default_rng(0)
    for _ in range(8):
        values = avatar_script.decode(avatar_script.draw_codes(rng))
        picture = avatar_script.render(values)
        for name, choices in avatar_script.ATTRIBUTES.items():
            for other in set(choices) - {values[name]}:
                assert not np.array_equal(avatar_script.render(values | {name: other}), picture), (name, other)
