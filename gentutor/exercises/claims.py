"""`claim`: a sentence of the lesson that is tested every time the lesson runs."""

from __future__ import annotations

from gentutor.errors import ClaimError
from gentutor.exercises.cards import Card, show

MEDIA_TYPE = "application/vnd.gentutor.claim+json"


def claim(sentence: str, holds: bool, detail: str = "") -> None:
    """State something that this very run has to show.

    Parameters
    ----------
    sentence : str
        What the lesson says, such as ``"A higher beta lowers the KL"``.
    holds : bool
        Whether the numbers of this run show it; a NumPy or torch truth value will do.
    detail : str
        The numbers, such as ``"24.1 against 11.8 nats"``.

    Raises
    ------
    ClaimError
        When it does not hold; the false claim is shown first.

    Examples
    --------
    >>> claim("Two is less than three", 2 < 3, "2 against 3")
    ✓ Two is less than three (2 against 3)
    """
    true = bool(holds)
    text = f"{sentence} ({detail})" if detail else sentence
    payload = {MEDIA_TYPE: {"sentence": sentence, "holds": true, "detail": detail}}
    show(Card("good" if true else "bad", text if true else f"Not so in this run: {text}", payload=payload))
    if not true:
        raise ClaimError(
            f"This run does not show what the lesson says: {text}. If you changed a setting, that may be why: set it "
            "back and run the lesson again."
        )
