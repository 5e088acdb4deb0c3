"""A map of a two-dimensional latent space to walk on: drag a point, and the decoder draws what lies there.

The decoder runs in the page (`mlp.js`), so the picture follows within a frame, also in exported HTML without a
network. What the page does is in `latent_map.js`; here a model and images are packed for it. Taught in lesson 04.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from gentutor.errors import GentutorError
from gentutor.plots.pictures import MARKERS, PALETTE, to_array, to_uint8
from gentutor.widgets.in_page import (
    Layer,
    Precision,
    evaluate,
    layers_of,
    pack_array,
    pack_layers,
    rounded,
    self_contained,
)
from gentutor.widgets.map_still import STILL_SIZE, draw_still
from gentutor.widgets.pages import page

_MOST = 800_000  # letters of HTML for one map: a notebook that holds a few of them still opens at once
_GREYS = 64  # levels in the thumbnails: no visible difference, and a fifth less to send
_COLUMNS = 20  # thumbnails in a row of the sheet


@dataclass(frozen=True)
class LatentMap:
    """What `latent_map` returns: shown by a notebook as the map, elsewhere as a still picture.

    Parameters
    ----------
    html : str
        The map, with weights, thumbnails and script inside.
    still : bytes
        PNG of the map and of the decoded plane.
    alt : str
        What there is to see, in words.
    precision : {"float16", "int8"}
        How the weights are written: `int8` where `float16` would make the page too heavy.
    """

    html: str
    still: bytes
    alt: str
    precision: Precision

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        width, height = STILL_SIZE
        data = {"text/html": self.html, "image/png": self.still, "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "width": width, "height": height}}

    def __repr__(self) -> str:
        return f"LatentMap({self.alt!r})"


def latent_map(
    model: nn.Module,
    x: Any,
    y: Any,
    class_names: Sequence[str],
    *,
    extent: float = 3.0,
    n_points: int = 400,
    title: str = "A map of the latent plane",
    alt: str = "",
) -> LatentMap:
    """Show the latent plane of `model` as a map to walk on.

    Parameters
    ----------
    model : nn.Module
        A trained `gentutor.models.vae.VAE` or `AutoEncoder` with a latent space of two dimensions, or any module with
        the same ``encode``, ``decode`` and a ``decoder`` made of linear layers and activations.
    x : tensor (N, C, H, W)
        Images in [0, 1] that the model was not trained on; grey (C = 1) or colour (C = 3).
    y : tensor of int (N,)
        Their classes.
    class_names : sequence of str
        Names of the classes; at most ten can be told apart.
    extent : float
        The map reaches from -extent to extent in both directions. Codes outside it are not drawn.
    n_points : int
        Images drawn as points, at most, evenly over the classes.
    title : str
        Heading.
    alt : str
        What there is to see, in words; written from the data where not given.

    Raises
    ------
    GentutorError
        When the latent space has not two dimensions, or the decoder is not one that can run in the page.
    """
    chosen = _balanced(to_array(y), n_points)
    x, labels = torch.as_tensor(x)[chosen], to_array(y)[chosen].astype(np.uint8)
    codes = _encode(model, x)
    layers = _decoder(model)
    classes = [class_names[i] for i in range(len(class_names))]
    alt = alt or _describe(codes, labels, classes, extent)
    start, goal = _two_places(codes, labels, extent)

    def decode(z: NDArray[np.float32]) -> NDArray[np.float32]:
        return evaluate(layers, z).reshape(-1, *x.shape[1:])

    stills = [draw_still(codes, labels, classes, extent, decode, scale=scale) for scale in (1, 2)]
    settings = {
        "title": title,
        "alt": alt,
        "shape": list(x.shape[1:]),
        "extent": extent,
        "points": {"z": pack_array(codes), "label": labels.tolist(), **_sheet(to_uint8(x))},
        "classes": [
            {"name": name, "colour": PALETTE[i % len(PALETTE)], "marker": MARKERS[i % len(MARKERS)]}
            for i, name in enumerate(classes)
        ],
        "start": start,
        "goal": goal,
    }
    html, precision = _lightest(layers, settings, stills[0], alt)
    _verify(model, rounded(layers, precision), codes, extent)
    return LatentMap(html, stills[1], alt, precision)


def _lightest(layers: Sequence[Layer], settings: dict[str, Any], still: bytes, alt: str) -> tuple[str, Precision]:
    """Write the page with exact weights if it stays light enough, else with one byte for each weight."""
    script = page("controls.js", "picture.js", "mlp.js", "map_plane.js", "map_parts.js", "latent_map.js")
    style = page("controls.css", "latent_map.css")
    precisions: tuple[Precision, ...] = ("float16", "int8")
    for precision in precisions:
        everything = {**settings, "style": style, "layers": pack_layers(layers, precision)}
        html = self_contained(script, "latentMap", everything, still=still, size=STILL_SIZE, alt=alt)
        if len(html) <= _MOST:
            break
    return html, precision


def _balanced(labels: NDArray[Any], n: int) -> NDArray[np.int64]:
    """Indices of the first images of each class, about `n` in all, in their order."""
    present = np.unique(labels)
    each = max(1, n // len(present))
    return np.sort(np.concatenate([np.flatnonzero(labels == c)[:each] for c in present]))


def _encode(model: nn.Module, x: torch.Tensor) -> NDArray[np.float32]:
    """The codes (N, 2) of images `x`: for a VAE the means."""
    device = next(model.parameters()).device
    with torch.no_grad():
        code = model.encode(x.to(device))  # type: ignore[operator]  # a method, not a parameter
    codes = to_array(code[0] if isinstance(code, tuple) else code).astype(np.float32)
    if codes.ndim != 2 or codes.shape[1] != 2:
        raise GentutorError(
            f"A map needs a latent space of 2 dimensions; this model's codes have shape {codes.shape}. "
            "Train one with latent_dim=2."
        )
    return codes


def _decoder(model: nn.Module) -> list[Layer]:
    decoder = getattr(model, "decoder", None)
    if not isinstance(decoder, nn.Module):
        raise GentutorError(
            f"A map needs the layers of the decoder as `model.decoder`; {type(model).__name__} has no such part."
        )
    return layers_of(decoder, last="sigmoid")


def _verify(model: nn.Module, layers: Sequence[Layer], codes: NDArray[np.float32], extent: float) -> None:
    """Compare what the page will draw with the model itself, at the codes and at the corners of the map."""
    corners = extent * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], np.float32)
    z = np.concatenate([codes[:60], corners])
    device = next(model.parameters()).device
    with torch.no_grad():
        exact = to_array(torch.sigmoid(model.decode(torch.from_numpy(z).to(device))))  # type: ignore[operator]
    off = float(np.sqrt(np.square(evaluate(layers, z) - exact.reshape(len(z), -1)).mean()))
    if not off <= 0.02:  # rounded to whole numbers: 0.005, and no pixel off by more than 0.1; this also refuses NaN
        raise GentutorError(
            f"The decoder cannot run in the page: its pixels would differ from model.decode by {off:.2f} (of 1). "
            "model.decoder must hold every layer of model.decode in order, with its activations as modules."
        )


def _two_places(
    codes: NDArray[np.float32], labels: NDArray[np.uint8], extent: float
) -> tuple[list[float], list[float]]:
    """Codes of two typical images: of the class that lies most densely, and of the one farthest from it."""
    inside = np.abs(codes).max(axis=1) < extent
    if not inside.any():
        return [0.0, 0.0], [extent / 2, extent / 2]
    codes, labels = codes[inside], labels[inside]
    present = np.unique(labels)
    centres = np.stack([np.median(codes[labels == c], axis=0) for c in present])
    spread = [np.abs(codes[labels == c] - m).mean() for c, m in zip(present, centres, strict=True)]
    first = centres[int(np.argmin(spread))]
    second = centres[int(np.argmax(np.linalg.norm(centres - first, axis=1)))]
    places = [codes[np.linalg.norm(codes - centre, axis=1).argmin()] for centre in (first, second)]
    return places[0].round(3).tolist(), places[1].round(3).tolist()


def _sheet(images: NDArray[np.uint8]) -> dict[str, Any]:
    """All thumbnails (N, C, H, W) on one PNG, row by row."""
    n, channels, height, width = images.shape
    rows = -(-n // _COLUMNS)
    cells = np.zeros((rows * _COLUMNS, channels, height, width), np.uint8)
    cells[:n] = np.rint(np.rint(images / 255 * (_GREYS - 1)) * (255 / (_GREYS - 1)))
    sheet = cells.reshape(rows, _COLUMNS, channels, height, width).transpose(0, 3, 1, 4, 2)
    sheet = sheet.reshape(rows * height, _COLUMNS * width, channels)
    buffer = io.BytesIO()
    Image.fromarray(sheet[..., 0] if channels == 1 else sheet).save(buffer, "PNG", optimize=True)
    data = pack_array(np.frombuffer(buffer.getvalue(), np.uint8))["data"]
    return {"sheet": f"data:image/png;base64,{data}", "columns": _COLUMNS}


def _describe(codes: NDArray[np.float32], labels: NDArray[np.uint8], classes: Sequence[str], extent: float) -> str:
    inside = int((np.abs(codes).max(axis=1) <= extent).sum())
    centres = (
        f"{classes[c]} near ({m[0]:.1f}, {m[1]:.1f})"
        for c, m in ((c, np.median(codes[labels == c], axis=0).round(1) + 0.0) for c in np.unique(labels))
    )
    return (
        f"Map of a latent plane with the codes of {inside} test images, and the pictures that the decoder draws across "
        f"it. Middle of each class: {', '.join(centres)}."
    )
