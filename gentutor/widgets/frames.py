"""`Frame`, what a panel's draw function returns: a picture, curves, a caption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gentutor.errors import FrameError
from gentutor.language import SOURCE, language, translate


@dataclass(frozen=True)
class Frame:
    """One picture of a panel, curves under it, and a line of words.

    Parameters
    ----------
    image : array of uint8, shape (H, W) or (H, W, 3), optional
        Grey or colour pixels; `gentutor.plots.image_grid` makes them from images in [0, 1].
    curves : mapping of str to array (N,) or (2, N), optional
        Heights by name, drawn over 0 to N - 1; of shape (2, N), the places on the horizontal axis come first.
    caption : str
        One sentence under the picture, such as what a number has become.
    x_name, y_name : str
        What the curves' axes show, with the unit.
    y_range : (float, float), optional
        Bottom and top of the curves' plot. Fixed, a drag compares heights; not given, it follows the data.

    Raises
    ------
    FrameError
        When the arrays have another type or shape, or there is nothing to show.

    Examples
    --------
    >>> Frame(np.zeros((4, 6), np.uint8), caption="black").image.shape
    (4, 6)
    """

    image: NDArray[np.uint8] | None = None
    curves: Mapping[str, ArrayLike] | None = None
    caption: str = ""
    x_name: str = ""
    y_name: str = ""
    y_range: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.image is None and not self.curves:
            raise FrameError("A Frame needs an image or curves; it got neither.")
        image = self.image
        if image is None:
            return
        shape: tuple[int, ...] = getattr(image, "shape", ())
        if getattr(image, "dtype", None) != np.uint8 or not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)):
            raise FrameError(
                "A Frame's image must be an array of uint8 with shape (H, W) or (H, W, 3); "
                f"got {getattr(image, 'dtype', type(image).__name__)} with shape {tuple(shape)}. "
                "gentutor.plots.image_grid makes one from images in [0, 1]."
            )

    def lines(self) -> dict[str, tuple[NDArray[np.float32] | None, NDArray[np.float32]]]:
        """The curves by name, as places on the horizontal axis (None for 0, 1, 2, ...) and heights.

        Raises
        ------
        FrameError
            When a curve is neither (N,) nor (2, N).
        """
        found: dict[str, tuple[NDArray[np.float32] | None, NDArray[np.float32]]] = {}
        for name, curve in (self.curves or {}).items():
            points = np.ascontiguousarray(curve, dtype=np.float32)
            if points.ndim == 1:
                found[name] = (None, points)
            elif points.ndim == 2 and len(points) == 2:
                found[name] = (points[0], points[1])
            else:
                raise FrameError(f"The curve {name!r} must have shape (N,) or (2, N); got {points.shape}.")
        return found

    def pack(self) -> tuple[dict[str, Any], list[bytes]]:
        """What travels to the page: a description in plain values, and the raw bytes that it describes."""
        buffers = [] if self.image is None else [np.ascontiguousarray(self.image).tobytes()]
        curves = []
        for name, (xs, heights) in self.lines().items():
            curves.append({"name": name, "xs": xs is not None})
            buffers += [part.tobytes() for part in (xs, heights) if part is not None]
        low, high = self.y_range or (None, None)
        content = {
            "shape": None if self.image is None else list(self.image.shape),
            "curves": curves,
            "caption": self.caption,
            "x_name": self.x_name,
            "y_name": self.y_name,
            "low": low,
            "high": high,
        }
        return content, buffers


def as_frame(drawn: Any) -> Frame:
    """Return what a draw function returned as a `Frame`, its words translated; bare pixels are taken as its image.

    Raises
    ------
    FrameError
        When it is neither.
    """
    if isinstance(drawn, Frame):
        return drawn if language() == SOURCE else _translated(drawn)
    if isinstance(drawn, np.ndarray):
        return Frame(drawn)
    raise FrameError(f"The draw function must return a Frame or an array of pixels; it returned {drawn!r}.")


def _translated(frame: Frame) -> Frame:
    """The same frame with its words translated."""
    return replace(
        frame,
        curves=frame.curves and {translate(name): curve for name, curve in frame.curves.items()},
        caption=translate(frame.caption),
        x_name=translate(frame.x_name),
        y_name=translate(frame.y_name),
    )
