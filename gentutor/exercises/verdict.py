"""The outcome of a check, as plain values that can be shown, stored and sent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

RIGHT = "right"
DIFFERS = "differs"
RAISED = "raised"
TIMED_OUT = "timed out"
NOT_ATTEMPTED = "not attempted"
DIED = "died"  # only where the function runs in a process of its own
UNREADABLE = "unreadable"  # only for a submission whose file cannot be read
BY_HAND = "by hand"  # a written answer that waits for its teacher's mark

KINDS = (RIGHT, DIFFERS, RAISED, TIMED_OUT, NOT_ATTEMPTED, DIED, UNREADABLE, BY_HAND)


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Parameters
    ----------
    check : str
        Name of the check.
    kind : str
        One of `KINDS`.
    code : str
        Which diagnosis was made, such as ``"factor"`` or ``"shape"``; empty when right.
    message : str
        The sentence for the student; empty when right.
    by : float, optional
        Largest absolute difference from what is wanted, where one can be stated.
    """

    check: str
    kind: str
    code: str = ""
    message: str = ""
    by: float | None = None


@dataclass(frozen=True)
class Verdict:
    """What all checks of an exercise found together.

    Parameters
    ----------
    exercise : str
        Name of the exercise.
    kind : str
        `RIGHT` when every check passed, else the kind of the first that did not.
    message : str
        The one sentence that helps most.
    points, of : float
        Points earned, and points that can be earned.
    by : float, optional
        Largest absolute difference from what is wanted, where one can be stated.
    misconception : str
        Name of the misconception that was recognised; empty when none was.
    findings : tuple of Finding
        One for each check, in the order of the exercise.
    answer : str
        The letter chosen or the text written, where the exercise asks for one.
    """

    exercise: str
    kind: str
    message: str
    points: float
    of: float
    by: float | None = None
    misconception: str = ""
    findings: tuple[Finding, ...] = ()
    answer: str = ""

    @property
    def right(self) -> bool:
        """Whether every check passed."""
        return self.kind == RIGHT

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as plain values, ready for ``json.dumps``."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Verdict:
        """Rebuild a verdict from what `to_json` returned."""
        return cls(**{**values, "findings": tuple(Finding(**finding) for finding in values["findings"])})
