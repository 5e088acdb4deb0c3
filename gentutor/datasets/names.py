"""First names: the smallest text worth learning, taught in lesson 05."""

from __future__ import annotations

import hashlib
import lzma
from functools import lru_cache
from typing import Literal

from gentutor.datasets.bundle import Stamp, data_file, stamp
from gentutor.errors import DataDamagedError, DataError

SPLITS = ("train", "validation", "test")
TRAIN_SHARE, VALIDATION_SHARE = 0.8, 0.1  # the rest is the test part

END_OF_NAME = "\n"
NAME_CHARACTERS = (END_OF_NAME, *"abcdefghijklmnopqrstuvwxyz")
"""The vocabulary of the names: a letter has its place in the alphabet as its number, and 0 ends a name."""


def load_names(split: Literal["train", "validation", "test"] = "train") -> list[str]:
    """Load first names in small letters, in random order: 29,368 to train on, 3,671 each to validate and to test.

    They were given to at least 100 children in the United States from 1880 to 2017. No name stands in two parts; but
    spellings of one name (anna, ana) may.

    Parameters
    ----------
    split : str
        Which part: ``"train"``, ``"validation"`` or ``"test"``.

    Raises
    ------
    DataError
        When there is no such part.
    DataMissingError, DataDamagedError
        When the bundled file is not there or not intact.

    Examples
    --------
    >>> names = load_names()
    >>> len(names), "emma" in names, "emma" in load_names("test")
    (29368, False, True)
    """
    if split not in SPLITS:
        raise DataError(f"split must be one of {', '.join(SPLITS)}; got {split!r}.")
    names = _names(stamp(data_file("names.txt.xz")))
    cuts = [round(share * len(names)) for share in (0, TRAIN_SHARE, TRAIN_SHARE + VALIDATION_SHARE, 1)]
    part = SPLITS.index(split)
    return list(names[cuts[part] : cuts[part + 1]])


@lru_cache(maxsize=1)
def _names(source: Stamp) -> tuple[str, ...]:
    """Unpack the verified bundle, whose names stand in alphabetical order, and shuffle it."""
    try:
        names = lzma.decompress(source.path.read_bytes()).decode("ascii").split()
    except (lzma.LZMAError, UnicodeDecodeError) as error:
        raise DataDamagedError(f"{source.path} cannot be unpacked ({error}).") from error
    return tuple(sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest()))
