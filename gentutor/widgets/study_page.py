"""`study_panel`: a study whose picture grows while its trials run; it can be started, stopped and looked at.

On the page it is one small module (study.js); elsewhere the same of core ipywidgets, by the rules of
`gentutor.widgets.slider_panel`. The study runs in the one background thread of `gentutor.tuning.background`; a notebook
that is executed without anybody runs it in the cell that asks for its end, and shows the picture.
"""

from __future__ import annotations

import contextvars
import threading
import time
from functools import partial
from typing import Any, ClassVar

import anywidget
import traitlets

from gentutor.errors import GentutorError
from gentutor.plots.study_pixels import describe_study
from gentutor.training.interrupts import on_interrupt
from gentutor.tuning import Study
from gentutor.widgets.cells import close_whole, replace_in_cell
from gentutor.widgets.pages import page
from gentutor.widgets.slider_panel import kind_of_widgets
from gentutor.widgets.study_view import StillStudy, StudyView, first_two

_FRAME_S = 0.2  # a picture of a study costs some ten milliseconds, a trial seldom less than fifty


class PageStudy(anywidget.AnyWidget):
    """A study on the page; `study_panel` makes it."""

    _esm: ClassVar[str] = page("controls.js", "picture.js", "study.js")
    _css: ClassVar[str] = page("controls.css")
    setup = traitlets.Dict().tag(sync=True)

    def __init__(self, view: StudyView, title: str) -> None:
        self.view, self.shown = view, False
        self._lock, self._due, self._closed = threading.RLock(), 0.0, False
        self._context: contextvars.Context | None = None
        knobs = view.study.knobs
        super().__init__(setup={"title": title, "knobs": list(knobs), "pair": list(view.pair)})
        self.on_msg(self._hear)
        self._forget_interrupt = on_interrupt(self._interrupted)

    def _hear(self, _: Any, content: dict[str, Any], buffers: Any) -> None:
        self._context = contextvars.copy_context()
        kind = content.get("kind")
        try:
            if kind == "ready":
                self.shown = True
            elif kind == "run":
                self.view.start(self._after_trial, self._at_end)
            elif kind == "stop":
                self.view.stop()
            elif kind == "pair":
                across, upwards = (str(name) for name in content["pair"])
                self.view.pair = self.view.study.knobs[across].name, self.view.study.knobs[upwards].name
        except GentutorError as error:
            self.view.words = str(error)
        self.show_now()

    def _interrupted(self) -> None:
        self.view.stop()
        self.show_now()

    def _after_trial(self, study: Study) -> None:
        now = time.monotonic()
        if now >= self._due:
            self._due = now + _FRAME_S
            self.show_now(running=True)

    def _at_end(self, study: Study) -> None:
        self.view.words = f"Finished: all {study.trials} trials are made. Run the next cell."
        self.show_now(running=False)

    def show_now(self, running: bool | None = None) -> None:
        """Send the page the picture and the sentences as they are now."""
        with self._lock:
            if not self.shown or self._closed:
                return
            pixels = self.view.pixels()
            content = {
                "kind": "update",
                "shape": list(pixels.shape),
                "running": self.view.running if running is None else running,
                "status": self.view.status,
                "words": self.view.words,
                "alt": describe_study(self.view.study.made),
                "pair": list(self.view.pair),
            }
            send = partial(self.send, content, [memoryview(pixels.tobytes())])
            if self._context is None:
                send()
            else:  # as an answer to the page's last message, as in `gentutor.widgets.live_panel`
                self._context.copy().run(send)

    def close(self) -> None:
        """Stop the study and forget the page."""
        if not getattr(self, "_closed", True):
            self._closed = True
            self.view.stop()
            self._forget_interrupt()
        super().close()


def study_panel(
    study: Study, *, pair: tuple[str, str] | None = None, ceiling: float | None = None, title: str = ""
) -> Any:
    """Put a study on a panel: trials appear while they run, and it can be stopped and go on.

    Parameters
    ----------
    study : Study
        What runs; trials made before, such as those by hand, are in the picture from the start.
    pair : (str, str), optional
        Knobs of the map, across and upwards; the first two where not given. The page can choose others.
    ceiling : float, optional
        Loss at which the picture ends; worse trials are drawn at its edge.
    title : str
        Heading of the panel.

    Returns
    -------
    widget
        It shows itself as the last line of a cell. Its ``finish()``, for a later cell, makes the trials that are still
        missing and returns the study.
    """
    view = StudyView(study, pair or first_two(study), ceiling)
    kind = kind_of_widgets()
    if kind == "still":
        return StillStudy(view)
    from gentutor.widgets.core_study import CoreStudy, GuardedStudy

    made: Any = CoreStudy(view, title) if kind == "core" else GuardedStudy(PageStudy(view, title), view, title)
    replace_in_cell(partial(close_whole, made))
    return made
