"""The few smallest of many distances, without sorting them all: what the neighbours of lesson 09 are found by."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import pad

_BLOCKS = 100  # of a hundred distances each, where there are ten thousand


def k_smallest(distances: Tensor, k: int) -> Tensor:
    """Return the `k` smallest of each row, the smallest first: (N, k).

    Rows are cut into blocks. The k smallest all stand in the k blocks with the smallest minima, so that only those are
    looked through: half of `torch.topk`'s time on rows of ten thousand.

    Parameters
    ----------
    distances : Tensor
        A row (M,) for each of N items, M at least `k`.
    k : int
        How many are wanted.

    Examples
    --------
    >>> import torch
    >>> k_smallest(torch.tensor([[3.0, 1.0, 2.0]]), 2)
    tensor([[1., 2.]])
    """
    n, m = distances.shape
    if m < 10 * _BLOCKS or k > _BLOCKS // 2:
        return distances.topk(k, largest=False).values
    blocks = pad(distances, (0, -m % _BLOCKS), value=float("inf")).view(n, _BLOCKS, -1)
    chosen = blocks.amin(2).topk(k, largest=False).indices  # (N, k)
    near = blocks.gather(1, chosen[:, :, None].expand(-1, -1, blocks.shape[2])).flatten(1)
    return near.topk(k, largest=False).values
