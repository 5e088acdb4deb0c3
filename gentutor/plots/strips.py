"""Pictures in pixels for panels that follow a slider: histograms layer by layer, and paths on a surface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageDraw, ImageFont

from gentutor.plots.pictures import MARKERS, PALETTE, Pixels, to_array

_N_BINS = 25  # odd, so that 0 has a bin of its own
_STRIP_WIDTH = 400  # pixels of all histograms of a row: narrow enough for sliders beside them
_LABEL_WIDTH = 76  # pixels: room for "activations"
_FONT = ImageFont.load_default(size=12)


def histogram_strip(rows: Mapping[str, Sequence[Any]], extent: float = 3.0, height: int = 64) -> Pixels:
    """Draw small histograms side by side, such as one for each layer of a network, in labelled rows.

    Each histogram spans -`extent` to `extent` and is scaled to its highest bar, the grey line marks 0. Values beyond
    the ends are counted in the outermost bars, which are then drawn in another colour.

    Parameters
    ----------
    rows : mapping of str to sequence of arrays
        Label of each row, and the values of each of its histograms.
    extent : float
        Value at the right edge of each histogram.
    height : int
        Pixels of one row.

    Returns
    -------
    array of uint8, shape (rows * (height + 16), width, 3)
    """
    n = max(map(len, rows.values()))
    cell = max(10, min(60, _STRIP_WIDTH // n))
    sheet = Image.new("RGB", (_LABEL_WIDTH + n * cell, len(rows) * (height + 16)), "white")
    draw = ImageDraw.Draw(sheet)
    for row, (label, parts) in enumerate(rows.items()):
        base = row * (height + 16) + height
        draw.text((2, base - height // 2 - 6), label, fill="black", font=_FONT)
        for column, values in enumerate(parts):
            left = _LABEL_WIDTH + column * cell
            _histogram(draw, to_array(values).ravel(), extent, (left, base, cell - 2, height - 4))
            if n <= 20 or column % 5 == 4:
                draw.text((left + cell / 2 - 1, base + 2), str(column + 1), fill="black", font=_FONT, anchor="ma")
    return np.asarray(sheet)


def _histogram(draw: Any, values: Any, extent: float, box: tuple[int, int, int, int]) -> None:
    left, base, width, height = box
    finite = np.nan_to_num(values, nan=2 * extent, posinf=2 * extent, neginf=-2 * extent)
    places = np.clip((finite / extent + 1) / 2 * _N_BINS, 0, _N_BINS - 1).astype(int)
    counts = np.bincount(places, minlength=_N_BINS)
    beyond = np.abs(finite) > extent
    draw.line((left + width / 2, base - height, left + width / 2, base), fill="#A6A6A6")
    for index, count in enumerate(counts):
        spilt = index in (0, _N_BINS - 1) and beyond.sum() > 0.05 * len(beyond)
        x = left + width * index / _N_BINS
        top = base - round(height * count / max(1, counts.max()))
        if count:  # an empty histogram draws nothing
            draw.rectangle((x, top, max(x, x + width / _N_BINS - 0.5), base), fill=PALETTE[1 if spilt else 0])


def path_map(
    surface: ArrayLike,
    paths: Mapping[str, ArrayLike],
    window: tuple[float, float, float, float],
    target: tuple[float, float] | None = None,
) -> Pixels:
    """Draw paths over a surface seen from above, each with its own colour and mark, and a legend.

    Parameters
    ----------
    surface : array (H, W)
        Heights; the first row is the bottom. Drawn in bands, a lighter one for each lower height.
    paths : mapping of str to array (T, 2)
        Places (x, y) along each path; a path that flies off ends where it is ten windows away.
    window : (float, float, float, float)
        Left, right, bottom and top of what is shown, in the units of the paths.
    target : (float, float), optional
        A place to mark with a cross.

    Returns
    -------
    array of uint8, shape (H, W, 3)
    """
    heights = np.log10(np.asarray(surface, dtype=float)[::-1] + 1e-3)
    low, high = heights.min(), heights.max()
    bands = np.floor((heights - low) / (high - low + 1e-9) * 12) / 12
    sheet = Image.fromarray((250 - 110 * bands[..., None] * np.array([1.0, 0.9, 0.75])).astype(np.uint8))
    draw = ImageDraw.Draw(sheet)
    width, height = sheet.size
    left, right, bottom, top = window

    def place(points: ArrayLike) -> list[tuple[float, float]]:
        xy = np.nan_to_num(np.atleast_2d(np.asarray(points, dtype=float)), nan=1e6, posinf=1e6, neginf=-1e6)
        x = (xy[:, 0] - left) / (right - left) * (width - 1)
        y = (top - xy[:, 1]) / (top - bottom) * (height - 1)
        return list(zip(np.clip(x, -1e5, 1e5).tolist(), np.clip(y, -1e5, 1e5).tolist(), strict=True))

    if target:
        ((x, y),) = place(target)
        draw.line((x - 6, y, x + 6, y), fill="black", width=2)
        draw.line((x, y - 6, x, y + 6), fill="black", width=2)
    for index, (name, path) in enumerate(paths.items()):
        colour = PALETTE[index % len(PALETTE)]
        points = _until_lost(place(path), 10 * max(width, height))
        draw.line(points, fill=colour, width=2)
        for point in points:
            _mark(draw, point, MARKERS[index % len(MARKERS)], colour)
        _mark(draw, (12, 14 + 18 * index), MARKERS[index % len(MARKERS)], colour)
        draw.text((24, 14 + 18 * index), name, fill="black", font=_FONT, anchor="lm")
    return np.asarray(sheet)


def _until_lost(points: list[tuple[float, float]], far: float) -> list[tuple[float, float]]:
    lost = next((i for i, (x, y) in enumerate(points) if max(abs(x), abs(y)) > far), len(points))
    return points[: lost + 1]


def _mark(draw: Any, point: tuple[float, float], kind: str, colour: str) -> None:
    x, y = point
    if kind == "o":
        draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=colour)
    elif kind == "s":
        draw.rectangle((x - 3, y - 3, x + 3, y + 3), fill=colour)
    elif kind == "^":
        draw.polygon([(x - 4, y + 3), (x + 4, y + 3), (x, y - 4)], fill=colour)
    else:
        draw.polygon([(x - 4, y), (x, y - 4), (x + 4, y), (x, y + 4)], fill=colour)
