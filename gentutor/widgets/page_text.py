"""A text as the widgets that run in the page show it: as the tokens of a model, each of which can be seen."""

from __future__ import annotations

from gentutor.datasets.tokens import encode
from gentutor.errors import GentutorError

VISIBLE = {" ": "␣", "\n": "↵"}
MOST_TOKENS = 200  # a text that still fits on the screen, and maps that still travel


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
