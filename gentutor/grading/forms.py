"""Which form an exercise has: a function to write, a letter to choose, an answer in words."""

from __future__ import annotations

from gentutor.exercises.contract import Choice, Contract, Written

EXERCISE, CHOICE, WRITTEN = "exercise", "choice", "written"


def form_of(contract: Contract) -> str:
    """Return `EXERCISE`, `CHOICE` or `WRITTEN`.

    Parameters
    ----------
    contract : Exercise, Choice or Written
        The contract.
    """
    if isinstance(contract, Choice):
        return CHOICE
    return WRITTEN if isinstance(contract, Written) else EXERCISE
