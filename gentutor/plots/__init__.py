"""Pictures of arrays: arrays go in, a picture with alt text comes out.

`gentutor.plots.pictures` works on pixels and needs no matplotlib, so live panels stay quick;
`gentutor.plots.figures` draws the still figures of the lessons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gentutor.plots.pictures import MARKERS, PALETTE, encode_png, image_grid, still_bundle, to_uint8
from gentutor.plots.strips import histogram_strip, path_map

if TYPE_CHECKING:
    from gentutor.plots.diagrams import show_graph
    from gentutor.plots.figures import Picture, show_bars, show_codes, show_curves, show_images

_FIGURES = ("Picture", "show_bars", "show_codes", "show_curves", "show_images")

__all__ = [
    "MARKERS",
    "PALETTE",
    "Picture",
    "encode_png",
    "histogram_strip",
    "image_grid",
    "path_map",
    "show_bars",
    "show_codes",
    "show_curves",
    "show_graph",
    "show_images",
    "still_bundle",
    "to_uint8",
]


def __getattr__(name: str) -> Any:
    """Import matplotlib only when a figure is asked for: it takes longer than drawing one."""
    if name in _FIGURES:
        from gentutor.plots import figures

        return getattr(figures, name)
    if name == "show_graph":
        from gentutor.plots import diagrams

        return diagrams.show_graph
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
