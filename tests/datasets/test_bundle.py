"""Bundled files are found, verified, and named with the remedy when they are missing or damaged."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gentutor.datasets import bundle, data_file, data_root, load_fashion
from gentutor.errors import DataDamagedError, DataMissingError

CONTENT = bytes(range(256)) * 4


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own with one verified file, ``sub/a.bin``."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.bin").write_bytes(CONTENT)
    entry = {"sha256": hashlib.sha256(CONTENT).hexdigest(), "bytes": len(CONTENT), "card": "a.md"}
    (tmp_path / "MANIFEST.json").write_text(json.dumps({"sub/a.bin": entry}))
    monkeypatch.setenv("GENTUTOR_DATA", str(tmp_path))
    return tmp_path


def test_intact_file_is_returned(folder: Path) -> None:
    assert data_file("sub/a.bin") == folder / "sub" / "a.bin"


def test_without_override_the_checkout_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENTUTOR_DATA", raising=False)
    assert data_root() == Path(__file__).parents[2] / "data"
    assert data_file("fashion_mnist.npz").is_file()


def test_installed_package_uses_its_own_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENTUTOR_DATA", raising=False)
    monkeypatch.setattr(bundle, "PACKAGE", tmp_path / "site-packages" / "gentutor")
    assert data_root() == tmp_path / "site-packages" / "gentutor" / "_bundle" / "data"
    assert "pip install" in bundle.remedy("a.bin")


def test_checkout_is_told_the_git_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENTUTOR_DATA", raising=False)
    assert "git checkout -- data/avatars.npz" in bundle.remedy("avatars.npz")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(position=st.integers(0, len(CONTENT) - 1), flip=st.integers(1, 255))
def test_one_changed_byte_anywhere_is_found(folder: Path, position: int, flip: int) -> None:
    damaged = bytearray(CONTENT)
    damaged[position] ^= flip
    (folder / "sub" / "a.bin").write_bytes(damaged)
    bundle._verified.clear()  # two writes within one tick of the file system's clock look alike
    with pytest.raises(DataDamagedError, match=r"a\.bin is damaged: its sha256 .* GENTUTOR_DATA points at"):
        data_file("sub/a.bin")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(length=st.integers(0, len(CONTENT) - 1))
def test_truncated_file_is_found(folder: Path, length: int) -> None:
    (folder / "sub" / "a.bin").write_bytes(CONTENT[:length])
    with pytest.raises(DataDamagedError, match=rf"has {length:,} bytes instead of 1,024"):
        data_file("sub/a.bin")


def test_damage_after_a_first_check_is_found(folder: Path) -> None:
    path = data_file("sub/a.bin")
    path.write_bytes(CONTENT[::-1])
    with pytest.raises(DataDamagedError, match="damaged"):
        data_file("sub/a.bin")


def test_missing_file_is_named(folder: Path) -> None:
    (folder / "sub" / "a.bin").unlink()
    with pytest.raises(DataMissingError, match=r"a\.bin is missing"):
        data_file("sub/a.bin")


@pytest.mark.parametrize("name", ["b.bin", "../MANIFEST.json", ""])
def test_unknown_name_lists_the_known_ones(folder: Path, name: str) -> None:
    with pytest.raises(DataMissingError, match=r"holds: sub/a\.bin"):
        data_file(name)


def test_missing_manifest_is_named(folder: Path) -> None:
    (folder / "MANIFEST.json").unlink()
    with pytest.raises(DataMissingError, match=r"MANIFEST\.json, is missing"):
        data_file("sub/a.bin")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": {"sha256": "0"}}', "\x00"])
def test_unreadable_manifest_is_named(folder: Path, text: str) -> None:
    (folder / "MANIFEST.json").write_text(text)
    with pytest.raises(DataDamagedError, match=r"MANIFEST\.json, cannot be read"):
        data_file("sub/a.bin")


def test_folder_in_place_of_the_file_is_damage(folder: Path) -> None:
    (folder / "sub" / "a.bin").unlink()
    (folder / "sub" / "a.bin").mkdir()
    with pytest.raises(DataDamagedError, match=r"a\.bin"):
        data_file("sub/a.bin")


def test_loader_passes_the_error_on(folder: Path) -> None:
    with pytest.raises(DataMissingError, match=r"fashion_mnist\.npz"):
        load_fashion()
