"""The still picture of a quiz: its items, numbered, drawn with Pillow."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gentutor.exercises.quiz import Item, Quiz
from gentutor.language import translate
from gentutor.plots.pictures import encode_png, still_bundle, to_uint8

_WIDTH, _SIDE, _GAP, _ROOM = 720, 84, 12, 22


def draw_items(items: Sequence[Item]) -> NDArray[np.uint8]:
    """Draw pictures in rows and lines of text below them, each with its number: uint8 (H, W, 3)."""
    pictures = [(i, item) for i, item in enumerate(items, 1) if not isinstance(item.content, str)]
    texts = [(i, textwrap.wrap(item.content, 92)) for i, item in enumerate(items, 1) if isinstance(item.content, str)]
    columns = (_WIDTH - _GAP) // (_SIDE + _GAP)
    rows = -(-len(pictures) // columns)
    height = _GAP + rows * (_SIDE + _ROOM + _GAP) + sum(18 * len(lines) + 8 for _, lines in texts)
    canvas = Image.new("RGB", (_WIDTH, height), "white")
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(size=13)
    for place, (number, item) in enumerate(pictures):
        row, column = divmod(place, columns)
        x, y = _GAP + column * (_SIDE + _GAP), _GAP + row * (_SIDE + _ROOM + _GAP)
        canvas.paste(_enlarged(item.content), (x, y))
        pen.text((x, y + _SIDE + 2), f"{number}  ?", fill="#222222", font=font)
    y = _GAP + rows * (_SIDE + _ROOM + _GAP)
    for number, lines in texts:
        for i, line in enumerate(lines):
            pen.text((_GAP, y + 18 * i), f"{number}  {line}" if i == 0 else f"    {line}", fill="#222222", font=font)
        y += 18 * len(lines) + 8
    return np.asarray(canvas)


def _enlarged(content: Any) -> Image.Image:
    pixels = to_uint8(content)  # (C, H, W)
    picture = Image.fromarray(np.ascontiguousarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)))
    return picture.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.NEAREST)


def still_of(quiz: Quiz) -> dict[str, Any]:
    """Return what a notebook stores of a quiz: all items in a picture, without the truth."""
    alt = f"Real or fake? {len(quiz.items)} numbered items to judge: " + ", ".join(
        f"{sum(item.family == family for item in quiz.items)} {translate(family)}"
        for family in dict.fromkeys(item.family for item in quiz.items)
    )
    return still_bundle(encode_png(draw_items(quiz.items)), translate(f"{alt}."))
