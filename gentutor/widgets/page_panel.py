"""The panel drawn by the page: sliders and a canvas, fed with raw pixels over custom messages.

Traits would carry every picture through the widget's state and back. Here a message ``{kind: "values", view, number,
values}`` comes in, and ``{kind: "frame", view, number, ...}`` with the raw bytes behind it goes out. The page has at
most two such questions open and drops all but the newest values, so a drag never builds up a backlog.
"""

from __future__ import annotations

from typing import Any, ClassVar

import anywidget
import traitlets

from gentutor.plots import PALETTE
from gentutor.widgets.drawing import Drawing
from gentutor.widgets.pages import page, style
from gentutor.widgets.still import PLOT_SIZE, still, zoom_of

Size = tuple[int, int]


class PagePanel(anywidget.AnyWidget):
    """A `Drawing` with its controls, shown by the page; `gentutor.widgets.panel` makes it."""

    _esm: ClassVar[str] = page("controls.js", "picture.js", "panel.js")
    _css: ClassVar[str] = style()
    knobs: traitlets.List[Any] = traitlets.List().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    palette = traitlets.List(list(PALETTE)).tag(sync=True)
    sizes = traitlets.Dict().tag(sync=True)
    # Read anew whenever the page asks for the state, so that a reloaded page shows the present picture.
    frame = traitlets.Dict().tag(sync=True, to_json=lambda _, panel: panel.state_frame())

    def __init__(self, drawing: Drawing, title: str = "", size: Size | None = None) -> None:
        self.drawing = drawing
        self.shown = False  # whether a page has told that it shows this panel
        frame = drawing.frame
        zoom = zoom_of(frame)
        picture = None if frame.image is None else size or (frame.image.shape[1] * zoom, frame.image.shape[0] * zoom)
        super().__init__(
            knobs=[knob.describe() for knob in drawing.knobs.values()],
            title=title,
            sizes={"picture": picture, "curves": PLOT_SIZE if frame.curves else None},
        )
        self.on_msg(self._hear)

    def state_frame(self, view: str = "", number: int = 0) -> dict[str, Any]:
        """The newest frame as ``{"content": plain values, "buffers": [bytes, ...]}``."""
        content, buffers = self.drawing.frame.pack()
        content |= {
            "kind": "frame",
            "view": view,
            "number": number,
            "values": self.drawing.values,
            "alt": self.drawing.alt,
            "ms": 1000 * self.drawing.seconds,
        }
        return {"content": content, "buffers": buffers}

    def _hear(self, _: Any, content: dict[str, Any], buffers: list[memoryview]) -> None:
        if content.get("kind") == "ready":
            self.shown = True
        if content.get("kind") != "values":
            return
        drawing = self.drawing
        if drawing.update(content["values"]):
            answer = self.state_frame(content["view"], content["number"])
            self.send(answer["content"], answer["buffers"])
        else:
            failure = {"values": drawing.values, "error": drawing.error, "trace": drawing.trace, "ms": 0}
            self.send({"kind": "frame", "view": content["view"], "number": content["number"], **failure})

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return live | still(self.drawing), metadata
