"""The drawing pad in JupyterLab: mouse, keyboard, clear, and what the kernel gets of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.lab import Lab, LabServer, open_lab

SETUP = "from gentutor.widgets import sketch"
SHOW = "pad = sketch('###', title='Draw a target')\npad"


@pytest.fixture(scope="module")
def opened(server: LabServer, browser: Any) -> Iterator[Lab]:
    """One notebook for the tests of this file."""
    with open_lab(server, browser) as lab:
        lab.open(lab.write("sketch.ipynb", [SETUP, SHOW, "'a cell below'"]))
        lab.run(0)
        yield lab


@pytest.fixture
def lab(opened: Lab) -> Lab:
    """The open notebook with a fresh pad in cell 1."""
    opened.run(1)
    opened.cell(1).locator("canvas.gt-pad").wait_for()
    wait_for_words(opened, "3 of 512 places drawn.")  # the fresh pad, not the one of the test before
    opened.cell(1).scroll_into_view_if_needed()
    return opened


def drawn(lab: Lab) -> list[str]:
    return eval(lab.ask("pad.drawing.splitlines()"))


def wait_for_row(lab: Lab, row: int, places: slice, wanted: str) -> None:
    """Wait until the kernel has a row of the drawing: the page sends quick strokes together, after the caption."""
    until = time.monotonic() + 20
    while (seen := drawn(lab)[row][places]) != wanted and time.monotonic() < until:
        time.sleep(0.1)
    assert seen == wanted


def wait_for_words(lab: Lab, text: str) -> None:
    wanted = "text => document.querySelector('.gt-sketch .gt-caption').textContent.startsWith(text)"
    lab.page.wait_for_function(wanted, arg=text, timeout=20_000)


def test_a_quick_stroke_of_the_mouse_leaves_no_gaps(lab: Lab) -> None:
    box = lab.cell(1).locator("canvas.gt-pad").bounding_box()
    assert box
    lab.page.mouse.move(box["x"] + 5, box["y"] + 10)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + box["width"] - 5, box["y"] + 10)  # one event across the whole pad
    lab.page.mouse.up()
    wait_for_words(lab, "35 of 512 places drawn.")
    wait_for_row(lab, 0, slice(None), "#" * 32)


def test_the_keyboard_draws_wipes_out_and_leaves_the_notebook_alone(lab: Lab) -> None:
    pad = lab.cell(1).locator("canvas.gt-pad")
    pad.focus()
    for key in ("ArrowUp", " ", "ArrowRight", " ", "ArrowRight", " ", "d", "d"):
        lab.page.keyboard.press(key)
    wait_for_words(lab, "4 of 512 places drawn.")
    wait_for_row(lab, 7, slice(13, 20), ".##.##.")
    assert "row 8, column 19" in (pad.get_attribute("aria-label") or "")
    assert lab.n_cells == 3  # `d d` deletes a cell where a widget lets it through


def test_clear_and_back(lab: Lab) -> None:
    lab.cell(1).get_by_role("button", name="Clear").click()
    wait_for_words(lab, "Nothing is drawn yet.")
    for row in range(16):
        wait_for_row(lab, row, slice(None), "." * 32)
    lab.cell(1).get_by_role("button", name="As it was").click()
    wait_for_words(lab, "3 of 512 places drawn.")
