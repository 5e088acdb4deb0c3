"""What a quiz says on any page: its question, its verdicts, and each item as plain values."""

from __future__ import annotations

import base64
from typing import Any

from gentutor.exercises.quiz import Item
from gentutor.language import translate
from gentutor.plots.pictures import encode_png, to_uint8

QUESTION = "is it real, or did a model make it?"
SAID = {  # what the page says besides; #1 and #2 stand for numbers
    "place": "#1 of #2",
    "right-real": "Right: it is real.",
    "right-generated": "Right: it is generated.",
    "wrong-real": "No: it is real.",
    "wrong-generated": "No: it is generated.",
    "real": "real",
    "generated": "generated",
    "next": "Next",
    "last": "See your score",
    "score": "You judged #1 of #2 rightly.",
    "you": "you said",
    "kept": "Your answers are kept. Now run the next cell.",
}


def as_plain(item: Item) -> dict[str, Any]:
    """Return an item as plain values for the page: a line of text, or a picture as a data address."""
    known = {"family": item.family, "fake": item.fake, "maker": translate(item.maker)}
    if isinstance(item.content, str):
        return known | {"text": item.content}
    alt = f"a small picture, one of the {translate(item.family)}"
    return known | {"image": data_address(item), "alt": translate(alt)}


def data_address(item: Item) -> str:
    """Return an item's picture as the address of an ``<img>``."""
    pixels = to_uint8(item.content)  # (C, H, W)
    pixels = pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
    return f"data:image/png;base64,{base64.b64encode(encode_png(pixels, scale=4)).decode('ascii')}"
