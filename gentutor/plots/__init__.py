"""Pictures of arrays: arrays go in, a picture with alt text comes out.

`gentutor.plots.pictures` works on pixels and needs no matplotlib, so live panels stay quick;
`gentutor.plots.figures` draws the still figures of the lessons.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from gentutor.plots.pictures import MARKERS, PALETTE, encode_png, image_grid, still_bundle, to_uint8
from gentutor.plots.planes import beside, grid_of_plane, paint_plane, paint_text
from gentutor.plots.roll_pixels import paint_roll
from gentutor.plots.strips import histogram_strip, path_map
from gentutor.plots.study_pixels import describe_study, paint_study

if TYPE_CHECKING:
    from gentutor.plots.diagrams import show_graph
    from gentutor.plots.figures import Picture, show_bars, show_codes, show_curves, show_images
    from gentutor.plots.judges import show_judges
    from gentutor.plots.rolls import show_rolls
    from gentutor.plots.spread import show_spread
    from gentutor.plots.tables import show_table

_FIGURES = {  # name: the module that draws it
    "Picture": "figures",
    "show_bars": "figures",
    "show_codes": "figures",
    "show_curves": "figures",
    "show_images": "figures",
    "show_judges": "judges",
    "show_rolls": "rolls",
    "show_spread": "spread",
    "show_graph": "diagrams",
    "show_table": "tables",
}

__all__ = [
    "MARKERS",
    "PALETTE",
    "Picture",
    "beside",
    "describe_study",
    "encode_png",
    "grid_of_plane",
    "histogram_strip",
    "image_grid",
    "paint_plane",
    "paint_roll",
    "paint_study",
    "paint_text",
    "path_map",
    "show_bars",
    "show_codes",
    "show_curves",
    "show_graph",
    "show_images",
    "show_judges",
    "show_rolls",
    "show_spread",
    "show_table",
    "still_bundle",
    "to_uint8",
]


def __getattr__(name: str) -> Any:
    """Import matplotlib only when a figure is asked for: it takes longer than drawing one."""
    if name in _FIGURES:
        return getattr(importlib.import_module(f"gentutor.plots.{_FIGURES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
