"""Executes master lessons on the workers of a Dask cluster: `gentutor.workspace.execute` for more than one machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gentutor.workspace.cluster import run_on_cluster
from gentutor.workspace.execute import LIMITS, Job, parameters_of_all
from gentutor.workspace.files import make_folder
from gentutor.workspace.lessons import Lesson, read_lesson
from gentutor.workspace.outcome import CRASHED, Outcome
from gentutor.workspace.pool import Lost

_POLL_S = 0.1


@dataclass(frozen=True)
class Order:
    """A lesson to execute, for a worker that does not see this disk.

    Parameters
    ----------
    name : str
        The lesson's name.
    master : bytes
        Its notebook.
    parameters : dict
        Values injected below its parameters cell.
    limit : float
        Seconds after which it is ended.
    """

    name: str
    master: bytes
    parameters: dict[str, Any]
    limit: float


@dataclass(frozen=True)
class Executed:
    """What came of an `Order`.

    Parameters
    ----------
    outcome : Outcome
        How it went.
    notebook : bytes
        The executed notebook; empty where the lesson ended before one was written.
    """

    outcome: Outcome
    notebook: bytes


def execute_on_cluster(
    lessons: Sequence[Lesson],
    scheduler: str,
    profile: str = "quick",
    *,
    settings: dict[str, str] | None = None,
    out: Path | None = None,
    limit: float | None = None,
    on_end: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Execute lessons on a Dask cluster; a lesson whose worker dies is executed again by another.

    Parameters
    ----------
    lessons : sequence of Lesson
        What to execute.
    scheduler : str
        Address of the scheduler.
    profile : {"quick", "full"}
        Which values the knobs take.
    settings : dict, optional
        Values of knobs as typed, for the lessons that have such a knob.
    out : pathlib.Path, optional
        Folder for the executed notebooks; they are not kept where it is not given.
    limit : float, optional
        Seconds for each lesson; by default from `gentutor.workspace.execute.LIMITS`.
    on_end : callable, optional
        Called with each outcome as soon as it is there.

    Returns
    -------
    list of Outcome
        One for each lesson, in the given order.

    Raises
    ------
    KnobError
        When no lesson has a knob that is set, or a value is out of range.
    SetupError
        When the cluster cannot be used.
    WorkspaceError
        When `out` cannot be made.
    """
    parameters = parameters_of_all(lessons, profile, settings or {})
    orders = [
        Order(lesson.name, lesson.path.read_bytes(), parameters[lesson.name], limit or LIMITS[profile])
        for lesson in lessons
    ]
    if out:
        make_folder(out)
    outcomes: dict[int, Outcome] = {}
    for index, done in run_on_cluster(execute_order, orders, scheduler):
        if isinstance(done, Lost):
            outcomes[index] = Outcome(lessons[index].name, CRASHED, seconds=0.0, tail=(done.sentence,))
        else:
            outcomes[index] = done.outcome
            if out and done.notebook:
                (out / lessons[index].path.name).write_bytes(done.notebook)
        if on_end:
            on_end(outcomes[index])
    return [outcomes[index] for index in range(len(lessons))]


def execute_order(order: Order) -> Executed:
    """Execute one lesson in a process of its own on this machine, a worker's."""
    with tempfile.TemporaryDirectory(prefix="gentutor-run-") as temporary:
        masters, scratch = Path(temporary, "masters"), Path(temporary, "scratch")
        masters.mkdir()
        scratch.mkdir()
        master, output = masters / f"{order.name}.ipynb", Path(temporary, f"{order.name}.ipynb")
        master.write_bytes(order.master)
        job = Job(
            read_lesson(master), parameters=order.parameters, output=output, scratch=scratch, limit=order.limit
        )
        try:
            while not job.poll():
                time.sleep(_POLL_S)
        finally:
            outcome = job.end()
        notebook = b""
        with suppress(FileNotFoundError):
            notebook = output.read_bytes()
        return Executed(outcome, notebook)
