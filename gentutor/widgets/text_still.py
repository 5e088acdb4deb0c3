"""The still pictures of the widgets on text, drawn with Pillow: attention, and chances of the next character."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gentutor.plots.pictures import PALETTE

WIDTH = 792
_N_BARS = 12
_INK, _SOFT, _ALARM = "#222222", "#666666", "#B34700"
_ACCENT = tuple(int(PALETTE[0][i : i + 2], 16) for i in (1, 3, 5))


_IN_FONT = {"␣": "·", "↵": "¶"}  # Pillow's font lacks the first two


def _tint(share: float) -> tuple[int, ...]:
    """The accent on white paper, as strong as `share`."""
    return tuple(round(255 + (part - 255) * min(1.0, share)) for part in _ACCENT)


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.quantize(64).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def draw_attention(
    tokens: Sequence[str], maps: NDArray[Any], layer: int, head: int, place: int, *, scale: int = 2
) -> tuple[bytes, tuple[int, int]]:
    """Return a PNG of the text as token `place` sees it, over the maps of all heads; and its size on the page.

    Parameters
    ----------
    tokens : sequence of str
        The text, as it is to be shown.
    maps : array (L, H, T, T)
        Attention, rows that sum to 1.
    layer, head, place : int
        What the text shows.
    scale : int
        Pixels for each pixel of the page.
    """
    k, font = scale, ImageFont.load_default(15 * scale)
    small = ImageFont.load_default(11 * scale)
    widths = [max(13 * k, round(font.getlength(token)) + 5 * k) for token in tokens]
    x, lines, places = 8 * k, 0, []
    for width in widths:
        if x + width > (WIDTH - 8) * k:
            x, lines = 8 * k, lines + 1
        places.append((x, (8 + 28 * lines) * k))
        x += width
    n_layers, n_heads = maps.shape[:2]
    top = (8 + 28 * (lines + 1) + 22) * k
    side = min(90, (WIDTH - 80) // max(n_heads, 1) - 8) * k
    size = (WIDTH, top // k + n_layers * (side // k + 8) + 4)
    picture = Image.new("RGB", (WIDTH * k, size[1] * k), "white")
    pen = ImageDraw.Draw(picture)
    for i, (token, (left, up), width) in enumerate(zip(tokens, places, widths, strict=True)):
        share = float(maps[layer, head, place, i])
        box = (left, up, left + width - k, up + 24 * k)
        pen.rectangle(box, fill=_tint(share), outline=_ALARM if i == place else None, width=2 * k)
        pen.text(
            (left + width / 2, up + 12 * k),
            _IN_FONT.get(token, token),
            "white" if share > 0.5 else _INK,
            font,
            anchor="mm",
        )
    words = f"layer {layer + 1}, head {head + 1}: where the framed token looks; below, the maps of all heads"
    pen.text((8 * k, top - 20 * k), words, _SOFT, small)
    for row in range(n_layers):
        up = top + row * (side + 8 * k)
        pen.text((8 * k, up + side / 2), f"layer {row + 1}", _SOFT, small, anchor="lm")
        for column in range(n_heads):
            paper = 255 + np.sqrt(maps[row, column])[..., None] * (np.array(_ACCENT) - 255)
            tile = Image.fromarray(np.rint(paper).astype(np.uint8)).resize((side, side), Image.Resampling.NEAREST)
            left = 64 * k + column * (side + 8 * k)
            picture.paste(tile, (left, up))
            chosen = (row, column) == (layer, head)
            pen.rectangle((left, up, left + side - 1, up + side - 1), outline=_ALARM if chosen else "#c4c4c4", width=k)
    return _png(picture), size


def draw_bars(
    text: str, names: Sequence[str], probs: NDArray[Any], plain: NDArray[Any], came: int, *, scale: int = 2
) -> tuple[bytes, tuple[int, int]]:
    """Return a PNG of the likeliest next tokens as bars; and its size on the page.

    Parameters
    ----------
    text : str
        What stands before.
    names : sequence of str
        The tokens, as they are to be shown.
    probs, plain : array (n_tokens,)
        Chances with and without temperature and cuts.
    came : int
        The token that really came.
    scale : int
        Pixels for each pixel of the page.
    """
    k, font = scale, ImageFont.load_default(14 * scale)
    size = (WIDTH, 40 + 23 * _N_BARS)
    picture = Image.new("RGB", (WIDTH * k, size[1] * k), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((8 * k, 8 * k), f"{text[-80:]}?", _INK, font)
    for rank, token in enumerate(np.argsort(-plain, kind="stable")[:_N_BARS]):
        y, left, full = (36 + 23 * rank) * k, 60 * k, 480 * k
        pen.text((left - 10 * k, y + 9 * k), _IN_FONT.get(names[token], names[token]), _INK, font, anchor="rm")
        pen.rectangle((left, y, left + full * float(plain[token]), y + 17 * k), fill=_tint(0.28))
        if probs[token] > 0:
            pen.rectangle((left, y + 3 * k, left + full * float(probs[token]), y + 14 * k), fill=_tint(1.0))
        share = f"{100 * probs[token]:.0f} %" if probs[token] > 0 else "cut"
        words = f"{share}{'   the one that came' if token == came else ''}"
        pen.text((left + full + 14 * k, y + 9 * k), words, _ALARM if token == came else _SOFT, font, anchor="lm")
    return _png(picture), size
