"""The quiz built of core ipywidgets, for front ends that cannot load the page's own."""

from __future__ import annotations

import html
from functools import partial
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from gentutor.exercises.quiz import RATINGS, Quiz
from gentutor.language import translate
from gentutor.widgets.quiz_still import still_of
from gentutor.widgets.quiz_words import QUESTION, SAID, as_plain


class CoreQuiz(ipywidgets.VBox):  # type: ignore[misc]
    """A `Quiz` with core buttons; `gentutor.widgets.quiz` makes it where it must."""

    def __init__(self, quiz: Quiz, title: str) -> None:
        self.quiz = quiz
        self.said = ipywidgets.HTML()
        self.shown_item = ipywidgets.HTML(layout=ipywidgets.Layout(min_height="220px"))
        self.buttons = [ipywidgets.Button(description=translate(word)) for word in RATINGS]
        for rating, button in enumerate(self.buttons):
            button.on_click(partial(self._rated, rating))
        heading = ipywidgets.HTML(f"<b>{html.escape(title)}</b>")
        super().__init__([heading, self.shown_item, ipywidgets.HBox(self.buttons), self.said])
        self._show()

    def _show(self) -> None:
        i = len(self.quiz.ratings)
        if i == len(self.quiz.items):
            self.shown_item.value = translate(SAID["kept"])
            for button in self.buttons:
                button.disabled = True
            return
        item = as_plain(self.quiz.items[i])
        if "text" in item:
            inside = f"<blockquote>{html.escape(item['text'])}</blockquote>"
        else:
            inside = f'<img width="196" alt="{html.escape(item["alt"])}" src="{item["image"]}">'
        self.shown_item.value = f"<p>{self._place(i)}: {translate(QUESTION)}</p>{inside}"

    def _place(self, i: int) -> str:
        return translate(SAID["place"]).replace("#1", str(i + 1)).replace("#2", str(len(self.quiz.items)))

    def _rated(self, rating: int, _: Any) -> None:
        i = len(self.quiz.ratings)
        item = self.quiz.items[i]
        self.quiz.rate(i, rating)
        word = "right" if (rating >= 2) == item.fake else "wrong"
        truth = translate(SAID[f"{word}-{'generated' if item.fake else 'real'}"])
        self.said.value = html.escape(f"{truth} {translate(item.maker) if item.fake else ''}".rstrip())
        self._show()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        live: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return live | still_of(self.quiz)
