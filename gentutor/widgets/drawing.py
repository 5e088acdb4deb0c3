"""`Drawing`: a draw function with its knobs, their present values and the newest picture. No widget in it."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from gentutor.errors import GentutorError
from gentutor.knobs import KnobSet
from gentutor.language import translate
from gentutor.widgets.frames import Frame, as_frame

Alt = str | Callable[[dict[str, Any], Frame], str]


class Drawing:
    """Calls a draw function for new values, keeps the last good frame, and puts a failure into a sentence.

    Parameters
    ----------
    draw : callable
        ``draw(**values)`` returns a `Frame` or an array of pixels.
    knobs : KnobSet
        What can be moved.
    values : mapping, optional
        Starting values by name; usual values for the others.
    alt : str or callable
        A sentence that stands for the picture, or ``alt(values, frame)`` that returns one.

    Raises
    ------
    KnobError
        When a starting value is out of range.
    FrameError
        When the first call of `draw` returns no frame. Whatever else the first call raises is passed on.
    """

    def __init__(
        self, draw: Callable[..., Any], knobs: KnobSet, values: Mapping[str, Any] | None = None, alt: Alt = ""
    ) -> None:
        self.draw = draw
        self.knobs = knobs
        self.alt_text = alt
        self.values: dict[str, Any] = knobs.check(**(values or {}))
        self.error = ""  # one sentence; empty when the newest call went well
        self.trace = ""
        # JupyterLab may handle messages in a thread of their own, beside a running cell.
        self._lock = threading.Lock()
        self.seconds = 0.0
        self.frame = self._drawn(self.values)

    def _drawn(self, values: dict[str, Any]) -> Frame:
        started = time.perf_counter()
        frame = as_frame(self.draw(**values))
        frame.lines()  # refuses malformed curves here, where the sentence reaches the student
        self.seconds = time.perf_counter() - started
        return frame

    def update(self, values: Mapping[str, Any]) -> bool:
        """Draw with new values; return whether that went well. After a failure `error` says what happened."""
        with self._lock:
            try:
                checked = self.knobs.check(**{**self.values, **values})
                self.frame = self._drawn(checked)
                self.values = checked
            except (Exception, KeyboardInterrupt) as problem:
                self.error = sentence_of(problem)
                self.trace = "".join(traceback.format_exception(problem)[-6:])
                return False
            self.error = self.trace = ""
            return True

    @property
    def alt(self) -> str:
        """The sentence that stands for the present picture, with the present values in it."""
        if callable(self.alt_text):
            return translate(self.alt_text(self.values, self.frame))
        settings = ", ".join(f"{name} {value:g}" for name, value in self.values.items())
        parts = (translate(self.alt_text), settings, self.frame.caption)
        return ". ".join(part.rstrip(".") for part in parts if part) + "."


def sentence_of(problem: BaseException) -> str:
    """What a panel shows of an exception."""
    if isinstance(problem, KeyboardInterrupt):
        return "Interrupted: move a slider to draw again."
    if isinstance(problem, GentutorError):
        return str(problem)
    return f"The picture could not be drawn: {type(problem).__name__}: {problem}"
