"""`Windows`: stretches of a long row of tokens, where the next ones depend only on how many were seen before."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.errors import RunStateError
from gentutor.seeding import generator

_DRAWN_AT_ONCE = 4096  # starts; small enough to be quick, large enough to be seldom


class Windows:
    """Windows at random places of a text, for training a model of what comes next.

    Takes the place of `Batches` in a `Run`. Window i starts at a place that is a function of the seed and of i alone,
    so that a run can be rewound by remembering one number, and the batch size may change on the way.

    Parameters
    ----------
    tokens : Tensor
        The text, whole numbers (N,), int64.
    context : int
        Tokens T that a model reads at once; a window has one more, which is what comes after the last.
    seed : int
        Start of the random stream.

    Raises
    ------
    RunStateError
        When the text is not a row of more than `context` tokens.

    Examples
    --------
    >>> Windows(torch.arange(100), context=4, seed=0).at(0, batch_size=2).diff()
    tensor([[1, 1, 1, 1],
            [1, 1, 1, 1]])
    """

    def __init__(self, tokens: Tensor, context: int, seed: int = 0) -> None:
        if tokens.ndim != 1 or len(tokens) <= context:
            raise RunStateError(
                f"Windows of context {context} need a row of more than {context} tokens; got shape "
                f"{tuple(tokens.shape)}. Take more text, or a shorter context."
            )
        self.tokens, self.context, self.seed = tokens, context, seed
        self._kept = (-1, torch.empty(0, dtype=torch.int64))

    def __len__(self) -> int:
        return len(self.tokens) - self.context

    def steps_for(self, epochs: float, batch_size: int) -> int:
        """Return how many batches of `batch_size` hold as many tokens as the text `epochs` times, rounded up."""
        return -int(-epochs * len(self.tokens) // (batch_size * self.context))

    def at(self, seen: int, batch_size: int, context: int | None = None) -> Tensor:
        """Return the `batch_size` windows that follow after `seen` windows: (B, T + 1).

        Parameters
        ----------
        seen : int
            Windows shown before.
        batch_size : int
            How many windows.
        context : int, optional
            Fewer tokens than usual: the same windows, cut off.
        """
        length = 1 + (self.context if context is None else context)
        parts: list[Tensor] = []
        while batch_size > 0:
            block, offset = divmod(seen, _DRAWN_AT_ONCE)
            parts.append(self._starts_of(block)[offset : offset + batch_size])
            seen += len(parts[-1])
            batch_size -= len(parts[-1])
        return self.tokens.unfold(0, length, 1)[torch.cat(parts)]

    def _starts_of(self, block: int) -> Tensor:
        kept = self._kept  # read and written as one: branches that train in two threads share these windows
        if kept[0] != block:
            dice = generator(self.seed, "windows", block)
            kept = self._kept = (block, torch.randint(len(self), (_DRAWN_AT_ONCE,), generator=dice))
        return kept[1]
