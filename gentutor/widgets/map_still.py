"""The still picture of a latent map: points on the left, the decoded plane on the right, drawn with Pillow."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gentutor.plots.pictures import MARKERS, PALETTE, image_grid

STILL_SIZE = (792, 400)  # width and height at which it is shown
_SIDE = 340  # of both squares
_TILES = 12

_INK, _SOFT, _FRAME = "#222222", "#666666", "#c4c4c4"


def _polygon(*angles: float, radii: Sequence[float] = (1.0,)) -> list[tuple[float, float]]:
    """Corners in the unit circle; angles in degrees, clockwise from the top."""
    turns = np.deg2rad(angles)
    return [
        (radii[i % len(radii)] * float(np.sin(a)), -radii[i % len(radii)] * float(np.cos(a)))
        for i, a in enumerate(turns)
    ]


# The markers of gentutor.plots (matplotlib's letters) as polygons of about equal area; latent_map.js has the same.
SHAPES = {
    "s": _polygon(45, 135, 225, 315, radii=(1.2,)),
    "^": _polygon(0, 120, 240, radii=(1.35,)),
    "D": _polygon(0, 90, 180, 270, radii=(1.25,)),
    "v": _polygon(60, 180, 300, radii=(1.35,)),
    "P": [(-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4), (0.4, 1.1), (-0.4, 1.1),
          (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4)],
    "*": _polygon(*range(0, 360, 36), radii=(1.5, 0.65)),
    "<": _polygon(30, 150, 270, radii=(1.35,)),
    ">": _polygon(90, 210, 330, radii=(1.35,)),
}  # fmt: skip
SHAPES["X"] = [((x - y) * 0.7071, (x + y) * 0.7071) for x, y in SHAPES["P"]]


def _mark(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, kind: int) -> None:
    colour, shape = PALETTE[kind % len(PALETTE)], SHAPES.get(MARKERS[kind % len(MARKERS)])
    if shape is None:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour, outline="white")
    else:
        draw.polygon([(x + radius * a, y + radius * b) for a, b in shape], fill=colour, outline="white")


def draw_still(
    codes: NDArray[np.float32],
    labels: NDArray[np.uint8],
    classes: Sequence[str],
    extent: float,
    decode: Callable[[NDArray[np.float32]], NDArray[Any]],
    *,
    scale: int = 2,
) -> bytes:
    """Return a PNG of `STILL_SIZE` times `scale` pixels.

    Parameters
    ----------
    codes : array of float32 (N, 2)
        Points.
    labels : array of uint8 (N,)
        Their classes.
    classes : sequence of str
        Names of the classes.
    extent : float
        Half the width of the plane.
    decode : callable
        Codes (N, 2) to pictures (N, C, H, W) in [0, 1].
    scale : int
        Pixels for each pixel of the page: 2 is sharp on fine screens, 1 a third of the bytes.
    """
    k = scale
    picture = Image.new("RGB", (STILL_SIZE[0] * k, STILL_SIZE[1] * k), "white")
    draw = ImageDraw.Draw(picture)
    small = ImageFont.load_default(11 * k)
    left, middle, top, side = 30 * k, 424 * k, 6 * k, _SIDE * k

    draw.rectangle((left, top, left + side, top + side), outline=_FRAME, width=k)
    for z, label in zip(codes, labels, strict=True):
        if np.abs(z).max() <= extent * 0.98:
            at = left + (z[0] / extent + 1) / 2 * side, top + (1 - z[1] / extent) / 2 * side
            _mark(draw, *at, 3.6 * k, int(label))

    middles = (np.arange(_TILES) + 0.5) / _TILES * 2 * extent - extent
    plane = np.stack(np.meshgrid(middles, middles[::-1]), axis=-1).reshape(-1, 2).astype(np.float32)
    tiles = Image.fromarray(image_grid(decode(plane), _TILES, pad=0)).convert("RGB")
    picture.paste(tiles.resize((side, side), Image.Resampling.BICUBIC), (middle, top))

    for offset in (left, middle):
        for part, text in ((0, -extent), (0.5, 0.0), (1, extent)):
            number = f"{text:g}"
            draw.text((offset + part * side, top + side + 4 * k), number, _SOFT, small, anchor="ma")
            draw.text((offset - 5 * k, top + (1 - part) * side), number, _SOFT, small, anchor="rm")
        draw.text((offset + side * 0.75, top + side + 4 * k), "z1", _INK, small, anchor="ma")
        draw.text((offset - 5 * k, top + side * 0.25), "z2", _INK, small, anchor="rm")

    x, y = left, top + side + 26 * k
    for kind, name in enumerate(classes):
        width = draw.textlength(name, small) + 26 * k
        if x + width > STILL_SIZE[0] * k:
            x, y = left, y + 15 * k
        _mark(draw, x + 5 * k, y + 6 * k, 4 * k, kind)
        draw.text((x + 13 * k, y + 6 * k), name, _INK, small, anchor="lm")
        x += int(width)

    buffer = io.BytesIO()
    picture.quantize(palette=_colours(), dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _colours() -> Image.Image:
    """A palette for the PNG, which halves the file: each class keeps its exact colour, the rest are greys.

    Not more than 35: Pillow looks colours up on a coarse grid and would take the paper for the grey next to it.
    """
    greys = np.rint(np.linspace(0, 255, 35)).astype(int)
    colours = [int(hex_[i : i + 2], 16) for hex_ in PALETTE for i in (1, 3, 5)]
    colours += [int(level) for level in greys.repeat(3)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    return palette
