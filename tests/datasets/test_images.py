"""The bundled pictures: shapes, types, balance, seeds, and refusals in sentences."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gentutor.datasets import FASHION_CLASSES, Avatars, Images, data_file, load_avatars, load_fashion
from gentutor.datasets.subsets import balanced_positions, random_positions
from gentutor.errors import DataError


def rows(x: torch.Tensor) -> set[bytes]:
    """The pictures as a set, each as its bytes."""
    return {picture.numpy().tobytes() for picture in (x * 255).round().to(torch.uint8)}


@pytest.mark.parametrize(("split", "n"), [("train", 20_000), ("test", 4_000)])
def test_whole_fashion(split: str, n: int) -> None:
    images = load_fashion(split)  # type: ignore[arg-type]
    assert images.x.shape == (n, 1, 28, 28)
    assert images.x.dtype == torch.float32
    assert images.x.is_contiguous()
    assert images.y.dtype == torch.int64
    assert images.x.min() == 0
    assert images.x.max() == 1
    assert images.y.bincount().tolist() == [n // 10] * 10
    assert images.class_names == FASHION_CLASSES
    assert len(images) == n


def test_no_picture_of_clothes_is_in_both_parts_or_twice() -> None:
    train, test = rows(load_fashion("train").x), rows(load_fashion("test").x)
    assert len(train) == 20_000
    assert len(test) == 4_000
    assert not train & test


def test_pictures_are_those_of_the_file() -> None:
    with np.load(data_file("fashion_mnist.npz")) as stored:
        expected = torch.from_numpy(stored["test_x"]).double() / 255
        assert torch.allclose(load_fashion("test").x[:, 0].double(), expected, atol=1e-7)
        assert load_fashion("test").y.tolist() == stored["test_y"].tolist()


def test_trousers_look_like_trousers() -> None:
    # The gap between the legs: below the middle, trousers are dark in the centre column and bright beside it.
    images = load_fashion("train", classes=["Trouser"])
    assert set(images.y.tolist()) == {1}
    gap = images.x[:, 0, 20:26, 13:15].mean() - images.x[:, 0, 20:26, 9:11].mean()
    assert gap < -0.2


@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 500), seed=st.integers(0, 2**32))
def test_draws_are_balanced_seeded_and_nested(n: int, seed: int) -> None:
    labels = np.tile(np.arange(10, dtype=np.uint8), 60)
    drawn = balanced_positions(labels, n, seed, range(10))
    counts = np.bincount(labels[drawn], minlength=10)
    assert len(set(drawn.tolist())) == n
    assert counts.max() - counts.min() <= 1
    assert drawn.tolist() == balanced_positions(labels, n, seed, range(10)).tolist()
    whole_rounds = n // 10 * 10
    if whole_rounds:
        assert set(balanced_positions(labels, whole_rounds, seed, range(10)).tolist()) <= set(drawn.tolist())
    assert random_positions(600, n, seed).tolist() == random_positions(600, 600, seed)[:n].tolist()


def test_same_seed_same_pictures_other_seed_others() -> None:
    first, again, other = (load_fashion("test", n=100, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first.x, again.x)
    assert torch.equal(first.y, again.y)
    assert len(rows(first.x) & rows(other.x)) < 20


def test_changing_a_batch_in_place_leaves_the_next_load_alone() -> None:
    before = load_fashion("test").x.sum().item()
    load_fashion("test").x.zero_()
    load_fashion("test").y.zero_()
    assert load_fashion("test").x.sum().item() == before
    load_avatars("test").attributes["glasses"].fill_(9)
    assert load_avatars("test").attributes["glasses"].max() == 2


def test_classes_by_number_and_by_name_agree() -> None:
    named, numbered = load_fashion("test", 30, 0, ["Bag", "Coat"]), load_fashion("test", 30, 0, [4, 8, 4])
    assert torch.equal(named.x, numbered.x)
    assert named.y.bincount(minlength=10).tolist() == [0, 0, 0, 0, 15, 0, 0, 0, 15, 0]
    assert len(load_fashion("test", classes=[4])) == 400


@pytest.mark.parametrize("n", [0, -1, 4_001, 2.5, True, "10"])
def test_impossible_number_is_refused(n: object) -> None:
    with pytest.raises(DataError, match=r"from 1 to 4,000.*got"):
        load_fashion("test", n=n)  # type: ignore[arg-type]


def test_number_beyond_the_chosen_classes_is_refused() -> None:
    with pytest.raises(DataError, match=r"from 1 to 400"):
        load_fashion("test", n=401, classes=[3])
    assert load_fashion("test", n=400, classes=[3]).y.unique().tolist() == [3]


def test_class_that_is_too_small_for_the_draw_is_named() -> None:
    with pytest.raises(DataError, match=r"needs 5 of class 1; there are 2"):
        balanced_positions(np.array([0] * 9 + [1] * 2, dtype=np.uint8), 10, 0, [0, 1])


@pytest.mark.parametrize("classes", [["Hat"], [10], [-1], [True], [1.0], []])
def test_unknown_classes_are_refused(classes: list[object]) -> None:
    with pytest.raises(DataError, match=r"[Nn]ame"):
        load_fashion("test", classes=classes)  # type: ignore[arg-type]


@pytest.mark.parametrize("load", [load_fashion, load_avatars])
def test_unknown_split_is_refused(load: object) -> None:
    with pytest.raises(DataError, match="'valid'"):
        load("valid")  # type: ignore[operator]


@pytest.mark.parametrize(("split", "n"), [("train", 7_000), ("test", 1_000)])
def test_whole_avatars(split: str, n: int) -> None:
    avatars = load_avatars(split)  # type: ignore[arg-type]
    assert avatars.x.shape == (n, 3, 16, 16)
    assert avatars.x.dtype == torch.float32
    assert avatars.x.is_contiguous()
    assert 0 <= avatars.x.min() < avatars.x.max() <= 1
    assert avatars.attributes.keys() == avatars.names.keys() == avatars.probabilities.keys()
    for name, codes in avatars.attributes.items():
        assert codes.shape == (n,)
        assert codes.dtype == torch.int64
        assert sum(avatars.probabilities[name]) == pytest.approx(1)
        # Every value occurs, about as often as stated: five standard deviations of a binomial draw.
        p = torch.tensor(avatars.probabilities[name], dtype=torch.float64)
        share = codes.bincount(minlength=len(p)).double() / n
        assert (share > 0).all()
        assert ((share - p).abs() < 5 * (p * (1 - p) / n).sqrt()).all()


def test_avatars_all_differ_in_picture_and_in_attributes() -> None:
    parts = [load_avatars("train"), load_avatars("test")]
    assert len(rows(torch.cat([part.x for part in parts]))) == 8_000
    codes = torch.cat([torch.stack(list(part.attributes.values()), 1) for part in parts])
    assert len(codes.unique(dim=0)) == 8_000


def test_avatar_draws_are_seeded() -> None:
    first, again, other, more = (load_avatars("test", n, seed) for n, seed in ((50, 1), (50, 1), (50, 2), (90, 1)))
    assert torch.equal(first.x, again.x)
    assert not torch.equal(first.x, other.x)
    assert torch.equal(first.x, more.x[:50])
    assert all(torch.equal(first.attributes[a], more.attributes[a][:50]) for a in first.attributes)
    assert len(first) == 50
    with pytest.raises(DataError, match=r"from 1 to 1,000"):
        load_avatars("test", n=1_001)


def test_attributes_belong_to_their_pictures() -> None:
    # The top corner is background in every picture: its colour and its code must say the same.
    avatars = load_avatars("train")
    bald_corner = avatars.attributes["hair"] == avatars.names["hair"].index("short parted")
    corner, codes = avatars.x[bald_corner, :, 0, 0], avatars.attributes["background"][bald_corner]
    colours = [corner[codes == c].unique(dim=0) for c in range(4)]
    assert [len(colour) for colour in colours] == [1] * 4
    assert len(torch.cat(colours).unique(dim=0)) == 4


def test_results_are_frozen() -> None:
    for result in (load_fashion("test", n=1), load_avatars("test", n=1)):
        assert isinstance(result, (Images, Avatars))
        with pytest.raises(AttributeError):
            result.x = torch.zeros(1)  # type: ignore[misc]


def test_loading_imports_no_torchvision(tmp_path: Path) -> None:
    code = (
        "import sys; from gentutor.datasets import load_fashion, load_avatars;"
        "load_fashion('test', n=10); load_avatars('test', n=10); sys.exit('torchvision' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=dict(os.environ), timeout=120, check=False)
    assert done.returncode == 0
