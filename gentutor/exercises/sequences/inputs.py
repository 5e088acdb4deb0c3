"""Seeded inputs of the checks of lesson 06, and the alphabet of its music."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

LESSON = "06_sequences"

HOLD, REST, OFFSET = 0, 1, 34  # a token above 1 is a note: its pitch is the token plus 34
ORDER = [0, 3, 1, 2]  # the tokens of a step are clock, soprano, bass, alto, tenor
FIRST_CLOCK = 48

# All sizes differ from each other, from 4 voices and from 5 tokens in a step, so that a wrong axis cannot go unseen.
B, T, V, H, W = 2, 11, 3, 6, 7


def pixels(generator: Generator, levels: int, low: float = 0.0, high: float = 1.0) -> tuple[Tensor, int]:
    """Return brightness (B, H, W) between `low` and `high`, never half-way between two levels, and `levels`."""
    x = low + (high - low) * torch.rand(B, H, W, generator=generator)
    halfway = ((x * (levels - 1)) % 1 - 0.5).abs() < 1e-3  # float32 rounds these one way or the other
    return torch.where(halfway, x.round(), x), levels


def grey_tokens(generator: Generator, levels: int) -> tuple[Tensor, int]:
    """Return tokens (B, H, W) in 0 to levels - 1, and `levels`."""
    return torch.randint(levels, (B, H, W), generator=generator), levels


def music(generator: Generator, n: int = T, held: float = 0.5, begins_held: bool = False) -> tuple[Tensor]:
    """Return the tokens of `n` steps, (5 n,): with notes, two holds in a row, and rests that are held too."""
    voices = torch.randint(8, 40, (n, 4), generator=generator)
    voices = torch.where(torch.rand(n, 4, generator=generator) < held, HOLD, voices)
    voices = torch.where(torch.rand(n, 4, generator=generator) < 0.2, REST, voices)
    clock = torch.randint(FIRST_CLOCK, FIRST_CLOCK + 16, (n, 1), generator=generator)
    if n > 6:
        voices[1:6, 0] = torch.tensor([20, HOLD, HOLD, REST, HOLD])
        voices[2:7, 2] = torch.tensor([12, REST, HOLD, 30, HOLD])
    if not begins_held:
        voices[0] = torch.randint(8, 40, (4,), generator=generator)
    else:
        voices[0, 1:3] = HOLD
    return (torch.cat([clock, voices], 1).flatten(),)


def melody(generator: Generator, tonic: int, rests: float = 0.2) -> tuple[Tensor, int]:
    """Return pitches (T, V), some of them rests, more of them within the scale than outside, and `tonic`."""
    scale = torch.tensor([0, 2, 4, 5, 7, 9, 11])
    inside = scale[torch.randint(7, (T, V), generator=generator)]
    anything = torch.randint(12, (T, V), generator=generator)
    steps = torch.where(torch.rand(T, V, generator=generator) < 0.6, inside, anything)
    pitch = 48 + tonic + steps + 12 * torch.randint(2, (T, V), generator=generator)
    pitch[0], pitch[1] = torch.tensor([49, 52, 57]) + tonic, torch.tensor([60, 54, 55]) + tonic  # one outside in each
    pitch[3:8] = torch.tensor([59, 52, 57]) + tonic  # and many that neighbouring scales and the minor one lack
    silent = torch.rand(T, V, generator=generator) < rests
    silent[:2], silent[3:8] = False, False
    silent[2, :2] = rests > 0
    return torch.where(silent, 0, pitch), tonic
