"""Pictures of arrays: arrays go in, a picture with alt text comes out.

`gentutor.plots.pictures` works on pixels and needs no matplotlib, so live panels stay quick;
`gentutor.plots.figures` draws the still figures of the lessons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gentutor.plots.pictures import MARKERS, PALETTE, encode_png, image_grid, still_bundle, to_uint8
from gentutor.plots.planes import beside, grid_of_plane, paint_plane, paint_text

if TYPE_CHECKING:
    from gentutor.plots.figures import Picture, show_bars, show_codes, show_curves, show_images
    from gentutor.plots.judges import show_judges
    from gentutor.plots.spread import show_spread

_FIGURES = ("Picture", "show_bars", "show_codes", "show_curves", "show_images")

__all__ = [
    "MARKERS",
    "PALETTE",
    "Picture",
    "beside",
    "encode_png",
    "grid_of_plane",
    "image_grid",
    "paint_plane",
    "paint_text",
    "show_bars",
    "show_codes",
    "show_curves",
    "show_images",
    "show_judges",
    "show_spread",
    "still_bundle",
    "to_uint8",
]


def __getattr__(name: str) -> Any:
    """Import matplotlib only when a figure is asked for: it takes longer than drawing one."""
    if name == "show_judges":
        from gentutor.plots.judges import show_judges

        return show_judges
    if name in _FIGURES:
        from gentutor.plots import figures

        return getattr(figures, name)
    if name == "show_spread":
        from gentutor.plots.spread import show_spread

        return show_spread
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
