"""`quiz`: *real or fake?*, one item at a time, answered by mouse or keys, with the truth at once.

On the page it is one small module (quiz.js); elsewhere the same of core ipywidgets, by the rules of
`gentutor.widgets.slider_panel`. What is answered is kept by `gentutor.exercises.quiz`. A notebook that is executed
without anybody shows the items as a still picture, and the quiz stays open.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import anywidget
import traitlets

from gentutor.exercises.quiz import RATINGS, Item, Quiz
from gentutor.language import translate
from gentutor.plots.pictures import encode_png, still_bundle, to_uint8
from gentutor.widgets.cells import close_whole, replace_in_cell
from gentutor.widgets.pages import page
from gentutor.widgets.quiz_still import draw_items
from gentutor.widgets.slider_panel import kind_of_widgets

QUESTION = "is it real, or did a model make it?"
SAID = {  # what the page says besides; #1 and #2 stand for numbers
    "place": "#1 of #2",
    "right-real": "Right: it is real.",
    "right-generated": "Right: it is generated.",
    "wrong-real": "No: it is real.",
    "wrong-generated": "No: it is generated.",
    "real": "real",
    "generated": "generated",
    "next": "Next",
    "last": "See your score",
    "score": "You judged #1 of #2 rightly.",
    "you": "you said",
    "kept": "Your answers are kept. Now run the next cell.",
}


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


def as_plain(item: Item) -> dict[str, Any]:
    """Return an item as plain values for the page: a line of text, or a picture as a data address."""
    known = {"family": item.family, "fake": item.fake, "maker": translate(item.maker)}
    if isinstance(item.content, str):
        return known | {"text": item.content}
    alt = f"a small picture, one of the {translate(item.family)}"
    return known | {"image": data_address(item), "alt": translate(alt)}


def data_address(item: Item) -> str:
    """Return an item's picture as the address of an ``<img>``."""
    pixels = to_uint8(item.content)  # (C, H, W)
    pixels = pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)
    return f"data:image/png;base64,{base64.b64encode(encode_png(pixels, scale=4)).decode('ascii')}"


def still_of(quiz: Quiz) -> dict[str, Any]:
    """Return what a notebook stores of a quiz: all items in a picture, without the truth."""
    alt = f"Real or fake? {len(quiz.items)} numbered items to judge: " + ", ".join(
        f"{sum(item.family == family for item in quiz.items)} {translate(family)}"
        for family in dict.fromkeys(item.family for item in quiz.items)
    )
    return still_bundle(encode_png(draw_items(quiz.items)), translate(f"{alt}."))


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
