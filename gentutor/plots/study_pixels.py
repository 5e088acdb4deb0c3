"""The picture of a study, painted while it runs: trials, what matters, parallel coordinates, and a map of two knobs.

Drawn with PIL in some milliseconds, so that a panel can follow every trial. Used in lesson 08.
"""

# ruff: noqa: PLR0917  (what is painted, then where)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gentutor.knobs import Knob, KnobSet
from gentutor.plots.pictures import PALETTE, Pixels

WIDTH, HEIGHT = 800, 500
DONE, HAND, BEST, STOPPED, FAINT, INK = PALETTE[0], PALETTE[1], PALETTE[2], "#8a8a8a", "#bdbdbd", "#222222"
_FONT = ImageFont.load_default(size=12)
_N_CELLS = 7  # of the map in each direction
_DARK, _PALE = np.array([8, 48, 107]), np.array([222, 235, 247])  # low and high loss

Box = tuple[float, float, float, float]  # left, top, right, bottom


class TrialLike(Protocol):
    """What is painted of a trial; `gentutor.tuning.Tried` has it."""

    @property
    def number(self) -> int:
        """Place in the study."""

    @property
    def values(self) -> Mapping[str, int | float]:
        """The knobs."""

    @property
    def state(self) -> str:
        """``"done"``, ``"stopped"`` or ``"failed"``; others are not painted."""

    @property
    def by(self) -> str:
        """``"hand"``, or a sampler."""

    @property
    def last(self) -> float | None:
        """The last loss that is known."""


def paint_study(
    trials: Sequence[TrialLike],
    knobs: KnobSet,
    *,
    importance: Mapping[str, float] | None = None,
    pair: tuple[str, str] | None = None,
    total: int = 0,
    ceiling: float | None = None,
) -> Pixels:
    """Paint all trials of a study in four ways.

    Discs are trainings that came to their end, crosses those stopped early, diamonds those tried by hand; the best one
    is ringed.

    Parameters
    ----------
    trials : sequence of trials
        Such as ``study.made``.
    knobs : KnobSet
        What was chosen.
    importance : mapping of str to float, optional
        Share of each knob, such as ``study.importance()``.
    pair : (str, str), optional
        The knobs of the map, across and upwards; the first two where not given.
    total : int
        How many trials there will be.
    ceiling : float, optional
        Loss at which the picture ends; what is worse is drawn at its edge.

    Returns
    -------
    array of uint8 (500, 800, 3)
    """
    seen = [one for one in trials if one.last is not None]
    sheet = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(sheet)
    low, high = _window([float(one.last or 0) for one in seen], ceiling)
    ranked = sorted(seen, key=lambda one: float(one.last or 0))  # by rank: one bad trial must not bleach all others
    shade = {one.number: rank / max(len(seen) - 1, 1) for rank, one in enumerate(ranked)}
    best = min((one for one in seen if one.state == "done"), key=lambda one: float(one.last or 0), default=None)
    names = list(knobs)
    across, upwards = pair or (names[0], names[min(1, len(names) - 1)])
    _paint_trials(pen, seen, best, (48, 22, 500, 215), low, high, total)
    _paint_importance(pen, names, importance or {}, (620, 22, 790, 215))
    _paint_coordinates(pen, seen, best, knobs, shade, (48, 272, 500, 462))
    _paint_map(pen, seen, best, knobs[across], knobs[upwards], shade, (580, 272, 790, 462))
    return np.asarray(sheet)


def describe_study(trials: Sequence[TrialLike]) -> str:
    """Return the picture in a sentence, with its numbers."""
    done = [one for one in trials if one.state == "done" and one.last is not None]
    counts = f"{len(done)} trainings to the end, {sum(one.state == 'stopped' for one in trials)} stopped early"
    by_hand = [float(one.last or 0) for one in done if one.by == "hand"]
    if not done:
        return f"A study: {counts}."
    best = min(done, key=lambda one: float(one.last or 0))
    settings = ", ".join(f"{name} {value:.3g}" for name, value in best.values.items())
    hand = f" The best by hand: {min(by_hand):.3f}." if by_hand else ""
    return f"A study: {counts}. Best loss {best.last:.3f} with {settings}, proposed by {best.by}.{hand}"


def _window(losses: Sequence[float], ceiling: float | None) -> tuple[float, float]:
    """Return the range of losses to be seen: from the best to the ceiling, or to the worst."""
    if not losses:
        return 0.0, 1.0
    low = min(losses)
    high = max(losses) if ceiling is None else min(max(losses), ceiling)
    return (low, high) if high > low else (low, low + 1e-3)


def _words(pen: Any, at: tuple[float, float], text: str, anchor: str = "la", colour: str = INK) -> None:
    pen.text(at, text, fill=colour, font=_FONT, anchor=anchor)


def _mark(pen: Any, at: tuple[float, float], one: TrialLike, best: TrialLike | None) -> None:
    (x, y), r = at, 4
    if one.state == "stopped":
        pen.line((x - 3, y - 3, x + 3, y + 3), fill=STOPPED, width=1)
        pen.line((x - 3, y + 3, x + 3, y - 3), fill=STOPPED, width=1)
    elif one.by == "hand":
        pen.polygon([(x - r - 1, y), (x, y - r - 1), (x + r + 1, y), (x, y + r + 1)], fill=HAND, outline="white")
    else:
        pen.ellipse((x - r, y - r, x + r, y + r), fill=DONE, outline="white")
    if one is best:
        pen.ellipse((x - 8, y - 8, x + 8, y + 8), outline=BEST, width=3)


def _paint_trials(
    pen: Any, seen: Sequence[TrialLike], best: TrialLike | None, box: Box, low: float, high: float, total: int
) -> None:
    left, top, right, bottom = box
    _words(pen, (left, 4), "loss of each trial, and the best so far")
    pen.rectangle(box, outline=FAINT)
    last_number = max([total - 1, 1, *(one.number for one in seen)])

    def place(number: float, loss: float) -> tuple[float, float]:
        y = bottom - 8 - (min(loss, high) - low) / (high - low) * (bottom - top - 16)
        return left + 8 + number / last_number * (right - left - 16), y

    line: list[tuple[float, float]] = []
    so_far = float("inf")
    for one in seen:
        if one.state == "done" and float(one.last or 0) < so_far:
            if line:
                line.append(place(one.number, so_far))
            so_far = float(one.last or 0)
            line.append(place(one.number, so_far))
    if line:
        pen.line([*line, place(last_number, so_far)], fill=BEST, width=2)
    for one in seen:
        _mark(pen, place(one.number, float(one.last or 0)), one, best)
    for loss, anchor in ((low, "rs"), (high, "rt")):
        _words(pen, (left - 4, place(0, loss)[1]), f"{loss:.2f}" if seen else "", anchor)
    _words(pen, (left, bottom + 4), "1")
    _words(pen, (right, bottom + 4), str(last_number + 1), "ra")
    _words(pen, ((left + right) / 2, bottom + 4), "trial", "ma")


def _paint_importance(pen: Any, names: Sequence[str], importance: Mapping[str, float], box: Box) -> None:
    left, top, right, bottom = box
    _words(pen, (left - 110, 4), "what sets the best quarter apart")
    step = (bottom - top) / max(len(names), 1)
    for row, name in enumerate(names):
        middle = top + (row + 0.5) * step
        _words(pen, (left - 6, middle), name, "rm")
        share = float(importance.get(name, 0.0))
        if importance:
            pen.rectangle((left, middle - 8, left + 2 + share * (right - left - 40), middle + 8), fill=DONE)
            _words(pen, (left + 6 + share * (right - left - 40), middle), f"{share:.0%}", "lm")
    pen.line((left, top, left, bottom), fill=FAINT)
    if not importance:
        _words(pen, ((left + right) / 2, (top + bottom) / 2), "after 8 trials", "mm", STOPPED)


def _colour(share: float) -> tuple[int, int, int]:
    red, green, blue = (_DARK + (_PALE - _DARK) * share).astype(int)
    return int(red), int(green), int(blue)


def _paint_coordinates(
    pen: Any,
    seen: Sequence[TrialLike],
    best: TrialLike | None,
    knobs: KnobSet,
    shade: Mapping[int, float],
    box: Box,
) -> None:
    left, top, right, bottom = box
    _words(pen, (left, top - 40), "each trial a line: the darker, the lower its loss")
    xs = np.linspace(left + 30, right - 30, max(len(knobs), 2))[: len(knobs)]

    def path(one: TrialLike) -> list[tuple[float, float]]:
        places = [knob.to_position(one.values[name]) for name, knob in knobs.items()]
        return [(float(x), bottom - place * (bottom - top)) for x, place in zip(xs, places, strict=True)]

    for one in sorted(seen, key=lambda one: -shade[one.number]):  # the best on top
        pen.line(path(one), fill=HAND if one.by == "hand" else _colour(shade[one.number]), width=2)
    if best is not None:
        pen.line(path(best), fill=BEST, width=4)
    for x, (name, knob) in zip(xs, knobs.items(), strict=True):
        pen.line((x, top, x, bottom), fill=INK)
        _words(pen, (x, top - 4), f"{knob.high:g}", "ms")
        _words(pen, (x, bottom + 4), f"{knob.low:g}", "ma")
        _words(pen, (x, bottom + 20), name, "ma")


def _paint_map(
    pen: Any,
    seen: Sequence[TrialLike],
    best: TrialLike | None,
    across: Knob,
    upwards: Knob,
    shade: Mapping[int, float],
    box: Box,
) -> None:
    left, top, right, bottom = box
    _words(pen, (left - 40, top - 40), "map of two knobs: best loss of each cell")
    wide, high = (right - left) / _N_CELLS, (bottom - top) / _N_CELLS
    cells: dict[tuple[int, int], float] = {}
    places = {
        one.number: (across.to_position(one.values[across.name]), upwards.to_position(one.values[upwards.name]))
        for one in seen
    }
    for number, (x, y) in places.items():
        cell = min(int(x * _N_CELLS), _N_CELLS - 1), min(int(y * _N_CELLS), _N_CELLS - 1)
        cells[cell] = min(cells.get(cell, 1.0), shade[number])
    for (column, row), share in cells.items():
        x, y = left + column * wide, bottom - (row + 1) * high
        pen.rectangle((x, y, x + wide, y + high), fill=_colour(share))
    pen.rectangle(box, outline=FAINT)
    for one in seen:
        x, y = places[one.number]
        spot = left + x * (right - left), bottom - y * (bottom - top)
        if one.by == "hand" or one is best:
            _mark(pen, spot, one, best)
        else:
            pen.ellipse((spot[0] - 2, spot[1] - 2, spot[0] + 2, spot[1] + 2), fill="white", outline=INK)
    _words(pen, (left, bottom + 4), f"{across.low:g}")
    _words(pen, (right, bottom + 4), f"{across.high:g}", "ra")
    _words(pen, ((left + right) / 2, bottom + 4), across.name, "ma")
    _words(pen, (left - 4, bottom), f"{upwards.low:g}", "rs")
    _words(pen, (left - 4, top), f"{upwards.high:g}", "rt")
    _words(pen, (left - 4, (top + bottom) / 2), upwards.name, "rm")
