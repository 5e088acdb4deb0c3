"""Spreads many small tasks over worker processes, so that no task can stop the others, whatever it does."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar, cast

import psutil

from gentutor.workspace.machine import usable_cores
from gentutor.workspace.pool_worker import Lost, work

__all__ = ["Lost", "run_tasks"]

T = TypeVar("T")
R = TypeVar("R")

_LOOK_S = 1.0  # a worker whose own children hold its pipes open is found dead only by looking
_START_S = 300.0  # torch is loaded from a cold disk, by every worker at once
_LEAVE_S = 5.0  # for an idle worker to tidy up after itself
_MAX_TRIES = 2
_MAX_FAILED_STARTS = 3  # in a row: then no later one would succeed either


def run_tasks(
    function: Callable[[T], R],
    tasks: Sequence[T],
    *,
    jobs: int,
    limit_s: float,
    initializer: Callable[[], None] | None = None,
) -> Iterator[tuple[int, R | Lost]]:
    """Yield the index and the result of each task as soon as it is done, in no order.

    Workers are started clean, not forked, and each lives for many tasks, so `function` may keep state in its module.
    A worker that dies, or whose task takes too long, is ended with everything that it started; its task is tried once
    more, and is then `Lost`. An exception that `function` raises makes its task `Lost` at once. When this process ends,
    however that happens, its workers end too; so they do when the iteration is abandoned.

    Parameters
    ----------
    function : callable
        Takes a task and returns a result; it stands in a module that a worker can import. Tasks and results can be
        pickled.
    tasks : sequence
        What to do.
    jobs : int
        Number of workers, at least 1; never more are started than there are tasks.
    limit_s : float
        Seconds that one task may take.
    initializer : callable, optional
        Called once in each worker before its first task.
    """
    functions = pickle.dumps((function, initializer))
    with tempfile.TemporaryDirectory(prefix="gentutor-pool-", ignore_cleanup_errors=True) as scratch:
        pool: _Pool[T, R] = _Pool(functions, tasks, jobs, limit_s, scratch)
        try:
            yield from pool.results()
        except GeneratorExit:
            pool.end(in_peace=False)
            raise
        finally:
            pool.end()


@dataclass(eq=False)
class _Worker:
    """A worker process, as the main process sees it."""

    process: SpawnProcess
    connection: Connection
    deadline: float  # for getting ready, then for its task
    ready: bool = False
    index: int | None = None  # of its task

    @property
    def dead(self) -> bool:
        return self.process.exitcode is not None

    @property
    def last_words(self) -> str:
        """How the process ended."""
        code = self.process.exitcode
        if code is None or code >= 0:
            return f"with exit code {code}"
        name = signal.Signals(-code).name if -code in signal.valid_signals() else str(-code)
        return f"by signal {name}" + (", as when memory runs out" if name == "SIGKILL" else "")

    def end(self) -> None:
        """End it and everything that it started."""
        family: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            family = psutil.Process(self.process.pid).children(recursive=True)
        if hasattr(os, "killpg") and self.process.pid:  # reaches children whose parent in between is gone already
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.join()
        self.connection.close()


class _Pool(Generic[T, R]):
    """The workers of one call of `run_tasks`, and the tasks that wait for them."""

    def __init__(self, functions: bytes, tasks: Sequence[T], jobs: int, limit_s: float, scratch: str) -> None:
        self.functions = functions
        self.tasks = tasks
        self.jobs = max(1, jobs)
        self.limit_s = limit_s
        self.scratch = scratch
        self.waiting = deque(range(len(tasks)))
        self.tries: Counter[int] = Counter()
        self.workers: list[_Worker] = []
        self.done: deque[tuple[int, R | Lost]] = deque()
        self.n_failed_starts = 0
        self.why_no_start = ""

    def results(self) -> Iterator[tuple[int, R | Lost]]:
        """Work until every task has its result."""
        while self.waiting or any(worker.index is not None for worker in self.workers):
            if self.n_failed_starts >= _MAX_FAILED_STARTS:
                self.done += [(index, Lost(self.why_no_start)) for index in self.waiting]
                self.waiting.clear()
            self._start_workers()
            for worker in [worker for worker in self.workers if worker.ready and worker.index is None]:
                if self.waiting:
                    self._give(worker, self.waiting.popleft())
            while self.done:  # only now: workers go on while the results are used
                yield self.done.popleft()
            self._wait()
            for worker in list(self.workers):
                self._look_at(worker)
        yield from self.done

    def end(self, *, in_peace: bool = True) -> None:
        """End all workers; those without a task may tidy up first."""
        idle = [worker for worker in self.workers if in_peace and worker.ready and worker.index is None]
        for worker in idle:
            worker.connection.close()  # on which it ends by itself
        until = time.monotonic() + _LEAVE_S
        for worker in idle:
            worker.process.join(max(0.0, until - time.monotonic()))
        for worker in self.workers:
            worker.end()
        self.workers.clear()

    def _start_workers(self) -> None:
        """Start as many as are missing, without waiting for any."""
        n_busy = sum(worker.index is not None for worker in self.workers)
        context = multiprocessing.get_context("spawn")
        while len(self.workers) < min(self.jobs, n_busy + len(self.waiting)):
            ours, theirs = context.Pipe()
            n_threads = max(1, usable_cores() // self.jobs)
            process = context.Process(target=work, args=(theirs, self.functions, self.scratch, n_threads), daemon=True)
            process.start()
            theirs.close()
            self.workers.append(_Worker(process, ours, time.monotonic() + _START_S))

    def _give(self, worker: _Worker, index: int) -> None:
        """Hand a task to an idle worker."""
        try:
            task = pickle.dumps(self.tasks[index])
        except Exception as error:
            self.done.append((index, Lost(f"The task cannot be sent to a worker: {type(error).__name__}: {error}.")))
            return
        worker.index, worker.deadline = index, time.monotonic() + self.limit_s
        with contextlib.suppress(OSError):  # that it is dead is seen in a moment
            worker.connection.send_bytes(task)

    def _wait(self) -> None:
        """Wait until a worker says something, ends, or is late."""
        deadlines = [worker.deadline for worker in self.workers if worker.index is not None or not worker.ready]
        seconds = min([_LOOK_S, *(deadline - time.monotonic() for deadline in deadlines)])
        things = [thing for worker in self.workers for thing in (worker.connection, worker.process.sentinel)]
        wait(things, max(0.0, seconds))

    def _look_at(self, worker: _Worker) -> None:
        """Take what a worker has said; replace it when it has ended or is late."""
        said = self._hear(worker)
        if said is not None and not worker.ready:
            worker.ready = not said
            self._note_start(said.decode(errors="replace"))
            if worker.ready:
                return
        elif said is not None and worker.index is not None:
            index, worker.index = worker.index, None
            self.done.append((index, self._unpacked(said)))
            return
        late = time.monotonic() > worker.deadline and (worker.index is not None or not worker.ready)
        if said or worker.dead or late:
            self.workers.remove(worker)
            worker.end()
            if worker.index is not None:
                self._try_again(worker, late=late)
            elif not said and not worker.ready:
                self._note_start("it took too long" if late else f"it ended {worker.last_words}")

    def _hear(self, worker: _Worker) -> bytes | None:
        """Return a whole message, if there is one."""
        try:
            return worker.connection.recv_bytes() if worker.connection.poll() else None
        except (EOFError, OSError):
            worker.process.join(_LOOK_S)  # its end of the pipe is closed: it is about to be dead
            return None

    def _note_start(self, trouble: str) -> None:
        self.n_failed_starts = self.n_failed_starts + 1 if trouble else 0
        self.why_no_start = f"No worker process could be started: {trouble}."

    def _unpacked(self, said: bytes) -> R | Lost:
        try:
            return cast("R | Lost", pickle.loads(said))
        except Exception as error:
            return Lost(f"The result of the task cannot be read: {type(error).__name__}: {error}.")

    def _try_again(self, worker: _Worker, *, late: bool) -> None:
        """Put the task of a worker that is gone back, or give it up."""
        index = cast(int, worker.index)
        self.tries[index] += 1
        if self.tries[index] < _MAX_TRIES:
            self.waiting.appendleft(index)
            return
        why = f"The process that had the task ended twice, the second time {worker.last_words}."
        if late:
            why = f"The task still ran after its limit of {self.limit_s:g} s, twice, and was ended."
        self.done.append((index, Lost(why)))
