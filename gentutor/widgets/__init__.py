"""Widgets: pictures that follow a slider, training runs that can be steered, maps to walk on.

Each is loaded when it is first asked for, so that a lesson pays only for what it shows.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gentutor.widgets.attention_panel import attention_explorer, attention_view
    from gentutor.widgets.frames import Frame
    from gentutor.widgets.live_panel import live
    from gentutor.widgets.map_panel import latent_map
    from gentutor.widgets.next_token_panel import next_token_bars
    from gentutor.widgets.player import play
    from gentutor.widgets.quiz_panel import quiz
    from gentutor.widgets.sketch_panel import sketch
    from gentutor.widgets.slider_panel import panel
    from gentutor.widgets.study_page import study_panel
    from gentutor.widgets.study_view import study_still
    from gentutor.widgets.time_panel import time_slider

__all__ = [
    "Frame",
    "attention_explorer",
    "attention_view",
    "latent_map",
    "live",
    "next_token_bars",
    "panel",
    "play",
    "quiz",
    "sketch",
    "study_panel",
    "study_still",
    "time_slider",
]

_HOME = {
    "Frame": "frames",
    "attention_explorer": "attention_panel",
    "attention_view": "attention_panel",
    "latent_map": "map_panel",
    "live": "live_panel",
    "next_token_bars": "next_token_panel",
    "panel": "slider_panel",
    "play": "player",
    "quiz": "quiz_panel",
    "sketch": "sketch_panel",
    "study_panel": "study_page",
    "study_still": "study_view",
    "time_slider": "time_panel",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"gentutor.widgets has no {name!r}; it has: {', '.join(__all__)}.")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
