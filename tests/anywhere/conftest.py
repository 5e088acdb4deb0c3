"""Other places to learn in than `gentutor lab`: they need the extra "anywhere", so only `make test-anywhere` tries."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from gentutor.workspace.lessons import find_lesson
from gentutor.workspace.student import student_copy
from tests.browser.lab import CHROMIUM_MISSING, Lab, chromium, find_chromium

collect_ignore_glob = [] if os.environ.get("GENTUTOR_TEST_ANYWHERE") else ["test_*.py"]
WELCOME = "00_welcome"
UP_TO_SLIDER = ("imports", "parameters", "make-things-up", "two-ways-slider")
"""The cells of lesson 00 that its first panel of sliders needs, which is made by the last of them."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    if find_chromium() is None:
        pytest.fail(CHROMIUM_MISSING, pytrace=False)
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def welcome() -> str:
    """The student copy of lesson 00."""
    return student_copy(find_lesson(WELCOME))


def show_first_panel(lab: Lab, copy: str) -> int:
    """Run the cells of lesson 00 up to its first panel and scroll there; return the panel's cell."""
    places = {cell["id"]: place for place, cell in enumerate(json.loads(copy)["cells"])}
    for name in UP_TO_SLIDER:
        lab.run(places[name])
    lab.cell(places[UP_TO_SLIDER[-1]]).scroll_into_view_if_needed()
    lab.slider("overlap", places[UP_TO_SLIDER[-1]]).wait_for()
    return places[UP_TO_SLIDER[-1]]


def move(lab: Lab, cell: int, to: float) -> Any:
    """Drag the first panel's slider there; return the picture before and after, once it has changed."""
    canvas = lab.canvas(cell)
    before = lab.pixels(canvas)
    lab.drag("overlap", 0.2, to, n=cell)
    return before, lab.wait_until_changed(canvas, before)
