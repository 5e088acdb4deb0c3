"""Widgets: pictures that follow a slider, training runs that can be steered, maps to walk on.

Each is loaded when it is first asked for, so that a lesson pays only for what it shows.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gentutor.widgets.frames import Frame
    from gentutor.widgets.latent_map import latent_map
    from gentutor.widgets.live import live
    from gentutor.widgets.panel import panel

__all__ = ["Frame", "latent_map", "live", "panel"]

_HOME = {"Frame": "frames", "latent_map": "latent_map", "live": "live", "panel": "panel"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"gentutor.widgets has no {name!r}; it has: {', '.join(__all__)}.")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


class _Widgets(ModuleType):
    def __setattr__(self, name: str, value: object) -> None:
        # Python binds a loaded submodule under its own name; here that name stays with the function in it.
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Widgets
