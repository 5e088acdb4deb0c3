"""The time slider in a real browser, on a plain page without a network: slider, switches, keys, play, words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch

from gentutor.widgets import time_slider

SWITCHES = {"hat": ("none", "red"), "glasses": ("none", "clear", "dark")}


def paths() -> torch.Tensor:
    """Nine moments of six paths; brightness tells both: moment / 16 + path / 16."""
    level = torch.arange(9)[:, None] / 16 + torch.arange(6) / 16
    return level.view(9, 6, 1, 1, 1).expand(9, 6, 3, 4, 4)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    views = {"on its way": paths(), "expected": 1 - paths()}
    moments = [f"moment {i}" for i in range(9)]
    slider = time_slider(views, choices=SWITCHES, title="A test", alt="From dark to light", moment=moments)
    path = tmp_path_factory.mktemp("time") / "time.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><body>{slider.html}<p>after</p>", encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def view(browser: Any, address: str) -> Iterator[Any]:
    """A page with one slider; a script's error fails the test."""
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.locator(".gt-time[data-ready]").wait_for()
    yield page
    page.close()
    assert not errors


def brightness(page: Any, which: int = 0) -> float:
    script = "(canvas) => canvas.getContext('2d').getImageData(1, 1, 1, 1).data[0] / 255"
    return float(page.locator("canvas").nth(which).evaluate(script))


def test_it_begins_at_the_end_of_the_first_path(view: Any) -> None:
    assert brightness(view) == pytest.approx(8 / 16, abs=0.03)
    assert brightness(view, 1) == pytest.approx(1 - 8 / 16, abs=0.03)
    assert view.get_by_role("slider", name="time").get_attribute("aria-valuetext") == "t = 1.00, the picture"
    assert view.locator("body > div > img").count() == 1  # the still, which the shadow root replaces on the screen


def test_keys_walk_through_time_and_words_follow(view: Any) -> None:
    slider = view.get_by_role("slider", name="time")
    slider.press("Home")
    assert brightness(view) == pytest.approx(0, abs=0.03)
    assert slider.get_attribute("aria-valuetext") == "t = 0.00, all noise"
    for _ in range(3):
        slider.press("ArrowRight")
    assert brightness(view) == pytest.approx(3 / 16, abs=0.03)
    assert view.locator(".gt-caption").text_content() == "moment 3"
    view.wait_for_timeout(700)
    assert "t = 0.38, hat: none, glasses: none" in view.locator("[aria-live]").text_content()


def test_switches_choose_the_path_by_label_and_by_key(view: Any) -> None:
    view.get_by_role("group", name="glasses").get_by_label("dark").check()
    assert brightness(view) == pytest.approx((8 + 2) / 16, abs=0.03)
    view.get_by_role("group", name="hat").get_by_label("none").press("ArrowDown")
    assert brightness(view) == pytest.approx((8 + 5) / 16, abs=0.03)
    label = view.locator("canvas").first.get_attribute("aria-label")
    assert label == "on its way at t = 1.00; hat: red, glasses: dark"


def test_play_runs_from_noise_to_the_picture_and_can_be_paused(view: Any) -> None:
    play = view.get_by_role("button")
    play.click()
    view.wait_for_timeout(500)
    assert 0 < brightness(view) < 8 / 16
    play.click()
    held = brightness(view)
    view.wait_for_timeout(400)
    assert brightness(view) == held
    play.click()
    shown = "document.querySelector('.gentutor-in-page').shadowRoot.querySelector('output').value"
    view.wait_for_function(f"() => {shown} === '1.00'")
    assert brightness(view) == pytest.approx(8 / 16, abs=0.03)
    view.wait_for_timeout(100)
    assert "Play" in play.text_content()
