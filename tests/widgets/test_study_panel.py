"""The study panel's Python side: messages of the page, background, interrupts, stills, core widgets; its picture."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from gentutor.plots.study_pixels import HEIGHT, WIDTH, describe_study, paint_study
from gentutor.tuning import background
from gentutor.widgets.core_study import CoreStudy
from gentutor.widgets.study_page import PageStudy, study_panel
from gentutor.widgets.study_view import StillStudy, StudyView, study_still
from tests.tuning.bowls import KNOBS, diverging, slow_bowl, study_of


def view_of(objective: Any = slow_bowl, **options: Any) -> StudyView:
    return StudyView(study_of(objective, **options), ("lr", "width"), 3.0)


class Heard:
    """A page that is not there: what it would have been sent."""

    def __init__(self, view: StudyView) -> None:
        self.panel = PageStudy(view, "T")
        self.sent: list[tuple[dict[str, Any], list[Any]]] = []
        self.panel.send = lambda content, buffers: self.sent.append((content, buffers))  # type: ignore[method-assign]
        self.say(kind="ready")

    def say(self, **content: Any) -> None:
        self.panel._hear(None, content, [])

    @property
    def last(self) -> dict[str, Any]:
        return self.sent[-1][0]

    def wait_for(self, n_made: int) -> None:
        until = time.monotonic() + 20
        while self.panel.view.study.n_made < n_made and time.monotonic() < until:
            time.sleep(0.01)
        assert self.panel.view.study.n_made >= n_made


@pytest.fixture
def heard() -> Any:
    made = Heard(view_of(trials=40))
    yield made
    made.panel.close()


def runners() -> int:
    return sum(thread.name == background.THREAD_NAME for thread in threading.enumerate())


def test_run_stop_and_run_again(heard: Heard) -> None:
    heard.say(kind="run")
    assert heard.last["running"]
    heard.wait_for(3)
    heard.say(kind="stop")
    n_made = heard.panel.view.study.n_made
    assert not heard.last["running"]
    assert "Stopped after" in heard.last["words"]
    time.sleep(0.2)
    assert heard.panel.view.study.n_made == n_made  # it stands still
    heard.say(kind="run")
    heard.wait_for(n_made + 2)
    assert runners() == 1


def test_the_picture_comes_as_bytes_of_the_shape_that_is_told(heard: Heard) -> None:
    content, (pixels,) = heard.sent[0]
    assert content["shape"] == [HEIGHT, WIDTH, 3]
    assert len(pixels) == HEIGHT * WIDTH * 3
    assert "0 of 40 trials" in content["status"]


def test_the_page_chooses_the_map_and_a_wrong_choice_is_a_sentence(heard: Heard) -> None:
    before = bytes(heard.sent[-1][1][0])
    heard.say(kind="pair", pair=["idle", "lr"])
    assert heard.last["pair"] == ["idle", "lr"]
    assert bytes(heard.sent[-1][1][0]) != before
    heard.say(kind="pair", pair=["nonsense", "lr"])
    assert "nonsense" in heard.last["words"]
    assert heard.last["pair"] == ["idle", "lr"]


def test_an_interrupt_and_another_study_stop_it(heard: Heard) -> None:
    heard.say(kind="run")
    heard.wait_for(1)
    heard.panel._interrupted()
    assert runners() == 0
    heard.say(kind="run")
    other = Heard(view_of(trials=3))
    other.say(kind="run")
    assert not heard.panel.view.running
    assert other.panel.view.finish(progress=False).n_made == 3
    other.panel.close()


def test_finish_waits_for_the_background_and_makes_the_rest(heard: Heard) -> None:
    heard.say(kind="run")
    heard.wait_for(2)
    study = heard.panel.view.finish(progress=False)
    assert study.n_made == 40
    assert [one.number for one in study.made] == list(range(40))
    heard.say(kind="run")
    assert "All trials are made" in heard.last["words"]


def test_what_the_objective_raises_is_raised_again_by_finish() -> None:
    def broken(values: Any, seed: int) -> Any:
        yield 1.0
        raise ZeroDivisionError("a mistake of the student")

    heard = Heard(view_of(broken, trials=3))
    heard.say(kind="run")
    with pytest.raises(ZeroDivisionError, match="of the student"):
        heard.panel.view.finish(progress=False)
    heard.panel.close()


def test_a_closed_page_is_sent_nothing_and_trains_nothing(heard: Heard) -> None:
    heard.say(kind="run")
    heard.panel.close()
    n_sent = len(heard.sent)
    assert runners() == 0
    heard.panel.show_now()
    assert len(heard.sent) == n_sent


def test_core_widgets_do_the_same() -> None:
    core = CoreStudy(view_of(trials=4), "T & T")
    core.button.click()
    assert core.button.description == "Stop"
    core.finish(progress=False)
    assert core.button.description == "Run"
    assert "4 of 4 trials" in core.said.value
    before = core.image.value
    core.axes[0].value = "idle"
    assert core.image.value != before


def test_without_anybody_looking_a_still_with_words_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gentutor.widgets.study_page.kind_of_widgets", lambda: "still")
    shown = study_panel(study_of(trials=9), title="T")
    assert isinstance(shown, StillStudy)
    assert shown.finish(progress=False).n_made == 9
    bundle = shown._repr_mimebundle_()
    assert "9 of 9 trials" in str(bundle)


def test_a_still_of_a_finished_study_tells_its_numbers() -> None:
    study = study_of(trials=9).run(progress=False)
    bundle = study_still(study, ceiling=3.0)._repr_mimebundle_()
    assert f"{study.best.result:.3f}" in bundle["text/plain"]
    assert bundle["image/png"]


def test_the_picture_shows_hand_best_stopped_and_failed_trials() -> None:
    study = study_of(diverging, trials=30, pruner="halving")
    blank = paint_study([], KNOBS, total=30)
    study.by_hand(lr=0.01, width=40)
    one = paint_study(study.made, KNOBS, total=30)
    study.run(progress=False)
    full = paint_study(study.made, KNOBS, importance=study.importance(), total=30)
    for picture in (blank, one, full):
        assert picture.shape == (HEIGHT, WIDTH, 3)
        assert picture.dtype == np.uint8
    assert (blank != one).any()
    assert (one != full).mean() > 0.01
    words = describe_study(study.made)
    assert "stopped early" in words
    assert "The best by hand: 0.111" in words
    assert "proposed by hand" in words


def test_losses_beyond_the_ceiling_do_not_squeeze_the_rest() -> None:
    study = study_of(trials=12).run(progress=False)
    pictures = [paint_study(study.made, KNOBS, total=12, ceiling=ceiling) for ceiling in (None, 1.0)]
    assert (pictures[0] != pictures[1]).any()
