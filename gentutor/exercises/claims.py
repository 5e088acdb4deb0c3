"""`claim`: a sentence of the lesson that is tested every time the lesson runs."""

from __future__ import annotations

from gentutor.errors import ClaimError
from gentutor.exercises.cards import Card, show
from gentutor.exercises.progress import progress_file
from gentutor.language import translate

MEDIA_TYPE = "application/vnd.gentutor.claim+json"


def claim(sentence: str, holds: bool, detail: str = "") -> None:
    """State something that this very run has to show.

    In a student's workspace a claim that does not hold is shown as false and the lesson goes on: students are asked to
    change settings, and not every sentence holds under all of them. Anywhere else, as in `gentutor run`, it raises.

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
        When it does not hold, outside a workspace; the false claim is shown first.

    Examples
    --------
    >>> claim("Two is less than three", 2 < 3, "2 against 3")
    ✓ Two is less than three (2 against 3)
    """
    true = bool(holds)
    text = f"{translate(sentence)} ({translate(detail)})" if detail else translate(sentence)
    payload = {MEDIA_TYPE: {"sentence": sentence, "holds": true, "detail": detail}}
    advice = "If you changed a setting, that may be why: set it back and run the lesson again."
    if true:
        show(Card("good", text, payload=payload))
        return
    show(Card("bad", f"Not so in this run: {text}", [advice], payload=payload))
    if progress_file() is None:
        raise ClaimError(f"This run does not show what the lesson says: {text}. {advice}")
