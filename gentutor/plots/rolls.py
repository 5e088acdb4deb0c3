"""Piano rolls: time from left to right, pitch upwards, one colour for each voice."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from gentutor.plots.figures import Picture, _figure
from gentutor.plots.pictures import PALETTE, to_array

VOICES = ("soprano", "alto", "tenor", "bass")
BLACK_KEYS = (1, 3, 6, 8, 10)


def show_rolls(
    rolls: Mapping[str, Any],
    *,
    alt: str,
    onsets: Mapping[str, Any] | None = None,
    per_quarter: int = 2,
    given: int = 0,
    title: str = "",
) -> Picture:
    """Draw grids of pitches as piano rolls, one below the other.

    Parameters
    ----------
    rolls : mapping of str to array (T, V)
        MIDI pitch of each voice in each step, 0 a rest; the name stands above its roll.
    alt : str
        What there is to see.
    onsets : mapping of str to array (T, V), optional
        Where notes begin, for the same names; else only where the pitch changes.
    per_quarter : int
        Steps in a quarter note.
    given : int
        So many steps at the left are shaded as given.
    title : str
        Heading of the figure.

    Returns
    -------
    Picture
    """
    figure, axes = _figure(7.6, 0.5 + 2.2 * len(rolls), len(rolls), 1)
    for ax, (name, roll) in zip(axes, rolls.items(), strict=True):
        grid = to_array(roll)
        sounding = grid[grid > 0]
        low, high = (int(sounding.min()) - 2, int(sounding.max()) + 2) if len(sounding) else (48, 72)
        for pitch in range(low, high + 1):
            if pitch % 12 in BLACK_KEYS:
                ax.axhspan(pitch - 0.5, pitch + 0.5, color="#F0F0F0", zorder=0)
        if given:
            ax.axvspan(0, given / per_quarter, color="#E69F00", alpha=0.16, zorder=0, label="given")
        starts = None if onsets is None else onsets[name]
        for voice in range(grid.shape[1]):
            boxes = [
                Rectangle((a / per_quarter + 0.03, pitch - 0.42), (b - a) / per_quarter - 0.06, 0.84)
                for a, b, pitch in _pieces(grid[:, voice], None if starts is None else to_array(starts)[:, voice])
            ]
            colour = PALETTE[voice % len(PALETTE)]
            ax.add_collection(PatchCollection(boxes, facecolor=colour, edgecolor="#333333", linewidth=0.7))
            ax.plot([], [], color=colour, linewidth=5, label=VOICES[voice] if voice < 4 else str(voice))
        cs = [pitch for pitch in range(low, high + 1) if pitch % 12 == 0]
        ax.set_yticks(cs, [f"C{pitch // 12 - 1}" for pitch in cs])
        ax.set(xlim=(0, len(grid) / per_quarter), ylim=(low - 0.5, high + 0.5), ylabel="pitch", title=name)
        ax.grid(axis="x", alpha=0.25)
    axes[-1].set_xlabel("time (beats)")
    axes[0].legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    if title:
        figure.suptitle(title)
    return Picture(figure, alt)


def _pieces(voice: Any, onset: Any) -> list[tuple[int, int, int]]:
    """First step, step after the last, and pitch of each note of one voice."""
    starts = np.concatenate([[True], voice[1:] != voice[:-1]])
    if onset is not None:
        starts = starts | (onset != 0)
    edges = [*np.flatnonzero(starts).tolist(), len(voice)]
    return [(a, b, int(voice[a])) for a, b in pairwise(edges) if voice[a] > 0]
