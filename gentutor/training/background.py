"""The one background thread that trains while a notebook stays free.

There is never more than one background trainer in a process: starting a run stops the one before. (`Run.finish` of
another run trains beside it, in the thread that calls it.) The trainer takes the run's lock for one step at a time, so
a panel can read weights, move knobs or rewind between two steps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from gentutor.errors import TrainingDivergedError
from gentutor.training.loop import train

if TYPE_CHECKING:
    from gentutor.training.run import Run

THREAD_NAME = "gentutor-trainer"

OnStep = Callable[["Run"], None]
OnEnd = Callable[["Run", str], None]


class _Trainer:
    """A thread that trains one run until it is done, stopped or diverged."""

    def __init__(self, run: Run, until: int, on_step: OnStep | None, on_end: OnEnd | None) -> None:
        self.run = run
        self.error: Exception | None = None
        self._until, self._on_step, self._on_end = until, on_step, on_end
        self._stop = threading.Event()
        # A daemon: a kernel that shuts down does not wait for it.
        self._thread = threading.Thread(target=self._work, name=THREAD_NAME, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        reason = "done"
        try:
            train(self.run, self._until, self._on_step, self._stop.is_set)
        except TrainingDivergedError:
            reason = "diverged"  # the run itself keeps the explanation
        except Exception as error:  # e.g. a mistake in the student's update: raised again by wait_for
            self.error = error
            reason = "failed"
        if self._on_end and not self._stop.is_set():
            self._on_end(self.run, reason)

    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._stop.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)


_current: _Trainer | None = None


def start(run: Run, on_step: OnStep | None = None, on_end: OnEnd | None = None, until: int | None = None) -> None:
    """Train `run` in the background, after stopping whatever trained before.

    Parameters
    ----------
    run : Run
        What is trained.
    on_step : callable, optional
        ``on_step(run)``, called in the trainer's thread after each step.
    on_end : callable, optional
        ``on_end(run, reason)``, called in the trainer's thread when it ends by itself; `reason` is ``"done"``,
        ``"diverged"`` or ``"failed"`` (the update raised; see `last_error`). Not called after `stop`.
    until : int, optional
        Step at which to stop; the run's last where not given.
    """
    global _current  # noqa: PLW0603  (one trainer a process is the point)
    stop()
    _current = _Trainer(run, run.steps if until is None else until, on_step, on_end)


def stop() -> None:
    """End the trainer after its present step and wait for it; no callback comes afterwards.

    Must not be called while holding the run's lock: the trainer may be waiting for it.
    """
    if _current is not None:
        _current.stop()


def running() -> Run | None:
    """Return the run that is being trained now, or None."""
    return _current.run if _current is not None and _current.alive() else None


def last_error() -> Exception | None:
    """Return what the latest trainer's update raised, if it failed."""
    return _current.error if _current is not None else None


def wait_for(run: Run, meanwhile: Callable[[], None] | None = None) -> None:
    """Wait until `run` is no longer trained in the background; an interrupt stops the trainer too.

    Raises
    ------
    Exception
        Whatever the run's update raised in the background.
    """
    trainer = _current
    if trainer is None or trainer.run is not run:
        return
    try:
        while trainer.alive():
            trainer.join(timeout=0.1)
            if meanwhile:
                meanwhile()
    except KeyboardInterrupt:
        trainer.stop()
        raise
    if trainer.error is not None:
        error, trainer.error = trainer.error, None
        raise error
