"""What a widget that runs in the page hands to the notebook: its HTML, and a still picture where scripts do not run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gentutor.datasets.tokens import encode
from gentutor.errors import GentutorError

VISIBLE = {" ": "␣", "\n": "↵"}
MOST_TOKENS = 200  # a text that still fits on the screen, and maps that still travel


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


def tokens_of(text: str, vocabulary: tuple[str, ...], n_tokens: int, least: int = 2) -> list[int]:
    """Return the numbers of the characters of `text` for a model of `n_tokens` tokens.

    Raises
    ------
    GentutorError
        When the text is too short or too long, or the vocabulary is not the model's.
    """
    if len(vocabulary) != n_tokens:
        raise GentutorError(
            f"The model has {n_tokens} tokens, but the vocabulary has {len(vocabulary)}. "
            "Hand over the vocabulary that it was trained with."
        )
    if not least <= len(text) <= MOST_TOKENS:
        raise GentutorError(f"The text must have {least} to {MOST_TOKENS} characters; it has {len(text)}.")
    return encode(text, vocabulary)


def visible(token: str) -> str:
    """Return a token as it can be seen: blanks and ends of lines too."""
    return VISIBLE.get(token, token)
