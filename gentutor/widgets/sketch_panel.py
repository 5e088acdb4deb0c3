"""`sketch`: a pad to draw on with mouse, finger or arrow keys; the drawing is a text of letters.

What is drawn is the text that `gentutor.datasets.shapes.drawn_points` reads, so a student without a page types it by
hand and gets the same. Used in lesson 03 for a target of one's own.
"""

from __future__ import annotations

from typing import Any, ClassVar

import anywidget
import numpy as np
import traitlets

from gentutor.plots import encode_png, still_bundle
from gentutor.widgets.cells import replace_in_cell
from gentutor.widgets.pages import page, style
from gentutor.widgets.slider_panel import kind_of_widgets

ROWS, COLUMNS = 16, 32  # letters; each is twice as high as wide, so the pad is square
_INK, _EMPTY = (179, 71, 0), (244, 244, 244)  # as in sketch.js


class SketchPad(anywidget.AnyWidget):
    """The widget that `sketch` returns; `drawing` is what is on it."""

    _esm: ClassVar[str] = page("controls.js", "sketch.js")
    _css: ClassVar[str] = style()
    drawing = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return live | still_of(self.drawing), metadata


class StillPad:
    """A pad of which only its picture is shown, where no widget can be.

    Parameters
    ----------
    drawing : str
        What is drawn.
    """

    def __init__(self, drawing: str) -> None:
        self.drawing = drawing

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return still_of(self.drawing)


def sketch(drawing: str = "", *, title: str = "") -> SketchPad | StillPad:
    """Show a pad to draw on; what is drawn is in its ``drawing`` when the next cell runs.

    Parameters
    ----------
    drawing : str
        What is on it at first: lines of letters, of which spaces and full stops are empty. At most 16 lines of 32
        letters; it is put into the middle.
    title : str
        Heading of the pad.

    Returns
    -------
    SketchPad or StillPad
        Both have ``drawing``, a text of ``#`` and ``.``.

    Examples
    --------
    >>> sketch("#.#").drawing.splitlines()[7]
    '..............#.#...............'
    """
    text = centred_drawing(drawing)
    if kind_of_widgets() != "page":
        return StillPad(text)
    pad = SketchPad(drawing=text, title=title)
    replace_in_cell(pad.close)
    return pad


def centred_drawing(drawing: str) -> str:
    """Put a drawing into the middle of the pad: 16 lines of 32 letters, each ``#`` or ``.``; the rest is cut off."""
    lines = [line.rstrip() for line in drawing.expandtabs().splitlines() if line.strip()]
    indent = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    lines = [line[indent:] for line in lines]
    left = max(0, (COLUMNS - max(map(len, lines), default=0)) // 2)
    top = max(0, (ROWS - len(lines)) // 2)
    placed = [""] * top + [" " * left + line for line in lines]
    rows = (placed + [""] * ROWS)[:ROWS]
    return "\n".join("".join("." if letter in " ." else "#" for letter in row.ljust(COLUMNS)[:COLUMNS]) for row in rows)


def still_of(drawing: str) -> dict[str, Any]:
    """The pad as a notebook stores it: picture, alt text, and HTML that holds both."""
    cells = np.array([[letter == "#" for letter in line] for line in drawing.splitlines()])
    colours = np.where(cells[..., None], _INK, _EMPTY).astype(np.uint8)
    alt = f"A drawing pad of {ROWS} by {COLUMNS} places, {int(cells.sum())} of them drawn."
    return still_bundle(encode_png(colours.repeat(20, axis=0).repeat(10, axis=1)), alt)
