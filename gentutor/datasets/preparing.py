"""What is done to pictures before a network sees them: scaled, spoilt on purpose, split. Taught in lesson 01."""

from __future__ import annotations

import torch
from torch import Tensor

N_CLASSES = 10


def normalise(x: Tensor, lo: float, hi: float) -> Tensor:
    """Return brightness 0 to 255 as float32 from `lo` to `hi`.

    The range is that of the format and not of the batch: a dark picture must stay darker than a bright one.

    Parameters
    ----------
    x : Tensor
        uint8, or whole numbers as float, of any shape.
    lo, hi : float
        What 0 and 255 become.

    Examples
    --------
    >>> normalise(torch.tensor([0, 51, 255], dtype=torch.uint8), -1.0, 1.0)
    tensor([-1.0000, -0.6000,  1.0000])
    """
    return lo + (hi - lo) * x.float() / 255


def groups_of_copies(x: Tensor) -> list[list[int]]:
    """Return the positions of `x` (N, ...) in groups of equal items, in the order in which they first appear.

    Examples
    --------
    >>> groups_of_copies(torch.tensor([[7], [3], [7]]))
    [[0, 2], [1]]
    """
    groups: dict[bytes, list[int]] = {}
    for i, row in enumerate(x.flatten(1).numpy()):
        groups.setdefault(row.tobytes(), []).append(i)
    return list(groups.values())


def split_without_leakage(x: Tensor, order: Tensor, n_validation: int) -> tuple[list[int], list[int]]:
    """Split the positions of `x` into training and validation so that no two copies are parted.

    Copies form a group, and groups move as a whole: they go to validation in the order of their first member in `order`
    until at least `n_validation` items are there.

    Parameters
    ----------
    x : Tensor
        Items (N, ...).
    order : Tensor
        The positions 0 to N - 1 in mixed order, (N,): the chance in the split, handed in so that it can be repeated.
    n_validation : int
        How many validation items are wanted, at least.

    Returns
    -------
    (list of int, list of int)
        Training positions and validation positions.

    Examples
    --------
    >>> x = torch.tensor([[5], [6], [5], [7]])
    >>> split_without_leakage(x, torch.tensor([2, 1, 0, 3]), 1)
    ([1, 3], [2, 0])
    """
    train: list[int] = []
    validation: list[int] = []
    for group in groups_of_copies(x[order]):
        side = validation if len(validation) < n_validation else train
        side += [int(order[i]) for i in group]
    return train, validation


def spoil(
    x: Tensor,
    y: Tensor,
    generator: torch.Generator,
    *,
    n_train: int = 4000,
    noise: float = 0.0,
    wrong_labels: float = 0.0,
    classes_kept: int = N_CLASSES,
    imbalance: float = 1.0,
    duplicates: float = 0.0,
) -> tuple[Tensor, Tensor]:
    """Draw a training set with chosen faults from a clean one.

    Parameters
    ----------
    x, y : Tensor
        Clean pictures (N, C, H, W) in [0, 1] and their classes (N,) from 0 to 9.
    generator : torch.Generator
        Source of every chance.
    n_train : int
        How many pictures; fewer where the kept classes have no more.
    noise : float
        Standard deviation of noise on every pixel; the result is cut off at 0 and 1.
    wrong_labels : float
        Share of the labels replaced by another class.
    classes_kept : int
        How many of the ten classes are left, chosen at random.
    imbalance : float
        How many times likelier the commonest class is drawn than the rarest.
    duplicates : float
        Share of the pictures that are exact copies of others.

    Returns
    -------
    (Tensor, Tensor)
        Pictures (n, C, H, W) and labels (n,).
    """
    rank = torch.randperm(N_CLASSES, generator=generator)[:classes_kept]  # the commonest class first
    chance = torch.zeros(N_CLASSES)
    chance[rank] = imbalance ** -torch.linspace(0, 1, classes_kept)
    n = min(n_train, int((chance[y] > 0).sum()))
    n_distinct = max(1, round(n * (1 - duplicates)))
    drawn = torch.multinomial(chance[y], n_distinct, generator=generator)
    copies = torch.randint(n_distinct, (n - n_distinct,), generator=generator)
    drawn = torch.cat([drawn, drawn[copies]])
    x, y = x[drawn], y[drawn].clone()
    if noise > 0:
        x = (x + noise * torch.randn(x.shape, generator=generator)).clamp(0, 1)
    wrong = torch.rand(n, generator=generator) < wrong_labels
    y[wrong] = (y[wrong] + torch.randint(1, N_CLASSES, (int(wrong.sum()),), generator=generator)) % N_CLASSES
    return x, y
