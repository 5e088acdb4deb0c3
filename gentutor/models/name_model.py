"""`NameModel`: the small network that lesson 08 tunes, and the letters it learns from."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gentutor.datasets.names import END_OF_NAME, NAME_CHARACTERS
from gentutor.seeding import seeded

CONTEXT = 4  # letters that the network sees: enough for syllables
LETTER_DIM = 8
N_LETTERS = len(NAME_CHARACTERS)


def letter_windows(names: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Return for each letter of the names, and for each end, the four letters before it and itself.

    Parameters
    ----------
    names : sequence of str
        Names in small letters.

    Returns
    -------
    (Tensor, Tensor)
        Letters before (N, 4) and next letters (N,), as places in `gentutor.datasets.names.NAME_CHARACTERS`; before a
        name's first letter stand ends.

    Examples
    --------
    >>> before, after = letter_windows(["bo", "a"])
    >>> before.tolist(), after.tolist()
    ([[0, 0, 0, 0], [0, 0, 0, 2], [0, 0, 2, 15], [0, 0, 0, 0], [0, 0, 0, 1]], [2, 15, 0, 1, 0])
    """
    gap = END_OF_NAME * CONTEXT
    letters = torch.frombuffer(bytearray((gap + gap.join(names) + END_OF_NAME).encode()), dtype=torch.uint8)
    codes = (letters.long() - ord("a") + 1).clamp(min=0)  # the end of a name is 0
    windows = codes.unfold(0, CONTEXT + 1, 1)  # (M, T + 1)
    windows = windows[(windows[:, -2:] > 0).any(1)]  # not within the gap between two names
    return windows[:, :-1].contiguous(), windows[:, -1].contiguous()


class NameModel(nn.Module):
    """Foretells the next letter of a name from the four before it, with one hidden layer (Bengio and others, 2003).

    Parameters
    ----------
    width : int
        Units of the hidden layer.
    seed : int
        Start of the first weights.
    """

    def __init__(self, width: int, seed: int = 0) -> None:
        super().__init__()
        with seeded(seed, "names"):
            self.letters = nn.Embedding(N_LETTERS, LETTER_DIM)
            self.hidden = nn.Linear(CONTEXT * LETTER_DIM, width)
            self.out = nn.Linear(width, N_LETTERS)

    def forward(self, before: Tensor) -> Tensor:
        """Return logits (B, 27) of the letter that follows `before` (B, 4)."""
        x = self.letters(before).flatten(1)  # (B, 4) -> (B, 4 * 8)
        logits: Tensor = self.out(self.hidden(x).tanh())  # (B, 27)
        return logits


@torch.no_grad()
def draw_names(model: nn.Module, n: int, generator: torch.Generator, longest: int = 12) -> list[str]:
    """Return `n` names that a `NameModel` makes up, letter by letter."""
    before = torch.zeros(n, CONTEXT, dtype=torch.int64)
    drawn = []
    for _ in range(longest):
        chances = model(before).nan_to_num().softmax(1)  # (B, 27)
        letter = torch.multinomial(chances, 1, generator=generator)
        drawn.append(letter)
        before = torch.cat([before[:, 1:], letter], dim=1)
    rows = torch.cat(drawn, dim=1).tolist()
    return ["".join(NAME_CHARACTERS[code] for code in row).split(END_OF_NAME)[0] for row in rows]
