"""The one thread that runs a study while a notebook stays free; starting another study stops the one before."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gentutor.tuning.study import Study

THREAD_NAME = "gentutor-study"

OnTrial = Callable[[Study], None]
OnEnd = Callable[[Study], None]


class _Runner:
    def __init__(self, study: Study, on_trial: OnTrial, on_end: OnEnd) -> None:
        self.study = study
        self.error: Exception | None = None
        self._on_trial, self._on_end = on_trial, on_end
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._work, name=THREAD_NAME, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        try:
            self.study.run(on_trial=self._on_trial, should_stop=self._stop.is_set, progress=False)
        except Exception as error:  # e.g. a mistake in the student's objective: raised again by `wait_for`
            self.error = error
        if not self._stop.is_set():
            self._on_end(self.study)

    def stop(self) -> None:
        self._stop.set()
        if threading.current_thread() is not self.thread:
            self.thread.join()


_current: _Runner | None = None


def start(study: Study, on_trial: OnTrial, on_end: OnEnd) -> None:
    """Run `study` in the background, after stopping whatever study ran before.

    Parameters
    ----------
    study : Study
        What is run.
    on_trial, on_end : callable
        Called with the study in the study's thread: after each trial, and when it ends by itself.
    """
    global _current  # noqa: PLW0603  (one study a process is the point)
    stop()
    _current = _Runner(study, on_trial, on_end)


def stop() -> None:
    """End the study after its present trial, and wait for that."""
    if _current is not None:
        _current.stop()


def running() -> Study | None:
    """Return the study that runs now, or None."""
    return _current.study if _current is not None and _current.thread.is_alive() else None


def wait_for(study: Study) -> None:
    """Wait until `study` runs no longer in the background; an interrupt stops it.

    Raises
    ------
    Exception
        Whatever its objective raised in the background.
    """
    runner = _current
    if runner is None or runner.study is not study:
        return
    try:
        while runner.thread.is_alive():
            runner.thread.join(timeout=0.1)
    except KeyboardInterrupt:
        runner.stop()
        raise
    if runner.error is not None:
        error, runner.error = runner.error, None
        raise error
