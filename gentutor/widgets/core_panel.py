"""The same panel built of core ipywidgets, for front ends that cannot load the page's own controls."""

from __future__ import annotations

import math
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from gentutor.knobs import Knob
from gentutor.plots import encode_png
from gentutor.widgets.drawing import Drawing
from gentutor.widgets.still import pixels_of, still


def core_slider(knob: Knob, value: Any) -> Any:
    """A core slider for a knob; on a logarithmic scale its value is the knob's own, not the exponent."""
    named = {"description": knob.name, "continuous_update": True, "style": {"description_width": "8em"}}
    named["tooltip"] = f"{knob.help} When it goes {knob.effect}"
    if knob.scale == "log":
        low, high = math.log10(knob.low), math.log10(knob.high)
        return ipywidgets.FloatLogSlider(value, min=low, max=high, step=(high - low) / 200, **named)
    if knob.whole:
        return ipywidgets.IntSlider(value, min=knob.low, max=knob.high, **named)
    return ipywidgets.FloatSlider(
        value, min=knob.low, max=knob.high, step=(knob.high - knob.low) / 200, readout_format=".3g", **named
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
        values = {name: self._value(knob) for name, knob in self.drawing.knobs.items()}
        if self.drawing.update(values):
            self.image.value = encode_png(pixels_of(self.drawing.frame))
            self.caption.value = self.drawing.frame.caption
        else:
            self.caption.value = self.drawing.error

    def _value(self, knob: Knob) -> Any:
        # 10 ** log10(high) may come out a hair above high, and a logarithmic slider knows no whole numbers.
        value = min(max(self.sliders[knob.name].value, knob.low), knob.high)
        return round(value) if knob.whole else value

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return live | still(self.drawing)
