"""The quiz without a browser: what travels, what is kept, still picture, fallback."""

from __future__ import annotations

import io
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import ipywidgets  # type: ignore[import-untyped]
import pytest
import torch
from PIL import Image

from gentutor.exercises import progress as stored
from gentutor.exercises.quiz import Item, Source, deal, last_quiz
from gentutor.widgets import quiz
from gentutor.widgets.core_quiz import CoreQuiz
from gentutor.widgets.fallback import PATIENCE
from gentutor.widgets.quiz_panel import PageQuiz, StillQuiz

SOURCES = {
    "squares": Source(torch.zeros(3, 1, 6, 6), torch.ones(3, 1, 6, 6), "A painter."),
    "faces": Source(torch.zeros(3, 3, 4, 4), torch.ones(3, 3, 4, 4), "Another painter."),
    "lines": Source(["a <b> c", "d", "e"], ["x & y", "y", "z"], "A writer."),
}


@pytest.fixture(autouse=True)
def fresh(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    stored.forget()
    yield
    ipywidgets.Widget.close_all()


@pytest.fixture
def items() -> list[Item]:
    return deal(SOURCES, n_each=1, seed=0)


def rate(page: PageQuiz, index: Any, rating: Any) -> None:
    page._handle_custom_msg({"kind": "rated", "index": index, "rating": rating}, [])


def test_answers_from_the_page_are_kept(items: list[Item]) -> None:
    page = quiz(items).page
    for i, item in enumerate(items):
        rate(page, i, 3 if item.fake else 1)
        rate(page, i, 0)  # sent twice: only the first counts
    assert page.given == [3 if item.fake else 1 for item in items]
    result = last_quiz()
    assert result is not None
    assert result.right == len(items)


def test_the_page_gets_pictures_and_text_and_who_made_them(items: list[Item]) -> None:
    settings = quiz(items, title="Which?").page.settings
    assert settings["title"] == "Which?"
    assert len(settings["ratings"]) == 4
    for item, sent in zip(items, settings["items"], strict=True):
        assert (sent["fake"], sent["maker"]) == (item.fake, item.maker)
        if isinstance(item.content, str):
            assert sent["text"] == item.content
        else:
            picture = Image.open(io.BytesIO(b64decode(sent["image"].split(",")[1])))
            assert picture.size[0] == 4 * item.content.shape[-1]
            assert picture.convert("L").getpixel((0, 0)) == 255 * item.fake
            assert "picture" in sent["alt"]


def test_the_still_picture_has_all_items_and_tells_nothing(items: list[Item], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENTUTOR_WIDGETS", "still")
    shown = quiz(items)
    assert isinstance(shown, StillQuiz)
    bundle = shown._repr_mimebundle_()
    assert "6 numbered items" in bundle["text/plain"]
    assert "generated" not in bundle["text/plain"]
    assert Image.open(io.BytesIO(b64decode(bundle["image/png"]))).size[0] == 720
    assert 'alt="Real or fake?' in bundle["text/html"]


def test_the_live_quiz_leaves_a_still_picture_too(items: list[Item]) -> None:
    bundle = quiz(items)._repr_mimebundle_()
    assert "image/png" in bundle
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_where_the_page_cannot_show_it_core_buttons_ask(items: list[Item]) -> None:
    shown = quiz(items)
    shown.pulse.value = PATIENCE
    (core,) = shown.children
    assert isinstance(core, CoreQuiz)
    for item in items:
        if isinstance(item.content, str):
            assert "&lt;" in core.shown_item.value or "&amp;" in core.shown_item.value or len(item.content) == 1
        core.buttons[3].click()
        assert core.said.value.startswith("Right" if item.fake else "No")
    assert all(button.disabled for button in core.buttons)
    result = last_quiz()
    assert result is not None
    assert result.ratings == [3] * len(items)


def test_a_page_that_shows_it_keeps_it(items: list[Item]) -> None:
    shown = quiz(items)
    shown.page._handle_custom_msg({"kind": "ready"}, [])
    shown.pulse.value = PATIENCE
    assert shown.children[0] is shown.page
