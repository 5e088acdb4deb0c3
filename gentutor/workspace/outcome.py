"""How the execution of a lesson ended: read from the executed notebook, kept as plain values."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gentutor import __version__
from gentutor.errors import LessonDamagedError
from gentutor.workspace.files import read_notebook
from gentutor.workspace.lessons import Lesson

PASSED = "passed"
CELL_FAILED = "cell failed"
CHECK_FAILED = "check failed"
TIMED_OUT = "timed out"
KERNEL_DIED = "kernel died"
CRASHED = "crashed"
VERDICTS = (PASSED, CELL_FAILED, CHECK_FAILED, TIMED_OUT, KERNEL_DIED, CRASHED)

_CHECK = "application/vnd.gentutor.check+json"
_CLAIM = "application/vnd.gentutor.claim+json"


@dataclass(frozen=True)
class Outcome:
    """How one lesson's execution ended.

    Parameters
    ----------
    lesson : str
        The lesson's name.
    verdict : str
        One of `VERDICTS`.
    seconds : float
        Wall time, the kernel's start included.
    claims : int
        How many sentences of the lesson were asserted and held.
    knobs : int
        How many knobs the lesson declares.
    right, exercises : int
        Exercises whose check said right, and exercises that have a check: not those that a teacher marks by hand.
    wrong : tuple of str
        Names of the exercises whose check did not say right.
    cell, line : str
        Id and first line of the cell that was running when it failed; empty when it passed.
    tail : tuple of str
        The last lines of the error.
    cells : dict
        Seconds of every code cell, by id.
    """

    lesson: str
    verdict: str
    seconds: float
    claims: int = 0
    knobs: int = 0
    right: int = 0
    exercises: int = 0
    wrong: tuple[str, ...] = ()
    cell: str = ""
    line: str = ""
    tail: tuple[str, ...] = ()
    cells: dict[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the lesson ran to its end and every check of the master said right."""
        return self.verdict == PASSED


def read_outcome(
    lesson: Lesson, output: Path, verdict: str, *, seconds: float, cell: dict[str, Any], tail: list[str]
) -> Outcome:
    """Put together what the executed notebook at `output` shows and how its process ended."""
    cells = _cells(output)
    checks = {str(payload.get("exercise")): payload for payload in _payloads(cells, _CHECK)}
    names = [exercise.name for exercise in lesson.exercises if not exercise.by_hand]
    wrong = tuple(name for name in names if checks.get(name, {}).get("verdict") != "right")
    if verdict == PASSED and wrong:
        verdict = CHECK_FAILED
        tail = [f"{name}: {_what_was_said(checks.get(name))}" for name in wrong]
    failed_in_cell = verdict not in (PASSED, CHECK_FAILED)
    return Outcome(
        lesson=lesson.name,
        verdict=verdict,
        seconds=round(seconds, 2),
        claims=sum(payload.get("holds") is not False for payload in _payloads(cells, _CLAIM)),
        knobs=len(lesson.knobs),
        right=len(names) - len(wrong),
        exercises=len(names),
        wrong=wrong,
        cell=str(cell.get("id", "")) if failed_in_cell else "",
        line=str(cell.get("line", "")) if failed_in_cell else "",
        tail=tuple(tail),
        cells=_seconds(cells),
    )


def _what_was_said(payload: dict[str, Any] | None) -> str:
    """A check's own words about a solution that it did not find right."""
    if payload is None:
        return "its check cell shows no verdict; it should read `name = check(name)`."
    return f"{payload.get('verdict')}. {payload.get('message', '')}".strip()


def _cells(output: Path) -> list[dict[str, Any]]:
    """The cells of an executed notebook; none where its process ended before writing it."""
    try:
        return list(read_notebook(output)["cells"])
    except LessonDamagedError:
        return []


def _payloads(cells: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Everything that gentutor's checks and claims displayed, as plain values."""
    shown = [output.get("data", {}).get(kind) for cell in cells for output in cell.get("outputs", [])]
    return [payload for payload in shown if isinstance(payload, dict)]


def _seconds(cells: list[dict[str, Any]]) -> dict[str, float]:
    timed = [(cell.get("id", ""), cell["metadata"].get("papermill", {}).get("duration")) for cell in cells]
    return {name: round(duration, 2) for name, duration in timed if duration and duration >= 0.01}


def report(outcomes: list[Outcome], profile: str, settings: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The whole run as a JSON-able dictionary."""
    return {
        "gentutor": __version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "profile": profile,
        "settings": settings,
        "seconds": round(seconds, 2),
        "passed": all(outcome.passed for outcome in outcomes),
        "lessons": [asdict(outcome) for outcome in outcomes],
    }
