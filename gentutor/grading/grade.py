"""Grades a class: collects, spreads submissions over workers or a cluster, and writes every result as it comes."""

from __future__ import annotations

import difflib
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gentutor.errors import GradingError, SubmissionsError, WorkspaceError
from gentutor.grading import worker
from gentutor.grading.assignment import make_assignment, order_for
from gentutor.grading.collecting import collect
from gentutor.grading.handed_in import hash_of, read_files
from gentutor.grading.inside.confinement import Limits
from gentutor.grading.orders import Order, Task
from gentutor.grading.outputs import Outputs
from gentutor.grading.records import FAULT, Assignment, Result, Submission
from gentutor.grading.walls import choose_wall
from gentutor.workspace.cluster import run_on_cluster
from gentutor.workspace.files import make_folder
from gentutor.workspace.lessons import find_lesson
from gentutor.workspace.machine import usable_cores
from gentutor.workspace.pool import Lost, run_tasks

_WORTH_A_WORKER = 25  # submissions: for fewer, a second process costs more to start than it saves
_UNPACKED = ".unpacked-"
_LIMIT_S = 60.0  # for one submission beyond the sum of its own deadlines: then its worker is ended


@dataclass(frozen=True)
class Options:
    """How a class is graded.

    Parameters
    ----------
    jobs : int, optional
        Submissions at a time; by default one for each core, fewer for a small class.
    resume : bool
        Whether to go on with what an earlier run left in the same folder.
    only : tuple of str
        Names of the students to grade; all where it is empty.
    allowed : tuple of str
        Names of files beside the notebook that a submission may bring.
    checks : pathlib.Path, optional
        The teacher's side file of own checks.
    show_inputs : bool
        Whether feedback pages show the seeded inputs of a failed check.
    trust : bool
        Whether to go on where no wall can be had.
    wall : str, optional
        One of `gentutor.grading.walls.WALLS`; by default the best there is.
    scheduler : str
        Address of a Dask scheduler; empty for this machine alone.
    limits : Limits
        What a submission may use.
    """

    jobs: int | None = None
    resume: bool = False
    only: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    checks: Path | None = None
    show_inputs: bool = False
    trust: bool = False
    wall: str | None = None
    scheduler: str = ""
    limits: Limits = field(default_factory=Limits)


def grade(
    submissions: Path,
    lesson: str,
    out: Path,
    options: Options,
    *,
    on_start: Callable[[int, int], None] | None = None,
    on_result: Callable[[Result], None] | None = None,
) -> list[Result]:
    """Grade everything that was handed in for a lesson.

    Parameters
    ----------
    submissions : pathlib.Path
        A folder or zip; see `gentutor.grading.collecting.collect`.
    lesson : str
        The lesson's name.
    out : pathlib.Path
        Folder of the results.
    options : Options
        How.
    on_start : callable, optional
        Called with the number of submissions to grade, and of those graded by an earlier run.
    on_result : callable, optional
        Called with each result as soon as it is stored.

    Returns
    -------
    list of Result
        One for each submission, those of an earlier run included, in the order of the students' names.

    Raises
    ------
    GradingError
        When grading cannot start or go on; what was graded until then is stored.
    SubmissionsError
        When there is nothing to grade.
    """
    started = time.monotonic()
    own_checks = _read_checks(options.checks)
    wall = options.wall if options.scheduler else choose_wall(options.wall, trust=options.trust)
    _keep_apart(submissions, out)
    name = find_lesson(lesson).name
    with _unpacked(out) as scratch, worker.ended():
        found = collect(submissions, name, allowed=options.allowed, scratch=scratch)
        chosen = _chosen(found, options.only)
        jobs = options.jobs or min(usable_cores(), 1 + len(chosen) // _WORTH_A_WORKER)
        if wall and jobs == 1 and not options.scheduler:
            worker.prepare(wall, options.limits)  # it loads torch while this process does so too
        assignment = make_assignment(name, own_checks)
        resume = options.resume or bool(options.only)
        with Outputs(out, assignment, resume=resume, show_inputs=options.show_inputs) as outputs:
            earned = outputs.earned({submission.student: _sha256(submission) for submission in found})
            waiting = [submission for submission in chosen if submission.student not in earned or options.only]
            if on_start:
                on_start(len(waiting), len(chosen) - len(waiting))
            order = order_for(
                assignment, outputs.seed, own_checks=own_checks, wall=wall, trust=options.trust, limits=options.limits
            )
            results = dict(earned)
            for result in _graded(waiting, order, assignment, options.scheduler, jobs):
                outputs.add(result)
                results[result.student] = result
                if on_result:
                    on_result(result)
            present = [results[submission.student] for submission in found if submission.student in results]
            return outputs.finish(present, limits=options.limits.sentence, seconds=time.monotonic() - started)


@contextmanager
def _unpacked(out: Path) -> Iterator[Path]:
    """Yield an empty folder for what comes out of archives; remove it afterwards, and what killed runs left."""
    try:
        make_folder(out)
        for left in out.glob(_UNPACKED + "*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = tempfile.mkdtemp(prefix=_UNPACKED, dir=out)
    except (WorkspaceError, OSError) as error:
        raise GradingError(f"The results cannot be written: {error}") from error
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _graded(
    submissions: Sequence[Submission], order: Order, assignment: Assignment, scheduler: str, jobs: int
) -> Iterator[Result]:
    """Yield a result for each submission, in the order in which they are done."""
    tasks = [Task(order, submission) for submission in submissions]
    done: Iterable[tuple[int, Result | Lost]]
    if scheduler:
        done = run_on_cluster(worker.mark, _WithContents(tasks), scheduler)
    elif jobs == 1:
        done = enumerate(map(worker.mark, tasks))
    else:
        done = run_tasks(worker.mark, tasks, jobs=jobs, limit_s=_limit(assignment, order.limits))
    for index, result in done:
        yield _fault(submissions[index], assignment, result.sentence) if isinstance(result, Lost) else result


class _WithContents(Sequence[Task]):
    """The tasks with their files, each read only when it is sent: a class's notebooks may not fit into memory."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks

    def __len__(self) -> int:
        return len(self._tasks)

    def __getitem__(self, index: Any) -> Any:
        task = self._tasks[index]
        return replace(task, contents=_contents(task.submission))


def _limit(assignment: Assignment, limits: Limits) -> float:
    """Seconds that a submission can take when everything in it takes as long as it may."""
    checks = [check for contract in assignment.exercises for check in getattr(contract, "checks", ())]
    deadlines: list[float] = [2 * check.seconds for check in checks]
    return _LIMIT_S + sum(deadlines) + limits.prepare_s * (len(assignment.exercises) + len(deadlines))


def _fault(submission: Submission, assignment: Assignment, message: str) -> Result:
    return Result(
        student=submission.student,
        source=submission.source,
        lesson=assignment.lesson.name,
        sha256="",
        kind=FAULT,
        message=f"{message} This submission has no mark; grade it again with --resume.",
        notes=submission.notes,
        canvas_id=submission.canvas_id,
        moodle_id=submission.moodle_id,
    )


def _chosen(found: Sequence[Submission], only: Collection[str]) -> list[Submission]:
    """Return the submissions of the named students, or all."""
    names = [submission.student for submission in found]
    for name in only:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=3)
            advice = f"Did you mean {' or '.join(near)}?" if near else f"There are {len(names)} others."
            raise SubmissionsError(f"Nothing was handed in by {name!r}. {advice}")
    return [submission for submission in found if not only or submission.student in only]


def _contents(submission: Submission) -> dict[str, bytes] | None:
    """Return a submission's files, for workers that do not see this disk; what cannot be read a worker says."""
    if submission.trouble or submission.notebook is None:
        return None
    try:
        return read_files(submission)
    except OSError:
        return None


def _sha256(submission: Submission) -> str:
    """Return the hash of what would be graded now; empty when there is nothing to read."""
    contents = _contents(submission)
    return hash_of(contents) if contents else ""


def _read_checks(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GradingError(f"Your file of checks, {path}, cannot be read: {error}.") from error


def _keep_apart(submissions: Path, out: Path) -> None:
    """Refuse to write results among the submissions, where the next run would take them for some."""
    if submissions.is_dir() and out.resolve().is_relative_to(submissions.resolve()):
        raise GradingError(f"The results cannot go into {out}, inside the submissions. Choose a folder beside them.")
