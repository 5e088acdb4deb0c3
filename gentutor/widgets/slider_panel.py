"""`panel`: a picture that follows sliders.

On the page it is one small module (controls.js, picture.js, panel.js). Where that cannot be had the same panel is built
of core ipywidgets: when anywidget is not installed, when the environment variable ``GENTUTOR_WIDGETS`` is ``core``, or
when the page has core widgets but cannot load anywidget's (see `gentutor.widgets.fallback`). With
``GENTUTOR_WIDGETS=still`` only the still picture is left, for notebooks that are executed to be printed: widget
state saved in a notebook makes nbconvert show the live widget, which needs a network, in place of the picture.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gentutor.knobs import KnobSet
from gentutor.language import translate
from gentutor.widgets.cells import close_whole, replace_in_cell
from gentutor.widgets.drawing import Alt, Drawing
from gentutor.widgets.still import still


class StillPanel:
    """A `Drawing` of which only its picture is shown."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return still(self.drawing)


def kind_of_widgets() -> str:
    """Which panels to build: ``"page"``, ``"core"`` or ``"still"``."""
    asked = os.environ.get("GENTUTOR_WIDGETS", "")
    if asked in ("core", "still"):
        return asked
    return "page" if importlib.util.find_spec("anywidget") else "core"


def panel(
    draw: Callable[..., Any],
    knobs: KnobSet,
    *,
    values: Mapping[str, Any] | None = None,
    title: str = "",
    alt: Alt = "",
    size: tuple[int, int] | None = None,
) -> Any:
    """Show a picture that is drawn anew whenever a slider moves.

    Parameters
    ----------
    draw : callable
        ``draw(**values)`` gets one value for each knob and returns a `Frame`, or just an array of uint8 with shape
        (H, W) or (H, W, 3). It should take well under 50 ms; a longer one is shown as "computing". What it raises
        later than at the first call is shown as a sentence, and the panel lives on.
    knobs : KnobSet
        What can be moved, such as ``lesson_knobs("vaes").only("beta")``.
    values : mapping, optional
        Starting values by name; usual values for the others.
    title : str
        Heading of the panel.
    alt : str or callable
        A sentence that stands for the picture where it cannot be seen, or ``alt(values, frame)`` that returns one.
        The present values are added to a fixed sentence.
    size : (int, int), optional
        Width and height of the picture on the page, in CSS pixels; a whole-number enlargement where not given.

    Returns
    -------
    widget
        It shows itself as the last line of a cell. Running the cell again closes it.

    Raises
    ------
    KnobError
        When a starting value is out of range.
    FrameError
        When the first call of `draw` returns no frame. Whatever else the first call raises is passed on.

    Examples
    --------
    >>> import numpy as np
    >>> from gentutor.knobs import Knob, KnobSet
    >>> grey = Knob("grey", 128, 0, 255, help="Brightness.", effect="higher: brighter.")
    >>> shown = panel(lambda grey: np.full((8, 8), grey, np.uint8), KnobSet(grey), alt="A grey square")
    >>> shown.drawing.alt
    'A grey square. grey 128.'
    """
    drawing, title = Drawing(draw, knobs, values, alt), translate(title)
    kind = kind_of_widgets()
    if kind == "still":
        return StillPanel(drawing)
    if kind == "core":
        from gentutor.widgets.core_panel import CorePanel

        made: Any = CorePanel(drawing, title)
    else:
        from gentutor.widgets.fallback import GuardedPanel
        from gentutor.widgets.page_panel import PagePanel

        made = GuardedPanel(PagePanel(drawing, title, size))
    replace_in_cell(partial(close_whole, made))
    return made
