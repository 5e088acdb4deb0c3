"""A line of progress with time left, in a notebook or a terminal."""

from __future__ import annotations

import sys
import time
from html import escape
from types import TracebackType
from typing import Any

_PATIENCE = 0.5  # seconds before anything is shown: short work needs no bar
_PERIOD = 0.2  # seconds between two updates of the line


class Progress:
    """Shows how much is done and how long the rest will take; silent when the work is over in half a second.

    Parameters
    ----------
    total : int
        Amount of work.
    start : int
        How much of it was done before.
    unit : str
        What is counted, in the plural.
    label : str
        What the work is, shown before the numbers.
    shown : bool
        False to show nothing at all.

    Examples
    --------
    >>> with Progress(3, unit="pictures") as bar:
    ...     for n_done in range(3):
    ...         bar.update(n_done + 1)
    """

    def __init__(
        self, total: int, *, start: int = 0, unit: str = "steps", label: str = "Training", shown: bool = True
    ) -> None:
        self._total, self._first, self._done = max(total, 1), start, start
        self._unit, self._label, self._shown = unit, label, shown
        self._handle: Any = None
        self._on_screen = False

    def __enter__(self) -> Progress:
        self._began = self._drawn = time.perf_counter()
        return self

    def update(self, done: int) -> None:
        """Say that `done` of the total are done."""
        self._done = done
        now = time.perf_counter()
        due = _PERIOD if self._on_screen else _PATIENCE
        if self._shown and now - self._drawn >= due:
            self._drawn = now
            self._draw(self._text(now), final=False)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._on_screen:
            seconds = time.perf_counter() - self._began
            word = "Done" if kind is None else "Stopped"
            self._draw(f"{self._label}: {word} after {self._done:,} {self._unit} in {seconds:.1f} s.", final=True)

    def _text(self, now: float) -> str:
        elapsed = now - self._began
        left = elapsed * (self._total - self._done) / max(self._done - self._first, 1)
        return (
            f"{self._label}: {self._done:,} of {self._total:,} {self._unit}, "
            f"{elapsed:.0f} s so far, about {max(left, 1):.0f} s left"
        )

    def _draw(self, text: str, final: bool) -> None:
        self._on_screen = True
        if _in_notebook():
            self._draw_in_notebook(text, final)
        elif sys.stderr.isatty():
            print(f"\r{text:<78}", end="\n" if final else "", file=sys.stderr, flush=True)

    def _draw_in_notebook(self, text: str, final: bool) -> None:
        from IPython.display import display

        bar = (
            ""
            if final
            else f'<progress value="{self._done}" max="{self._total}" aria-label="{escape(self._label)}"></progress> '
        )
        data = {"text/plain": text, "text/html": f"<div>{bar}{escape(text)}</div>"}
        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)


def _in_notebook() -> bool:
    """Whether this process is a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")
