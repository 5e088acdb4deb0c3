"""Executes master lessons, each in a process group of its own that can be ended whatever the lesson does."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from gentutor.errors import KnobError
from gentutor.knobs import KnobSet
from gentutor.workspace.files import make_folder
from gentutor.workspace.isolation import lesson_environment
from gentutor.workspace.lessons import Lesson
from gentutor.workspace.machine import usable_cores
from gentutor.workspace.outcome import CRASHED, TIMED_OUT, Outcome, read_outcome

LIMITS = {"quick": 300.0, "full": 1800.0}
"""Seconds after which a lesson is ended, by profile: some five times what a lesson should take on two cores."""

_POLL_S = 0.1
_N_LOG_LINES = 12


class Job:
    """One lesson on its way: started with the object, ended by `end` at the latest.

    Parameters
    ----------
    lesson : Lesson
        What to execute.
    parameters : dict
        Values injected below the lesson's parameters cell.
    output : pathlib.Path
        Where the executed notebook goes.
    scratch : pathlib.Path
        A temporary folder of its own.
    limit : float
        Seconds after which it is ended.
    threads : int, optional
        Threads for numerical libraries; all cores where it is not given.
    """

    def __init__(
        self,
        lesson: Lesson,
        *,
        parameters: dict[str, Any],
        output: Path,
        scratch: Path,
        limit: float,
        threads: int | None = None,
    ) -> None:
        self.lesson = lesson
        self.output = output
        self.limit = limit
        self.cell: dict[str, Any] = {}
        self.verdict = ""
        self.tail: list[str] = []
        self._events = scratch / "events.jsonl"
        self._log = scratch / "log.txt"
        self._n_read = 0
        self._family: set[psutil.Process] = set()
        specification = {
            "notebook": str(lesson.path), "output": str(output), "parameters": parameters,
            "cwd": str(lesson.path.parent), "events": str(self._events),
        }  # fmt: skip
        self.started = time.monotonic()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gentutor.workspace.worker", json.dumps(specification)],
                stdin=subprocess.PIPE,  # closes when this process is gone, however that happened
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=scratch,
                env=lesson_environment(scratch, lesson.path.parent, threads),
                start_new_session=True,
            )

    @property
    def seconds(self) -> float:
        """Wall time since the start."""
        return time.monotonic() - self.started

    def poll(self) -> bool:
        """Read what has happened; True when the lesson has ended, by itself or at its limit."""
        running = self._process.poll() is None
        self._read_events()
        self._note_family()
        if running and self.seconds > self.limit:
            self.verdict = TIMED_OUT
            self.tail = [f"It was still running after its limit of {self.limit:g} s, and was ended."]
            return True
        if not running and not self.verdict:
            self.verdict = CRASHED
            self.tail = self._log.read_text(errors="replace").splitlines()[-_N_LOG_LINES:]
        return not running

    def end(self) -> Outcome:
        """End every process of this lesson, the kernel and what it started included, and say how it went."""
        seconds = self.seconds
        self._note_family()
        for process in self._family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(self._family, timeout=5)
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        verdict = self.verdict or CRASHED
        return read_outcome(self.lesson, self.output, verdict, seconds=seconds, cell=self.cell, tail=self.tail)

    def _read_events(self) -> None:
        """Take in the whole lines that the worker has written since the last time."""
        if not self._events.exists():
            return
        whole, _, _ = self._events.read_text(encoding="utf-8").rpartition("\n")
        lines = whole.split("\n") if whole else []
        for line in lines[self._n_read :]:
            event = json.loads(line)
            if event["event"] == "cell":
                self.cell = event
            else:
                self.verdict, self.tail = event["verdict"], event["lines"]
        self._n_read = len(lines)

    def _note_family(self) -> None:
        """Remember every descendant: a kernel has a session of its own and outlives a killed parent."""
        with suppress(psutil.NoSuchProcess):
            worker = psutil.Process(self._process.pid)
            self._family |= {worker, *worker.children(recursive=True)}


def lesson_parameters(lesson: Lesson, profile: str, settings: dict[str, str]) -> dict[str, Any]:
    """The values injected into a lesson: the profile, its knobs' values in it, and those settings that are its knobs.

    Raises
    ------
    KnobError
        When the profile is unknown or a setting is out of range.
    """
    knobs: KnobSet = lesson.knobs
    chosen = {name: knobs[name].parse(text) for name, text in settings.items() if name in knobs}
    return {"profile": profile, **knobs.values_for(profile), **chosen}


def parameters_of_all(lessons: Sequence[Lesson], profile: str, settings: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The values injected into each lesson, by its name.

    Raises
    ------
    KnobError
        When no lesson has a knob that is set, or a value is out of range.
    """
    unknown = [name for name in settings if not any(name in lesson.knobs for lesson in lessons)]
    if unknown:
        raise KnobError(f"None of these lessons has a knob {unknown[0]!r}; `gentutor knobs` lists those there are.")
    return {lesson.name: lesson_parameters(lesson, profile, settings) for lesson in lessons}


def execute(
    lessons: Sequence[Lesson],
    profile: str = "quick",
    *,
    jobs: int = 1,
    settings: dict[str, str] | None = None,
    out: Path | None = None,
    limit: float | None = None,
    on_progress: Callable[[list[Job]], None] | None = None,
    on_end: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Execute lessons offline, each in its own process; nothing is written beside the masters.

    Parameters
    ----------
    lessons : sequence of Lesson
        What to execute.
    profile : {"quick", "full"}
        Which values the knobs take.
    jobs : int
        How many lessons run at a time; they share the cores.
    settings : dict, optional
        Values of knobs as typed, for the lessons that have such a knob.
    out : pathlib.Path, optional
        Folder for the executed notebooks; a temporary one, deleted at the end, where it is not given.
    limit : float, optional
        Seconds for each lesson; by default from `LIMITS`.
    on_progress : callable, optional
        Called about ten times a second with the jobs that run.
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
    WorkspaceError
        When `out` cannot be made.
    """
    parameters = parameters_of_all(lessons, profile, settings or {})
    threads = max(1, usable_cores() // jobs) if jobs > 1 else None
    waiting, running, outcomes = list(lessons), list[Job](), dict[str, Outcome]()
    with tempfile.TemporaryDirectory(prefix="gentutor-run-") as temporary:
        folder = out.resolve() if out else Path(temporary)
        make_folder(folder)
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    lesson = waiting.pop(0)
                    job = Job(
                        lesson,
                        parameters=parameters[lesson.name],
                        output=folder / lesson.path.name,
                        scratch=Path(tempfile.mkdtemp(prefix=f"{lesson.name}-", dir=temporary)),
                        limit=limit or LIMITS[profile],
                        threads=threads,
                    )
                    running.append(job)
                for job in [job for job in running if job.poll()]:
                    running.remove(job)
                    outcomes[job.lesson.name] = job.end()
                    if on_end:
                        on_end(outcomes[job.lesson.name])
                if on_progress:
                    on_progress(running)
                if running:
                    time.sleep(_POLL_S)
        finally:
            for job in running:
                job.end()
    return [outcomes[lesson.name] for lesson in lessons]
