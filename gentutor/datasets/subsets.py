"""Draw a part of a data set: seeded, balanced over the classes, and nested from small to large."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gentutor.errors import DataError

Positions = NDArray[np.int64]


def check_count(n: int, available: int, what: str) -> None:
    """Refuse a number of examples that is not a whole number from 1 to `available`.

    Raises
    ------
    DataError
        When it is not.
    """
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= available:
        raise DataError(
            f"n must be a whole number from 1 to {available:,}, as many as the {what} has; got {n!r}. "
            "Leave n out to get all of them."
        )


def random_positions(available: int, n: int, seed: int) -> Positions:
    """Draw `n` of `available` positions at random, without replacement.

    The draw of a smaller `n` is the beginning of the draw of a larger one with the same seed.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.permutation(available)[:n].astype(np.int64)


def balanced_positions(labels: NDArray[np.uint8], n: int, seed: int, classes: Sequence[int]) -> Positions:
    """Draw `n` positions with equally many of each class, in mixed order.

    Where `n` is no multiple of the number of classes, some classes, chosen by the seed, have one more.
    With the same seed, a smaller draw is contained in a larger one.

    Parameters
    ----------
    labels : ndarray
        uint8 (N,), the class of each example.
    n : int
        How many to draw.
    seed : int
        Same seed, same draw.
    classes : sequence of int
        The classes to draw from.

    Returns
    -------
    ndarray
        int64 (n,), positions in `labels`.

    Raises
    ------
    DataError
        When a class has fewer examples than the draw needs.

    Examples
    --------
    >>> labels = np.repeat(np.arange(3, dtype=np.uint8), 100)
    >>> positions = balanced_positions(labels, 12, seed=0, classes=[0, 1, 2])
    >>> np.bincount(labels[positions]).tolist()
    [4, 4, 4]
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    luckier = rng.permutation(len(classes))[: n % len(classes)]  # these classes have one more
    chosen = []
    for i, c in enumerate(classes):
        members = rng.permutation(np.flatnonzero(labels == c))
        wanted = n // len(classes) + int(i in luckier)
        if wanted > len(members):
            raise DataError(f"A draw of {n:,} needs {wanted:,} of class {c}; there are {len(members):,}.")
        chosen.append(members[:wanted])
    return rng.permutation(np.concatenate(chosen)).astype(np.int64)
