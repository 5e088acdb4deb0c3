"""The bundled pictures as tensors: Fashion-MNIST clothes and pixel avatars.

Pictures are kept once per process as bytes, one a pixel channel, and become float32 only for the part that
is asked for: after the first call, loading costs milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gentutor.datasets.bundle import Stamp, data_file, stamp
from gentutor.datasets.subsets import balanced_positions, check_count, random_positions
from gentutor.errors import DataError

Split = Literal["train", "test"]

FASHION_CLASSES: tuple[str, ...] = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


@dataclass(frozen=True, eq=False)
class Images:
    """Pictures with one class each.

    Attributes
    ----------
    x : Tensor
        float32 (N, C, H, W), brightness from 0 (black) to 1 (white).
    y : Tensor
        int64 (N,), the class of each picture, a position in `class_names`.
    class_names : tuple of str
        What the classes are called.
    """

    x: Tensor
    y: Tensor
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.y)


@dataclass(frozen=True, eq=False)
class Avatars:
    """Pictures of people with attributes that are known exactly, since the pictures were drawn from them.

    Attributes
    ----------
    x : Tensor
        float32 (N, 3, H, W), red, green and blue from 0 to 1.
    attributes : dict of str to Tensor
        For each attribute, int64 (N,): the code of each picture, a position in `names`.
    names : dict of str to tuple of str
        For each attribute, what its codes stand for.
    probabilities : dict of str to tuple of float
        For each attribute, how likely each code was when the pictures were drawn. Attributes are independent.
    """

    x: Tensor
    attributes: dict[str, Tensor]
    names: dict[str, tuple[str, ...]]
    probabilities: dict[str, tuple[float, ...]]

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.x)


def load_fashion(
    split: Split = "train",
    n: int | None = None,
    seed: int = 0,
    classes: Sequence[int | str] | None = None,
) -> Images:
    """Load real pictures of clothes: the bundled part of Fashion-MNIST.

    Parameters
    ----------
    split : {"train", "test"}
        20,000 training pictures or 4,000 test pictures, equally many of each class.
    n : int, optional
        How many to draw, equally many of each class (one more of some, where it does not divide).
        All, in the order of the file, when not given.
    seed : int
        Which `n` are drawn. With the same seed, a smaller draw is contained in a larger one.
    classes : sequence of int or str, optional
        Only these classes, as numbers or names; all ten when not given. Numbers keep their meaning.

    Returns
    -------
    Images
        x float32 (n, 1, 28, 28) in [0, 1], y int64 (n,), and the ten class names.

    Raises
    ------
    DataError
        When the split or a class is unknown, or `n` is more than there is.
    DataMissingError, DataDamagedError
        When the bundled file is not there or not intact.

    References
    ----------
    Xiao, Rasul, Vollgraf (2017), Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms, arXiv:1708.07747.

    Examples
    --------
    >>> images = load_fashion("test", n=20, seed=0)
    >>> tuple(images.x.shape), images.y.bincount().tolist()
    ((20, 1, 28, 28), [2, 2, 2, 2, 2, 2, 2, 2, 2, 2])
    """
    check_split(split)
    stored = _members(stamp(data_file("fashion_mnist.npz")), split)
    pictures, labels = stored["x"], stored["y"]
    wanted = _class_codes(classes)
    available = int(np.isin(labels, wanted).sum())
    if n is not None:
        check_count(n, available, f"{split} part of Fashion-MNIST with {len(wanted)} classes")
        positions = balanced_positions(labels, n, seed, wanted)
        pictures, labels = pictures[positions], labels[positions]
    elif len(wanted) < len(FASHION_CLASSES):
        keep = np.isin(labels, wanted)
        pictures, labels = pictures[keep], labels[keep]
    x = to_float(pictures).unsqueeze(1)  # (N, H, W) -> (N, 1, H, W)
    return Images(x, torch.from_numpy(labels).to(torch.int64), FASHION_CLASSES)


def load_avatars(split: Split = "train", n: int | None = None, seed: int = 0) -> Avatars:
    """Load small colour pictures of drawn people, with everything that was drawn as attributes.

    Parameters
    ----------
    split : {"train", "test"}
        7,000 training pictures or 1,000 test pictures. All 8,000 differ.
    n : int, optional
        How many to draw at random; all, in the order of the file, when not given.
    seed : int
        Which `n` are drawn. With the same seed, a smaller draw is the beginning of a larger one.

    Returns
    -------
    Avatars
        x float32 (n, 3, 16, 16) in [0, 1], attributes int64 (n,) each, and their names. The attributes
        were drawn independently, with the probabilities that ``data/avatars.md`` states.

    Raises
    ------
    DataError
        When the split is unknown or `n` is more than there is.
    DataMissingError, DataDamagedError
        When the bundled file is not there or not intact.

    Examples
    --------
    >>> avatars = load_avatars("test", n=5)
    >>> tuple(avatars.x.shape), avatars.names["glasses"][0]
    ((5, 3, 16, 16), 'none')
    """
    check_split(split)
    stored = _members(stamp(data_file("avatars.npz")), split)
    pictures, codes = stored["x"], stored["codes"]
    if n is not None:
        check_count(n, len(pictures), f"{split} part of the avatars")
        positions = random_positions(len(pictures), n, seed)
        pictures, codes = pictures[positions], codes[positions]
    attributes = [str(a) for a in stored["attributes"]]
    names = {a: tuple(str(v) for v in stored[f"names_{a}"]) for a in attributes}
    probabilities = {a: tuple(float(p) for p in stored[f"probabilities_{a}"]) for a in attributes}
    columns = {a: torch.from_numpy(codes[:, i]).to(torch.int64) for i, a in enumerate(attributes)}
    return Avatars(to_float(pictures), columns, names, probabilities)


@lru_cache(maxsize=4)
def _members(source: Stamp, split: Split) -> dict[str, NDArray[np.uint8]]:
    """Read the arrays of one split, and those of both, from a verified bundle; kept for the next call."""
    other = "test_" if split == "train" else "train_"
    with np.load(source.path, allow_pickle=False) as archive:
        return {name.removeprefix(f"{split}_"): archive[name] for name in archive.files if not name.startswith(other)}


def to_float(pictures: NDArray[np.uint8]) -> Tensor:
    """Return brightness 0 to 255 as float32 from 0 to 1, in memory of its own."""
    # numpy, since torch's threads wait for one another on a busy machine: 1 ms became 40 ms for 512 pictures
    return torch.from_numpy(np.divide(pictures, 255, dtype=np.float32))


def check_split(split: str) -> None:
    """Refuse a split that is neither "train" nor "test"."""
    if split not in ("train", "test"):
        raise DataError(f"split must be 'train' or 'test'; got {split!r}.")


def _class_codes(classes: Sequence[int | str] | None) -> list[int]:
    """Return the classes as distinct numbers, in increasing order."""
    if classes is None:
        return list(range(len(FASHION_CLASSES)))
    codes = set()
    for c in classes:
        if isinstance(c, str) and c in FASHION_CLASSES:
            codes.add(FASHION_CLASSES.index(c))
        elif isinstance(c, int) and not isinstance(c, bool) and 0 <= c < len(FASHION_CLASSES):
            codes.add(c)
        else:
            names = ", ".join(f"{i} {name}" for i, name in enumerate(FASHION_CLASSES))
            raise DataError(f"There is no class {c!r}. Give numbers or names of: {names}.")
    if not codes:
        raise DataError("classes is empty. Name at least one, or leave it out to get all ten.")
    return sorted(codes)
