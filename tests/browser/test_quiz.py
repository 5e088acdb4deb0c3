"""The quiz on a page of its own: keys and mouse, the truth at once, the score, and what goes to the kernel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from gentutor.exercises.quiz import Source, deal
from gentutor.widgets.pages import page as joined
from gentutor.widgets.quiz_panel import PageQuiz, Quiz

SOURCES = {
    "squares": Source(torch.zeros(2, 1, 6, 6), torch.ones(2, 1, 6, 6), "A painter."),
    "lines": Source(["a <b>real</b> line", "d"], ["x & y", "y"], "A writer."),
}
STUB = """
window.sent = [];
const model = {get: (name) => STATE[name], send: (message) => window.sent.push(message), on() {}, off() {}};
render({ model, el: document.getElementById("here") });
"""


@pytest.fixture
def shown(browser: Any) -> Iterator[tuple[Any, Quiz]]:
    quiz = Quiz(deal(SOURCES, n_each=1, seed=0))
    widget = PageQuiz(quiz, "Real or fake?")
    state = json.dumps({"settings": widget.settings, "given": []}).replace("<", "\\u003c")
    script = f"{joined('controls.js', 'quiz.js')}\nconst STATE = {state};\n{STUB}"
    page = browser.new_page(viewport={"width": 900, "height": 600})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_content(
        f"<style>{joined('controls.css', 'quiz.css')}</style><div id=here></div><script type=module>{script}</script>"
    )
    page.wait_for_function("window.sent?.length > 0")
    yield page, quiz
    assert problems == []
    widget.close()
    page.close()


def test_keys_alone_finish_the_quiz(shown: tuple[Any, Quiz]) -> None:
    page, quiz = shown
    page.locator(".gt-quiz-stage").focus()
    for i, item in enumerate(quiz.items):
        assert f"{i + 1} of 4" in page.locator(".gt-quiz-count").inner_text()
        page.keyboard.press("4")
        page.keyboard.press("1")  # the answer stands
        said = page.locator(".gt-quiz-said").inner_text()
        assert said.startswith("✓ Right" if item.fake else "✗ No")
        assert item.maker in said
        page.keyboard.press("Enter")
    assert page.evaluate("window.sent") == [
        {"kind": "ready"}, *({"kind": "rated", "index": i, "rating": 3} for i in range(4)),
    ]  # fmt: skip
    assert page.locator(".gt-quiz-count").inner_text() == "You judged 2 of 4 rightly."
    assert page.locator("figure").count() == 4


def test_enter_twice_answers_nothing(shown: tuple[Any, Quiz]) -> None:
    page, _ = shown
    page.locator(".gt-quiz-stage").focus()
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert len(page.evaluate("window.sent")) == 2
    assert "2 of 4" in page.locator(".gt-quiz-count").inner_text()


def test_every_answer_is_a_named_button_and_every_picture_has_words(shown: tuple[Any, Quiz]) -> None:
    page, quiz = shown
    for item in quiz.items:
        if isinstance(item.content, str):
            assert page.locator("blockquote").inner_text() == item.content
        else:
            assert "picture" in page.locator(".gt-quiz-stage img").get_attribute("alt")
        before = page.locator(".gt-quiz").bounding_box()
        page.get_by_role("button", name="perhaps generated").click()
        assert page.locator(".gt-quiz").bounding_box() == before  # nothing moves
        page.locator(".gt-quiz-next").click()


def test_keys_typed_here_do_not_reach_the_notebook(shown: tuple[Any, Quiz]) -> None:
    page, _ = shown
    page.evaluate("window.reached = []; document.addEventListener('keydown', (e) => window.reached.push(e.key))")
    page.locator(".gt-quiz-stage").focus()
    for key in ("d", "d", "1"):
        page.keyboard.press(key)
    assert page.evaluate("window.reached") == []


def test_in_jupyterlab_the_answers_arrive_in_the_workspace(lab: Any) -> None:
    setup = """
import torch
from gentutor.exercises.quiz import Source, deal, last_quiz
from gentutor.widgets import quiz
items = deal({"squares": Source(torch.zeros(2, 1, 6, 6), torch.ones(2, 1, 6, 6), "A painter.")}, n_each=1)
"""
    lab.open(lab.write("quiz.ipynb", [setup, "quiz(items)", "'a cell below'"]))
    lab.run(0)
    lab.run(1)
    lab.page.locator(".gt-quiz-stage").focus()
    for _ in range(2):
        lab.page.keyboard.press("4")
        lab.page.keyboard.press("Enter")
    lab.page.locator("figure").nth(1).wait_for()
    assert lab.n_cells == 3  # no key reached the notebook
    assert lab.ask("last_quiz().ratings") == "[3, 3]"
