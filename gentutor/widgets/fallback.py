"""Notices that the page shows core widgets but not the panel, and puts the core panel in its place.

The panel's page side may be missing though anywidget is installed: a server of another environment, a page without
the extension, an editor that fetches it from a network that is not there. The panel says "ready" when it is shown.
Beside it stands a hidden core ``Play`` widget, which counts seconds on the page: when it has counted some and nothing
has been heard from the panel, core widgets live there and the panel does not. Both kinds of message come from one
page in the order in which they were sent, so a busy kernel cannot mistake one case for the other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from gentutor.widgets.cells import close_whole
from gentutor.widgets.core_panel import CorePanel
from gentutor.widgets.drawing import Drawing
from gentutor.widgets.page_panel import PagePanel
from gentutor.widgets.still import still

PATIENCE = 5  # seconds; a first page side has loaded within one or two on a slow laptop


class Guarded(ipywidgets.VBox):  # type: ignore[misc]
    """A widget of our own that turns into one of core widgets where the page cannot show it.

    Parameters
    ----------
    page : anywidget.AnyWidget
        The widget to show; its ``shown`` is true once a page has said that it shows it.
    make_core : callable
        Makes the widget that takes its place.
    picture : callable
        Returns the still picture that the notebook keeps.
    """

    def __init__(self, page: Any, make_core: Callable[[], Any], picture: Callable[[], dict[str, Any]]) -> None:
        self.page = page
        self._make_core, self._picture = make_core, picture
        self.settled = False  # whether it is known which of the two the page can show
        self.pulse = ipywidgets.Play(
            min=0, max=PATIENCE, interval=1000, layout=ipywidgets.Layout(display="none"), _view_count=0
        )
        self.pulse.observe(self._seen, "_view_count")
        page.on_msg(self._heard)
        self.pulse.observe(self._ticked, "value")
        super().__init__([page, self.pulse], layout=ipywidgets.Layout(overflow="visible"))

    def _seen(self, change: Any) -> None:
        # A Play counts only when it is switched on after the page has made its view.
        self.pulse.playing = bool(change["new"]) and not self.settled

    def _heard(self, *_: Any) -> None:
        if self.page.shown and not self.settled:
            self.settled = True
            self.pulse.playing = False

    def _ticked(self, change: Any) -> None:
        if change["new"] >= PATIENCE and not self.settled:
            self.settled = True
            self.children = [self._make_core()]
            close_whole(self.pulse)
            close_whole(self.page)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return live | self._picture()


class GuardedPanel(Guarded):
    """A `PagePanel` that turns into a `CorePanel` where the page cannot show it.

    Parameters
    ----------
    page : PagePanel
        The panel to show.
    """

    def __init__(self, page: PagePanel) -> None:
        self.drawing: Drawing = page.drawing
        super().__init__(page, partial(CorePanel, page.drawing, page.title), partial(still, page.drawing))
