"""What a checker is told: how a run is graded, and which submission is next. Plain values, ready to be sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gentutor.grading.inside.confinement import Limits
from gentutor.grading.records import Submission


@dataclass(frozen=True)
class Order:
    """How a run is graded; the same for every submission of it.

    Parameters
    ----------
    lesson : str
        Name of the lesson.
    seed : int
        The run's secret seed.
    plan, solutions : dict
        See `gentutor.grading.records.Assignment`.
    checks : str
        Fingerprint of gentutor's exercises; a worker with other exercises refuses the order.
    wall : str, optional
        One of `gentutor.grading.walls.WALLS`; the best that the worker's machine has where it is not given.
    trust : bool
        Whether to grade without a wall where none can be had.
    own_checks : str
        Source of the teacher's side file.
    limits : Limits
        What a submission may use.
    """

    lesson: str
    seed: int
    plan: dict[str, Any]
    solutions: dict[str, str]
    checks: str
    wall: str | None = None
    trust: bool = False
    own_checks: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Task:
    """One submission to grade.

    Parameters
    ----------
    order : Order
        How.
    submission : Submission
        What.
    contents : dict of str to bytes, optional
        The files themselves, for workers that do not see the teacher's disk: the notebook under ``""``, extras under
        their names.
    """

    order: Order
    submission: Submission
    contents: dict[str, bytes] | None = None
