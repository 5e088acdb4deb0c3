"""Reads the attributes off a pixel avatar: which hair, which glasses? Used in lesson 07 to see whether samples obey."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from gentutor.datasets import load_avatars

READABLE = ("glasses", "hair", "hat", "eyes", "mouth", "background")
"""Attributes that are read rightly off at least 99 % of the real test avatars; colours and clothes are read worse."""

_RIDGE = 17.0  # 7,000 avatars with noise of 0.05 on each pixel would add the same to the diagonal: 7000 · 0.05²


@lru_cache(maxsize=1)
def _readout() -> tuple[Tensor, dict[str, slice]]:
    """Weights (769, all values) fitted to the training avatars by least squares, and the columns of each attribute."""
    train = load_avatars("train")
    wanted = {name: one_hot(train.attributes[name], len(train.names[name])) for name in READABLE}
    rows = _with_one(train.x).double()
    y = torch.cat(list(wanted.values()), dim=1).double()
    gram = rows.T @ rows + _RIDGE * torch.eye(rows.shape[1], dtype=torch.float64)
    columns, end = {}, 0
    for name, code in wanted.items():
        columns[name] = slice(end, end + code.shape[1])
        end += code.shape[1]
    weights: Tensor = torch.linalg.solve(gram, rows.T @ y).float()
    return weights, columns


def _with_one(x: Tensor) -> Tensor:
    return torch.cat([x.flatten(1), torch.ones(len(x), 1)], dim=1)  # (N, 3, 16, 16) -> (N, 769)


def read_attributes(x: Tensor) -> dict[str, Tensor]:
    """Return what a linear classifier reads off avatars: for each of `READABLE` the codes, int64 (N,).

    Everything of an avatar stands in a fixed place, so that one weight for each pixel and value is enough.

    Parameters
    ----------
    x : Tensor
        Pictures (N, 3, 16, 16) in [0, 1], real or generated.

    Examples
    --------
    >>> avatars = load_avatars("test", n=50)
    >>> (read_attributes(avatars.x)["hat"] == avatars.attributes["hat"]).all().item()
    True
    """
    weights, columns = _readout()
    votes = _with_one(x) @ weights
    return {name: votes[:, column].argmax(1) for name, column in columns.items()}


def obeyed(x: Tensor, wanted: dict[str, Tensor]) -> dict[str, float]:
    """Return for each wanted attribute the share of the avatars on which it is read.

    Parameters
    ----------
    x : Tensor
        Pictures (N, 3, 16, 16) in [0, 1].
    wanted : dict of str to Tensor
        Codes int64 (N,) of attributes; those that are not among `READABLE` are left out.
    """
    read = read_attributes(x)
    return {name: float((read[name] == codes).float().mean()) for name, codes in wanted.items() if name in read}
