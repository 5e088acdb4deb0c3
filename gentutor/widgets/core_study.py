"""The study panel built of core ipywidgets, and the page's own that turns into it where it cannot be shown."""

from __future__ import annotations

import html
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets  # type: ignore[import-untyped]

from gentutor.plots import encode_png
from gentutor.tuning import Study
from gentutor.widgets.fallback import Guarded
from gentutor.widgets.study_view import StudyView

if TYPE_CHECKING:
    from gentutor.widgets.study_page import PageStudy


class CoreStudy(ipywidgets.VBox):  # type: ignore[misc]
    """A study with core buttons and an Image."""

    def __init__(self, view: StudyView, title: str) -> None:
        self.view = view
        pixels = view.pixels()
        self.image = ipywidgets.Image(
            value=encode_png(pixels), format="png", width=pixels.shape[1], height=pixels.shape[0]
        )
        self.button = ipywidgets.Button(description="Run")
        self.said = ipywidgets.HTML()
        self.axes = [
            ipywidgets.Dropdown(options=list(view.study.knobs), value=name, description=word)
            for name, word in zip(view.pair, ("map across", "upwards"), strict=True)
        ]
        self.button.on_click(self._pressed)
        for axis in self.axes:
            axis.observe(self._chosen, "value")
        heading = [ipywidgets.HTML(f"<b>{html.escape(title)}</b>")] if title else []
        super().__init__([*heading, ipywidgets.HBox([self.button, *self.axes]), self.image, self.said])
        self.show_now()

    def _pressed(self, _: Any) -> None:
        if self.view.running:
            self.view.stop()
        else:
            self.view.start(lambda study: self.show_now(), self._at_end)
        self.show_now()

    def _at_end(self, study: Study) -> None:
        self.view.words = f"Finished: all {study.trials} trials are made. Run the next cell."
        self.show_now(running=False)

    def _chosen(self, _: Any) -> None:
        self.view.pair = self.axes[0].value, self.axes[1].value
        self.show_now()

    def show_now(self, running: bool | None = None) -> None:
        """Show the study as it is now."""
        at_work = self.view.running if running is None else running
        self.image.value = encode_png(self.view.pixels())
        self.button.description = "Stop" if at_work else "Run"
        self.said.value = html.escape(f"{self.view.status} {self.view.words}")

    def finish(self, progress: bool = True) -> Study:
        """Run the study to its last trial and return it."""
        study = self.view.finish(progress)
        self.show_now()
        return study

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return live | self.view.bundle()


class GuardedStudy(Guarded):
    """A `PageStudy` that turns into a `CoreStudy` where the page cannot show it.

    Parameters
    ----------
    page : PageStudy
        The panel to show.
    view : StudyView
        What both show.
    title : str
        Heading.
    """

    def __init__(self, page: PageStudy, view: StudyView, title: str) -> None:
        self.view = view
        super().__init__(page, partial(CoreStudy, view, title), view.bundle)

    def finish(self, progress: bool = True) -> Study:
        """Run the study to its last trial and return it."""
        study = self.view.finish(progress)
        self.page.show_now()
        return study
