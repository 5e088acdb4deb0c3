"""The still picture a panel leaves in the notebook, for papermill, nbconvert and pages that run no widget."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gentutor.plots import PALETTE, encode_png, still_bundle
from gentutor.widgets.drawing import Drawing
from gentutor.widgets.frames import Frame

PLOT_SIZE = (448, 180)  # CSS pixels, here and on the page
_LEFT, _TOP, _RIGHT, _BOTTOM = 44, 22, 10, 34  # room around the curves for numbers and names


def zoom_of(frame: Frame) -> int:
    """Screen pixels for one pixel of the picture: a whole number, so that all pixels come out alike."""
    return 1 if frame.image is None else max(1, round(448 / max(frame.image.shape[:2])))


def plot_curves(frame: Frame) -> NDArray[np.uint8]:
    """Draw a frame's curves with axis names, numbers at both ends of each axis, and a line of names."""
    width, height = PLOT_SIZE
    image = Image.new("RGB", PLOT_SIZE, "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size=11)
    lines = {name: (np.arange(len(y)) if x is None else x, y) for name, (x, y) in frame.lines().items()}
    x_low, x_high = _extent([x for x, _ in lines.values()])
    y_low, y_high = frame.y_range or _extent([y for _, y in lines.values()])

    def place(x: Any, y: Any) -> list[tuple[float, float]]:
        across = _LEFT + (x - x_low) / (x_high - x_low) * (width - _LEFT - _RIGHT)
        down = height - _BOTTOM - (y - y_low) / (y_high - y_low) * (height - _TOP - _BOTTOM)
        good = np.isfinite(across) & np.isfinite(down)
        return list(zip(across[good].tolist(), down[good].tolist(), strict=True))

    pen.rectangle((_LEFT, _TOP, width - _RIGHT, height - _BOTTOM), outline="#bdbdbd")
    names = float(width - _RIGHT)
    for (name, (x, y)), colour in zip(lines.items(), PALETTE * len(lines), strict=False):
        pen.line(place(x, y), fill=colour, width=2)
        names -= pen.textlength(name, font)
        pen.text((names, 4), name, fill=colour, font=font)
        names -= 14
    pen.text((2, 4), frame.y_name, fill="#444444", font=font)
    pen.text(((_LEFT + width - _RIGHT) / 2, height - 16), frame.x_name, fill="#444444", font=font, anchor="ma")
    for number, spot, anchor in (
        (y_low, (_LEFT - 4, height - _BOTTOM), "rs"),
        (y_high, (_LEFT - 4, _TOP), "rt"),
        (x_low, (_LEFT, height - _BOTTOM + 4), "la"),
        (x_high, (width - _RIGHT, height - _BOTTOM + 4), "ra"),
    ):
        pen.text(
            spot, f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}", fill="#444444", font=font, anchor=anchor
        )
    return np.asarray(image)


def _extent(lists: list[Any]) -> tuple[float, float]:
    values = np.concatenate([np.asarray(values, float) for values in lists])
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def pixels_of(frame: Frame) -> NDArray[np.uint8]:
    """One picture of a whole frame: its image, enlarged, and its curves below."""
    if frame.image is None:
        return plot_curves(frame)
    zoom = zoom_of(frame)
    image = frame.image.repeat(zoom, axis=0).repeat(zoom, axis=1)
    if not frame.curves:
        return image
    colour = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
    plot = plot_curves(frame)
    width = max(colour.shape[1], plot.shape[1])

    def widened(part: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.pad(part, ((0, 0), (0, width - part.shape[1]), (0, 0)), constant_values=255)

    return np.vstack([widened(colour), widened(plot)])


def still(drawing: Drawing) -> dict[str, Any]:
    """The present picture as a notebook stores it: HTML with alt text, PNG, and the alt text alone."""
    return still_bundle(encode_png(pixels_of(drawing.frame)), drawing.alt)
