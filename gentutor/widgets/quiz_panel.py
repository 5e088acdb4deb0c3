"""`quiz`: *real or fake?*, one item at a time, answered by mouse or keys, with the truth at once.

On the page it is one small module (quiz.js); elsewhere the same of core ipywidgets, by the rules of
`gentutor.widgets.slider_panel`. What is answered is kept by `gentutor.exercises.quiz`. A notebook that is executed
without anybody shows the items as a still picture, and the quiz stays open.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import anywidget
import traitlets

from gentutor.exercises.quiz import RATINGS, Item, Quiz
from gentutor.language import translate
from gentutor.widgets.cells import close_whole, replace_in_cell
from gentutor.widgets.pages import page
from gentutor.widgets.quiz_still import still_of
from gentutor.widgets.quiz_words import QUESTION, SAID, as_plain
from gentutor.widgets.slider_panel import kind_of_widgets


class StillQuiz:
    """A quiz of which only the picture is shown."""

    def __init__(self, quiz: Quiz) -> None:
        self.quiz = quiz

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return still_of(self.quiz)


class PageQuiz(anywidget.AnyWidget):
    """A `Quiz` shown by the page; `gentutor.widgets.quiz` makes it."""

    _esm: ClassVar[str] = page("controls.js", "quiz.js")
    _css: ClassVar[str] = page("controls.css", "quiz.css")
    settings = traitlets.Dict().tag(sync=True)
    given: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(self, quiz: Quiz, title: str) -> None:
        self.quiz = quiz
        self.shown = False  # whether a page has told that it shows this quiz
        settings: dict[str, Any] = {
            "ratings": [translate(word) for word in RATINGS],
            "question": translate(QUESTION),
            "say": {name: translate(text) for name, text in SAID.items()},
        }
        items = [as_plain(item) for item in quiz.items]
        super().__init__(settings=settings | {"items": items, "title": title})
        self.on_msg(self._hear)

    def _hear(self, _: Any, content: dict[str, Any], buffers: list[memoryview]) -> None:
        if content.get("kind") == "ready":
            self.shown = True
        if content.get("kind") == "rated":
            self.quiz.rate(content["index"], content["rating"])
            self.given = list(self.quiz.ratings)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return live | still_of(self.quiz), metadata


def quiz(items: Sequence[Item], *, title: str = "Real or fake?") -> Any:
    """Ask which items are real, one after another, and keep the answers.

    Parameters
    ----------
    items : sequence of Item
        What `gentutor.exercises.quiz.deal` returns.
    title : str
        Heading.

    Returns
    -------
    widget
        It shows itself as the last line of a cell. Running the cell again starts the quiz anew.
    """
    dealt, title = Quiz(items), translate(title)
    kind = kind_of_widgets()
    if kind == "still":
        return StillQuiz(dealt)
    from gentutor.widgets.core_quiz import CoreQuiz

    make_core = partial(CoreQuiz, dealt, title)
    if kind == "core":
        made: Any = make_core()
    else:
        from gentutor.widgets.fallback import Guarded

        made = Guarded(PageQuiz(dealt, title), make_core, partial(still_of, dealt))
    replace_in_cell(partial(close_whole, made))
    return made
