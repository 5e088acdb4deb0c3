"""Damaged weights: every bundled file, cut off or with one byte changed, is a sentence with the next step."""

import json
import shutil
from functools import cache
from pathlib import Path

import pytest
from safetensors.torch import save_file
from torch import nn

from gentutor.datasets import data_root
from gentutor.errors import DataDamagedError, DataMissingError
from gentutor.models import VAE
from gentutor.models.adapters import load_adapters
from gentutor.models.weights import load_bundled, load_weights, save_weights

WEIGHTS = sorted(path.stem for path in (data_root() / "weights").glob("*.safetensors"))


@cache
def writer() -> nn.Module:
    """The model beside which the bundled adapters stand, from the data folder that is whole."""
    return load_bundled("text_austen")


def load(name: str) -> nn.Module:
    return load_adapters(writer(), name) if name.startswith("adapters_") else load_bundled(name)


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, into which a test copies what it damages."""
    (tmp_path / "weights").mkdir()
    shutil.copy(data_root() / "MANIFEST.json", tmp_path)
    original = data_root() / "weights"
    writer()  # before the folder is another one
    monkeypatch.setenv("GENTUTOR_DATA", str(tmp_path))
    return original


@pytest.mark.parametrize("name", WEIGHTS)
def test_every_bundled_file_of_weights_is_refused_when_damaged(name: str, damaged: Path, tmp_path: Path) -> None:
    path = tmp_path / "weights" / f"{name}.safetensors"
    content = bytearray((damaged / path.name).read_bytes())
    with pytest.raises(DataMissingError, match=name):
        load(name)
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataDamagedError, match=rf"{name}(.|\n)*\. "):
        load(name)
    content[len(content) // 2] ^= 1  # one bit: no error of reading, only other numbers
    path.write_bytes(content)
    with pytest.raises(DataDamagedError, match=name):
        load(name)
    path.write_bytes((damaged / path.name).read_bytes())
    assert load(name) is not None, "and mended as soon as the file is back"


def header(path: Path) -> tuple[dict[str, object], bytes]:
    content = path.read_bytes()
    n = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + n]), content[8 + n :]


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "other settings", "no settings", "folder"])
def test_weights_of_ones_own_that_are_damaged_are_refused_in_words(damage: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    save_weights(VAE(2, 8), path, latent_dim=2, width=8)
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[:-50])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "noise":
        path.write_bytes(bytes(range(256)) * 8)
    elif damage == "other settings":
        save_weights(VAE(2, 8), path, latent_dim=3, width=8)
    elif damage == "no settings":
        save_file(VAE(2, 8).state_dict(), path, metadata={"model": "VAE"})
    else:
        path.unlink()
        path.mkdir()
    with pytest.raises(DataDamagedError, match=r"mine\.safetensors .*\. Fetch the file again .*, or train"):
        load_weights(path)
