"""What a live panel tells its page: one message with everything that changed, taken at one moment of the run."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gentutor.errors import GentutorError
from gentutor.plots import to_uint8
from gentutor.training import Run
from gentutor.widgets.steering import Steering

View = Callable[[dict[str, Any]], Any]
Message = tuple[dict[str, Any], list[NDArray[Any]]]


class Feed:
    """Builds the messages of a panel; remembers which points of the curves the page has already.

    Parameters
    ----------
    steering : Steering
        Whose active run is told of.
    view : callable, optional
        ``view(parts)`` draws the weights.
    names : sequence of str
        The curves.
    alt : str
        What the picture shows.
    """

    def __init__(self, steering: Steering, view: View | None, names: Sequence[str], alt: str) -> None:
        self._steering, self._view, self._names, self._alt = steering, view, names, alt
        self._sent: dict[tuple[int, str], int] = {}
        self._pace: deque[tuple[float, int]] = deque(maxlen=30)  # about three seconds of (time, position)

    def restart(self) -> None:
        """Tell everything again: a page was opened."""
        self._sent.clear()

    def new_pace(self) -> None:
        """Measure the speed anew: training starts now."""
        self._pace.clear()

    def picture(self, run: Run) -> NDArray[np.uint8] | None:
        """The view of the run's weights as they are, (H, W) or (H, W, 3); None without a view.

        Raises
        ------
        GentutorError
            When the view returns something else.
        """
        if self._view is None:
            return None
        with run.lock, torch.no_grad():
            picture = np.ascontiguousarray(to_uint8(self._view(run.parts)))
        if picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] == 3):
            return picture
        raise GentutorError(
            f"view(parts) must return a picture of shape (H, W) or (H, W, 3); got shape {picture.shape}. "
            "gentutor.plots.image_grid makes one from a batch of images."
        )

    def update(self, state: str, picture: bool) -> Message:
        """One message and its buffers: the picture where wanted, then steps and values of each piece of a curve."""
        run = self._steering.run
        with run.lock:  # one moment for all: position, picture and curves belong together
            image = self.picture(run) if picture else None
            content = self._status(run, state)
            pieces, buffers = self._new_points()
        content |= {"kind": "update", "curves": pieces, "picture": None if image is None else list(image.shape)}
        return content, ([image] if image is not None else []) + buffers

    def _status(self, run: Run, state: str) -> dict[str, Any]:
        self._pace.append((time.monotonic(), run.position))
        (then, before), (now, position) = self._pace[0], self._pace[-1]
        rate = (position - before) / (now - then) if state == "training" and now > then else 0.0
        trouble = (run.trouble or "").split("What to do:")[0].strip()
        return {
            "state": state,
            "words": trouble or self._steering.words,
            "offer": self._steering.offer(),
            "position": position,
            "end": run.end,
            "rate": rate,
            "left": (run.steps - position) / rate if rate > 0 else None,
            "snapshots": run.snapshot_steps,
            "settings": {name: run.settings[name] for name in self._steering.knobs},
            "active": run.family().index(run),
            "runs": [
                {"name": one.name, "label": self._steering.label(one), "marks": self._steering.marks(one)}
                for one in run.family()
            ],
            "alt": f"{self._alt} At step {position:,}.",
        }

    def _new_points(self) -> tuple[list[dict[str, Any]], list[NDArray[Any]]]:
        """The points of all curves that the page does not have yet: a description and two buffers for each piece."""
        pieces: list[dict[str, Any]] = []
        buffers: list[NDArray[Any]] = []
        for index, one in enumerate(self._steering.run.family()):
            for name in self._names:
                if name not in one.metrics:
                    continue
                steps, values = one.curve(name)
                start = self._sent.get((index, name), 0)
                if len(steps) > start:
                    pieces.append({"run": index, "name": name, "start": start})
                    buffers += [steps[start:].astype(np.float32), values[start:].astype(np.float32)]
                    self._sent[index, name] = len(steps)
        return pieces, buffers
