"""What a widget that runs in the page hands to the notebook: its HTML, and a still picture where scripts do not run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PagePicture:
    """Shown by a notebook as the widget, elsewhere as a still picture.

    Parameters
    ----------
    html : str
        The widget, with all its numbers and its script inside.
    still : bytes
        PNG for where no script runs.
    alt : str
        What there is to see, in words.
    size : tuple of int
        Width and height of the still picture on the page, in pixels.
    """

    html: str
    still: bytes
    alt: str
    size: tuple[int, int]

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {"text/html": self.html, "image/png": self.still, "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "width": self.size[0], "height": self.size[1]}}

    def __repr__(self) -> str:
        return f"PagePicture({self.alt!r})"
