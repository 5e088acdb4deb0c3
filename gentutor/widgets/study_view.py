"""A study with what is shown of it, without any widget, and the still picture that a notebook stores."""

from __future__ import annotations

from typing import Any

from gentutor.plots import encode_png, still_bundle
from gentutor.plots.pictures import Pixels
from gentutor.plots.study_pixels import describe_study, paint_study
from gentutor.training import background as training_background
from gentutor.tuning import Study, background


class StudyView:
    """A study with what is shown of it, without any widget.

    Parameters
    ----------
    study : Study
        What runs.
    pair : (str, str)
        Knobs of the map.
    ceiling : float, optional
        Loss at which the picture ends.
    """

    def __init__(self, study: Study, pair: tuple[str, str], ceiling: float | None) -> None:
        self.study, self.pair, self.ceiling = study, pair, ceiling
        self.words = "Run starts the study; the page stays free."

    def pixels(self) -> Pixels:
        """The picture of the study as it is now."""
        study = self.study
        return paint_study(
            study.made, study.knobs, importance=study.importance(), pair=self.pair, total=study.trials,
            ceiling=self.ceiling,
        )  # fmt: skip

    @property
    def running(self) -> bool:
        """Whether its trials are being made now."""
        return background.running() is self.study

    @property
    def status(self) -> str:
        """One sentence: how far it is, and the best so far."""
        done = self.study.done
        best = f" Best loss so far {self.study.best.result:.3f}." if done else ""
        return f"{self.study.n_made} of {self.study.trials} trials.{best}"

    def start(self, on_trial: Any, on_end: Any) -> None:
        """Run the study in the background; whatever trains there is stopped first."""
        training_background.stop()
        if self.study.n_made >= self.study.trials:
            self.words = "All trials are made."
            return
        self.words = "Running. Stop ends it after the present trial; Run goes on from there."
        background.start(self.study, on_trial, on_end)

    def stop(self) -> None:
        """End it after the present trial."""
        if self.running:
            background.stop()
            self.words = f"Stopped after {self.study.n_made} trials. What is known is kept; Run goes on."

    def finish(self, progress: bool = True) -> Study:
        """Make the trials that are missing, here or by waiting for the background, and return the study."""
        background.wait_for(self.study)
        return self.study.run(progress=progress)

    def bundle(self) -> dict[str, Any]:
        """The picture as a notebook stores it."""
        return still_bundle(encode_png(self.pixels()), f"{self.status} {describe_study(self.study.made)}")


class StillStudy:
    """A study of which only the picture is shown."""

    def __init__(self, view: StudyView) -> None:
        self.view = view

    def finish(self, progress: bool = True) -> Study:
        """Run the study to its last trial and return it."""
        return self.view.finish(progress)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return self.view.bundle()


def study_still(study: Study, *, pair: tuple[str, str] | None = None, ceiling: float | None = None) -> StillStudy:
    """Show a study as it is now, as a still picture; for its parameters see `study_panel`."""
    return StillStudy(StudyView(study, pair or first_two(study), ceiling))


def first_two(study: Study) -> tuple[str, str]:
    """Names of a study's first two knobs; twice the same where it has one."""
    names = list(study.knobs)
    return names[0], names[min(1, len(names) - 1)]
