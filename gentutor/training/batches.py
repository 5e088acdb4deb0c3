"""`Batches`: shuffled examples, where the next batch depends only on how many were seen before."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.errors import RunStateError
from gentutor.seeding import generator


class Batches:
    """Shuffled mini-batches of tensors held in memory.

    An epoch's order is a function of seed and epoch alone, and a batch is a function of the number of examples seen
    so far. So a run can be rewound by remembering one number, and the batch size may change in the middle of an
    epoch without an example being skipped or shown twice.

    Parameters
    ----------
    *tensors : Tensor
        One or more tensors with the same first dimension, the examples. One tensor gives batches that are a tensor,
        several give a tuple.
    seed : int
        Start of the shuffling.

    Raises
    ------
    RunStateError
        When there are no examples, or the tensors disagree on how many there are.

    Examples
    --------
    >>> batches = Batches(torch.arange(6), seed=0)
    >>> sorted(torch.cat([batches.at(0, 4), batches.at(4, 2)]).tolist())
    [0, 1, 2, 3, 4, 5]
    """

    def __init__(self, *tensors: Tensor, seed: int = 0) -> None:
        sizes = {len(tensor) for tensor in tensors}
        if len(sizes) != 1 or 0 in sizes:
            raise RunStateError(
                f"Batches need tensors of one length of at least 1; got lengths {[len(t) for t in tensors]}."
            )
        self.tensors = tensors
        self.n_examples = sizes.pop()
        self.seed = seed
        self._kept = (-1, torch.empty(0, dtype=torch.int64))

    def __len__(self) -> int:
        return self.n_examples

    def steps_for(self, epochs: float, batch_size: int) -> int:
        """Return how many batches of `batch_size` go through the examples `epochs` times, rounded up."""
        return -int(-epochs * self.n_examples // batch_size)

    def at(self, seen: int, batch_size: int) -> Tensor | tuple[Tensor, ...]:
        """Return the `batch_size` examples that follow after `seen` examples, across epochs where needed."""
        indices: list[Tensor] = []
        while batch_size > 0:
            epoch, offset = divmod(seen, self.n_examples)
            part = self._order_of(epoch)[offset : offset + batch_size]
            indices.append(part)
            seen += len(part)
            batch_size -= len(part)
        chosen = torch.cat(indices)
        batch = tuple(tensor[chosen] for tensor in self.tensors)
        return batch[0] if len(batch) == 1 else batch

    def _order_of(self, epoch: int) -> Tensor:
        kept = self._kept  # read and written as one: branches that train in two threads share these batches
        if kept[0] != epoch:
            kept = (epoch, torch.randperm(self.n_examples, generator=generator(self.seed, "order", epoch)))
            self._kept = kept
        return kept[1]
