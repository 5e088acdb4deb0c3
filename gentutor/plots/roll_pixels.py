"""`paint_roll`: a piano roll in pixels, for panels that follow a slider or a training run."""

from __future__ import annotations

from typing import Any

import numpy as np

from gentutor.plots.pictures import PALETTE, Pixels, to_array

BLACK_KEYS = (1, 3, 6, 8, 10)


def paint_roll(
    roll: Any, onset: Any = None, *, low: int = 36, high: int = 81, cell: tuple[int, int] = (9, 4), given: int = 0
) -> Pixels:
    """Return a grid of pitches as colour pixels: time to the right, pitch upwards, one colour for each voice.

    Parameters
    ----------
    roll : array or tensor (T, V)
        MIDI pitch of each voice in each step; 0 is a rest. Pitches beyond the ends are not drawn.
    onset : array or tensor (T, V), optional
        Where notes begin: a white line parts them from the note before. Only where the pitch changes when not given.
    low, high : int
        Lowest and highest pitch.
    cell : (int, int)
        Width and height of one step of one pitch, in pixels.
    given : int
        So many steps at the left get a yellowish ground.

    Examples
    --------
    >>> paint_roll([[60], [62]], low=58, high=63).shape
    (24, 18, 3)
    """
    grid = to_array(roll)
    width, height = cell
    changed = np.ones_like(grid, dtype=bool)
    changed[1:] = grid[1:] != grid[:-1]
    starts = changed if onset is None else changed | (to_array(onset) != 0)
    picture = np.full(((high - low + 1) * height, len(grid) * width, 3), 255, dtype=np.uint8)
    for pitch in range(low, high + 1):
        if pitch % 12 in BLACK_KEYS:
            picture[(high - pitch) * height : (high - pitch + 1) * height] = 240
    if given:
        ground = picture[:, : given * width]
        ground[:] = ground * np.array([1.0, 0.96, 0.86])  # darker keys stay darker
    for voice in range(grid.shape[1]):
        colour = [int(PALETTE[voice % len(PALETTE)][i : i + 2], 16) for i in (1, 3, 5)]
        for t in np.flatnonzero((grid[:, voice] >= low) & (grid[:, voice] <= high)):
            top = (high - int(grid[t, voice])) * height
            left = t * width + int(starts[t, voice])
            picture[top : top + height, left : (t + 1) * width] = colour
    return picture
