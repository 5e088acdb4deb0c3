"""A chorale as one row of tokens, step by step: the clock, then soprano, bass, alto, tenor. Taught in lesson 06."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from gentutor.datasets.chorales import HIGHEST, LOWEST, Chorale

HOLD, REST, FIRST_PITCH = 0, 1, 2
N_PITCHES = HIGHEST - LOWEST + 1
FIRST_CLOCK = FIRST_PITCH + N_PITCHES  # 48
MOST_BEATS = 7  # the clock counts no farther
N_TOKENS = FIRST_CLOCK + 2 * (MOST_BEATS + 1)  # 64
ORDER = (0, 3, 1, 2)  # soprano, bass, alto, tenor: the outer voices first, as Bach's pupils learnt it
PER_STEP = 1 + len(ORDER)
PER_QUARTER = 2  # steps: the tokens are on a grid of eighths


def clock_of(chorale: Chorale) -> Tensor:
    """Return the clock of each step, (T,): beats left until the line ends, and whether a beat begins here.

    Token ``FIRST_CLOCK + 2 * beats + off``: beats is 0 under the fermata, 1 in the beat before it, and so on to
    `MOST_BEATS`, which also stands for "farther away"; off is 1 between two beats.
    """
    n = len(chorale.fermata)
    bars = chorale.bar.nonzero()
    first = int(bars[0]) if len(bars) else 0
    off = (torch.arange(n) - first) % chorale.per_quarter != 0
    left, steps = [], MOST_BEATS * chorale.per_quarter  # until the next fermata; no line ends after the last one
    for held in reversed(chorale.fermata.tolist()):
        steps = 0 if held else steps + 1
        left.append(-(-steps // chorale.per_quarter))  # rounded up
    return FIRST_CLOCK + 2 * torch.tensor(left[::-1]).clamp(max=MOST_BEATS) + off


def tokens_of(chorale: Chorale) -> Tensor:
    """Return the tokens of a chorale on a grid of eighths, (5 T,): clock, soprano, bass, alto, tenor of each step.

    Raises
    ------
    DataError
        When its grid cannot be cut into eighths.

    Examples
    --------
    >>> from gentutor.datasets.chorales import load_chorales
    >>> tokens_of(load_chorales("test")[0])[:5].tolist()[0] >= FIRST_CLOCK
    True
    """
    eighths = chorale if chorale.per_quarter == PER_QUARTER else chorale.coarser(PER_QUARTER)
    sounding = torch.where(eighths.onset, eighths.roll - LOWEST + FIRST_PITCH, HOLD)
    voices = torch.where(eighths.roll > 0, sounding, REST)
    return torch.cat([clock_of(eighths)[:, None], voices[:, ORDER]], 1).flatten()  # (T, 5) -> (5 T,)


def tokens_to_roll(tokens: Tensor) -> Tensor:
    """Return the pitch of each voice in each step, (5 T,) -> (T, 4), soprano first; 0 is a rest.

    A voice that holds keeps the pitch that it had; with nothing to hold it rests.
    """
    voices = tokens.reshape(-1, PER_STEP)[:, 1:]  # without the clock: (T, 4) in the order of the tokens
    roll = torch.zeros_like(voices)
    now = torch.zeros_like(voices[0])
    for t, step in enumerate(voices):
        sung = torch.where(step == REST, 0, step - FIRST_PITCH + LOWEST)
        now = torch.where(step == HOLD, now, sung)
        roll[t, ORDER] = now  # each voice to its own column
    return roll


def onsets_of(tokens: Tensor) -> Tensor:
    """Return where notes begin, (5 T,) -> (T, 4) bool, soprano first."""
    voices = tokens.reshape(-1, PER_STEP)[:, 1:]
    onset = torch.zeros_like(voices, dtype=torch.bool)
    onset[:, ORDER] = voices >= FIRST_PITCH
    return onset


def training_tokens(chorales: Iterable[Chorale], transposed: bool = True) -> Tensor:
    """Return all chorales as one long row of tokens, each in every key that keeps its voices in their ranges.

    Parameters
    ----------
    chorales : iterable of Chorale
        What is to be learnt.
    transposed : bool
        Whether each stands there in up to twelve keys, from five semitones down to six up, or only in its own.
    """
    keys = range(-5, 7) if transposed else (0,)
    eighths = [chorale.coarser(PER_QUARTER) for chorale in chorales]
    return torch.cat([tokens_of(c.transposed(k)) for c in eighths for k in keys if k == 0 or c.fits(k)])
