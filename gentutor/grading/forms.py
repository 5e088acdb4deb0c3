"""Which form an exercise has: a function to write, a letter to choose, an answer in words."""

from __future__ import annotations

from typing import Any

EXERCISE, CHOICE, WRITTEN = "exercise", "choice", "written"


def form_of(contract: Any) -> str:
    """Return `EXERCISE`, `CHOICE` or `WRITTEN`.

    Parameters
    ----------
    contract : Exercise, Choice or Written
        From `gentutor.exercises.contract`.
    """
    if hasattr(contract, "options"):
        return CHOICE
    return WRITTEN if hasattr(contract, "rubric") else EXERCISE
