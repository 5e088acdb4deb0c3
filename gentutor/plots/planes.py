"""Points and fields in a plane, painted as pixels: quick enough to follow a slider, which matplotlib is not."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gentutor.plots.pictures import PALETTE, Pixels, to_array

_SIDE = 220  # pixels; two planes side by side fill a panel
_INK = "#222222"


def grid_of_plane(extent: float, n: int = 44) -> NDArray[np.float32]:
    """Return the middles of `n` by `n` cells from -extent to extent, row by row from the top: (n·n, 2)."""
    middles = (np.arange(n) + 0.5) / n * 2 * extent - extent
    return np.stack(np.meshgrid(middles, -middles), axis=-1).reshape(-1, 2).astype(np.float32)


def paint_plane(
    points: Any = None,
    labels: Any = None,
    *,
    extent: float = 3.0,
    field: Any = None,
    border: Any = None,
    hollow: bool = False,
    side: int = _SIDE,
) -> Pixels:
    """Paint points, and what a model says about every place, on a square.

    Group 0 is drawn as blue discs, group 1 as orange squares, so that they differ in shape as well.

    Parameters
    ----------
    points : array (N, 2), optional
        Points to draw.
    labels : array of int (N,), optional
        Group of each point; all 0 where not given.
    extent : float
        The square reaches from -extent to extent.
    field : array (n·n, 2), optional
        For each place of `grid_of_plane` how strongly the colour of group 0 and of group 1 shows, in [0, 1].
    border : array (n·n,), optional
        For each place of `grid_of_plane` a number; a dark line is drawn where it crosses 0.
    hollow : bool
        Whether points are drawn as outlines.
    side : int
        Pixels along each side.

    Returns
    -------
    array of uint8 (side, side, 3)
    """
    colours = np.array([[int(hex_[i : i + 2], 16) for i in (1, 3, 5)] for hex_ in PALETTE[:2]], float)
    if field is None:
        image = Image.new("RGB", (side, side), "white")
    else:
        strength = np.clip(to_array(field), 0, 1)[..., None]  # (n·n, 2, 1)
        shade = 255 - (strength * 0.6 * (255 - colours)).sum(1)
        n = round(len(shade) ** 0.5)
        cells = Image.fromarray(np.clip(shade, 0, 255).astype(np.uint8).reshape(n, n, 3))
        image = cells.resize((side, side), Image.Resampling.BICUBIC)
    if border is not None:
        image.paste(_INK, mask=_crossing(to_array(border), side))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, side - 1, side - 1), outline="#bdbdbd")
    if points is not None:
        places = (to_array(points) / extent * [1, -1] + 1) / 2 * side
        groups = np.zeros(len(places), int) if labels is None else to_array(labels)
        for (x, y), group in zip(places, groups, strict=True):
            _mark(pen, (float(x), float(y)), int(group), hollow, 2.2 if len(places) > 150 else 4.2)
    return np.asarray(image)


def _mark(pen: ImageDraw.ImageDraw, at: tuple[float, float], group: int, hollow: bool, radius: float) -> None:
    x, y = at
    draw = pen.ellipse if group == 0 else pen.rectangle
    box = (x - radius, y - radius, x + radius, y + radius)
    draw(box, fill="white" if hollow else PALETTE[group], outline=PALETTE[group] if hollow else "white")


def _crossing(values: NDArray[Any], side: int) -> Image.Image:
    """Return a mask that is white where the field crosses 0, about two pixels wide."""
    n = round(len(values) ** 0.5)
    fine = Image.fromarray(values.astype(np.float32).reshape(n, n)).resize((side, side), Image.Resampling.BILINEAR)
    above = np.asarray(fine) > 0
    edge = np.zeros_like(above)
    edge[:, 1:] |= above[:, 1:] != above[:, :-1]
    edge[1:] |= above[1:] != above[:-1]
    edge[:, :-1] |= edge[:, 1:]
    edge[:-1] |= edge[1:]
    return Image.fromarray(edge.astype(np.uint8) * 255)


def beside(*pictures: Pixels, gap: int = 8) -> Pixels:
    """Put pictures of one height side by side, with white between them."""
    between = np.full((len(pictures[0]), gap, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (picture, between)][:-1]
    return np.concatenate(parts, axis=1)


def paint_text(lines: Sequence[str], n_lines: int = 8, width: int = 600) -> Pixels:
    """Paint lines of text, broken where they are too long, on a picture whose size does not depend on them.

    Parameters
    ----------
    lines : sequence of str
        What to write; what does not fit is left out.
    n_lines : int
        Lines that the picture has room for.
    width : int
        Pixels from left to right.

    Returns
    -------
    array of uint8 (H, W, 3)
    """
    font = ImageFont.load_default(size=15)
    broken = [part for line in lines for part in textwrap.wrap(line, width // 8) or [""]]
    image = Image.new("RGB", (width, 24 * n_lines + 8), "white")
    pen = ImageDraw.Draw(image)
    for i, part in enumerate(broken[:n_lines]):
        pen.text((4, 4 + 24 * i), part, fill=_INK, font=font)
    return np.asarray(image)
