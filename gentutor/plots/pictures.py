"""Arrays of pixels: conversion, grids of small images, PNG."""

from __future__ import annotations

import base64
import io
import struct
from html import escape
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

# Okabe and Ito (2008), "Color Universal Design": told apart with every common colour vision. The order puts the
# strongest contrasts first; the two greys extend it to ten classes, which always differ in marker as well.
PALETTE = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#8C6D1F",
    "#F0E442",
    "#555555",
    "#A6A6A6",
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">")


def to_array(x: Any) -> NDArray[Any]:
    """Return `x` as a numpy array; torch tensors are detached and brought to the CPU."""
    if hasattr(x, "detach"):
        x = x.detach().cpu().float().numpy() if x.is_floating_point() else x.detach().cpu().numpy()
    return np.asarray(x)


def to_uint8(x: ArrayLike | Any) -> Pixels:
    """Return grey or colour values in [0, 1] as bytes in [0, 255]; values outside are clipped, bytes are kept.

    Examples
    --------
    >>> to_uint8([0.0, 0.5, 1.0, 2.0]).tolist()
    [0, 128, 255, 255]
    """
    array = to_array(x)
    if array.dtype == np.uint8:
        return array
    # A small shift before rounding down rounds to nearest and is twice as fast as np.round.
    scaled: Pixels = (np.clip(array, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return scaled


def image_grid(x: ArrayLike | Any, n_columns: int | None = None, pad: int = 1, background: int = 255) -> Pixels:
    """Arrange small images in a grid.

    Parameters
    ----------
    x : array or tensor, shape (N, C, H, W) or (N, H, W)
        Images in [0, 1], or bytes; C is 1 (grey) or 3 (colour).
    n_columns : int, optional
        Images in a row; about the square root of N where not given.
    pad : int
        Pixels between images.
    background : int
        Grey value between images, 0 to 255.

    Returns
    -------
    array of uint8, shape (rows * (H + pad) - pad, columns * (W + pad) - pad), and a last axis of 3 for colour

    Raises
    ------
    ValueError
        When `x` has another shape, or no image in it.

    Examples
    --------
    >>> image_grid(np.zeros((4, 1, 28, 28))).shape
    (57, 57)
    """
    pixels = to_uint8(x)
    if pixels.ndim == 3:
        pixels = pixels[:, None]
    if pixels.ndim != 4 or pixels.shape[1] not in (1, 3) or len(pixels) == 0:
        raise ValueError(
            f"A grid needs images of shape (N, C, H, W) with C 1 or 3 and N at least 1; got {pixels.shape}."
        )
    n, channels, height, width = pixels.shape
    columns = n_columns or int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    cell = np.full((rows * columns, channels, height + pad, width + pad), background, dtype=np.uint8)
    cell[:n, :, :height, :width] = pixels
    cell = cell.reshape(rows, columns, channels, height + pad, width + pad)
    grid = cell.transpose(0, 3, 1, 4, 2).reshape(rows * (height + pad), columns * (width + pad), channels)
    grid = grid[: grid.shape[0] - pad, : grid.shape[1] - pad]
    return np.ascontiguousarray(grid[..., 0] if channels == 1 else grid)


def encode_png(pixels: Pixels, scale: int = 1) -> bytes:
    """Return a PNG of grey (H, W) or colour (H, W, 3) bytes, each pixel drawn `scale` times as wide and high."""
    if scale != 1:
        pixels = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()


def still_bundle(png: bytes, alt: str, zoom: float = 1.0) -> dict[str, Any]:
    """Return what a notebook stores for a still picture: HTML with alt text, the bare PNG, and the alt text.

    JupyterLab and nbconvert both leave out a PNG output's alt text, so the picture travels inside an ``<img>`` too;
    the PNG is for readers that show no HTML.

    Parameters
    ----------
    png : bytes
        The picture.
    alt : str
        The sentence that stands for it.
    zoom : float
        Screen pixels for one pixel of the picture.
    """
    encoded = base64.b64encode(png).decode("ascii")
    width, height = (round(side * zoom) for side in struct.unpack(">II", png[16:24]))  # from the PNG's header
    html = (
        f'<img alt="{escape(alt)}" width="{width}" height="{height}" '
        f'style="max-width: 100%; height: auto" src="data:image/png;base64,{encoded}">'
    )
    return {"text/html": html, "image/png": encoded, "text/plain": alt}
