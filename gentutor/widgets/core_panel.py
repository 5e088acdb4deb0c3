"""The same panel built of core ipywidgets, for front ends that cannot load the page's own controls."""

from __future__ import annotations

from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from gentutor.knobs import Knob
from gentutor.plots import encode_png
from gentutor.widgets.drawing import Drawing
from gentutor.widgets.still import pixels_of, still


def core_slider(knob: Knob, value: Any) -> Any:
    """A core slider over about a hundred values of a knob, its usual and its present value among them.

    The core's own logarithmic slider knows no whole numbers and rounds a value that lies between two of its steps.
    """
    said = knob.describe()
    stops = {knob.from_position(i / 100) for i in range(101)} | {knob.default, value}
    return ipywidgets.SelectionSlider(
        options=[(f"{stop:.3g} {said['unit']}".strip(), stop) for stop in sorted(stops)],
        value=value,
        description=knob.name,
        tooltip=f"{said['help']} {said['effect'][:1].upper()}{said['effect'][1:]}",
        style={"description_width": "8em"},
        layout=ipywidgets.Layout(width="30em"),
    )


class CorePanel(ipywidgets.VBox):  # type: ignore[misc]
    """A `Drawing` with core sliders and an Image; `gentutor.widgets.panel` makes it where it must."""

    def __init__(self, drawing: Drawing, title: str = "") -> None:
        self.drawing = drawing
        self.sliders = {name: core_slider(knob, drawing.values[name]) for name, knob in drawing.knobs.items()}
        pixels = pixels_of(drawing.frame)
        self.image = ipywidgets.Image(
            value=encode_png(pixels), format="png", width=pixels.shape[1], height=pixels.shape[0]
        )
        self.caption = ipywidgets.Label(drawing.frame.caption)
        for slider in self.sliders.values():
            slider.observe(self._moved, "value")
        heading = [ipywidgets.HTML(f"<b>{title}</b>")] if title else []
        super().__init__([*heading, *self.sliders.values(), self.image, self.caption])

    def _moved(self, _: Any) -> None:
        if self.drawing.update({name: slider.value for name, slider in self.sliders.items()}):
            self.image.value = encode_png(pixels_of(self.drawing.frame))
            self.caption.value = self.drawing.frame.caption
        else:
            self.caption.value = self.drawing.error

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return live | still(self.drawing)
