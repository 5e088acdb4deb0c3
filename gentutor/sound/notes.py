"""From a grid of pitches to notes: who begins what, when, and for how long."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gentutor.errors import FrameError
from gentutor.plots.pictures import to_array

Grid = NDArray[np.int64]


class Note(NamedTuple):
    """One note of a voice.

    Attributes
    ----------
    voice : int
        Column of the grid: 0 is the highest voice.
    first : int
        Step in which it begins.
    after : int
        Step in which it sounds no more.
    pitch : int
        MIDI pitch: 60 is middle C, 69 the A of 440 Hz.
    """

    voice: int
    first: int
    after: int
    pitch: int


def as_grid(roll: Any) -> Grid:
    """Return `roll` as whole numbers (T, V).

    Raises
    ------
    FrameError
        When it is no table of MIDI pitches in 0 to 127.
    """
    grid = to_array(roll)
    if grid.ndim != 2 or not grid.size or grid.min() < 0 or grid.max() > 127:
        got = f"pitches from {grid.min()} to {grid.max()}" if grid.ndim == 2 and grid.size else f"shape {grid.shape}"
        raise FrameError(
            f"A roll is a table (T, V) of MIDI pitches from 0 (a rest) to 127, a row for each step; got {got}. "
            "Tokens become pitches by `tokens_to_roll`."
        )
    return grid.astype(np.int64)


def notes_of(roll: Any, onset: Any = None) -> list[Note]:
    """Return the notes of a grid, voice by voice, each voice in the order of time.

    Parameters
    ----------
    roll : array or tensor (T, V)
        MIDI pitch of each voice in each step; 0 is a rest.
    onset : array or tensor (T, V), optional
        Where a note begins. Without it a note begins only where the pitch changes.

    Examples
    --------
    >>> notes_of([[60], [60], [62], [0]])
    [Note(voice=0, first=0, after=2, pitch=60), Note(voice=0, first=2, after=3, pitch=62)]
    >>> len(notes_of([[60], [60]], [[1], [1]]))
    2
    """
    grid = as_grid(roll)
    changed = np.ones_like(grid, dtype=bool)
    changed[1:] = grid[1:] != grid[:-1]
    starts = changed if onset is None else changed | (to_array(onset) != 0)
    notes = []
    for voice in range(grid.shape[1]):
        edges = [*np.flatnonzero(starts[:, voice]).tolist(), len(grid)]
        pieces = pairwise(edges)
        notes += [Note(voice, a, b, int(grid[a, voice])) for a, b in pieces if grid[a, voice] > 0]
    return notes
