"""One study in several processes of this computer: each asks, trains and tells by itself, and all share one file."""

from __future__ import annotations

import multiprocessing
import pickle
import time
from collections.abc import Callable
from typing import Any

from gentutor.errors import TuningError
from gentutor.tuning.study import Study

_LOOK_S = 0.2  # seconds between two looks at the file


def run_in_processes(
    study: Study,
    n_workers: int,
    *,
    on_look: Callable[[Study], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    progress: bool = True,
) -> Study:
    """Make the missing trials of a study in several processes, and return the study.

    Each process takes a ticket for every trial, so that no trial is made twice and none is left out. What a process
    that died leaves undone is done here.

    Parameters
    ----------
    study : Study
        A study with a file; its objective stands in a module, not in a notebook.
    n_workers : int
        How many processes; 1 stays in this one.
    on_look : callable, optional
        Called with the study a few times a second.
    should_stop : callable, optional
        Asked as often; the processes then finish the trial that they are at.
    progress : bool
        Whether to show trials done and time left.

    Raises
    ------
    TuningError
        When the study has no file, or its objective cannot be sent to another process.
    """
    from gentutor.training.progress import Progress

    missing = study.trials - study.n_made
    if n_workers <= 1 or missing <= 1:
        return study.run(on_trial=on_look, should_stop=should_stop, progress=progress)
    order = _order(study)
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads can hang
    tickets, stop = context.Value("i", missing), context.Event()
    workers: list[Any] = [
        context.Process(target=_work, args=(order, str(index + 1), tickets, stop), daemon=True)
        for index in range(min(n_workers, missing))
    ]
    with Progress(study.trials, start=study.n_made, unit="trials", label="Study", shown=progress) as bar:
        try:
            for worker in workers:
                worker.start()
            while any(worker.is_alive() for worker in workers):
                time.sleep(_LOOK_S)
                bar.update(study.n_made)
                if on_look:
                    on_look(study)
                if should_stop and should_stop():
                    stop.set()
        finally:
            stop.set()
            for worker in workers:
                worker.join()
    if should_stop and should_stop():
        return study
    return Study(**order).run(progress=progress)  # opened anew: trials that a dead process left open are closed


def _order(study: Study) -> dict[str, Any]:
    """Return what another process needs to make the same study.

    Raises
    ------
    TuningError
        When it could not.
    """
    if study.path is None:
        raise TuningError("Several processes need a file to share: give the study a `path`.")
    function = getattr(study.objective, "func", study.objective)  # behind functools.partial
    if getattr(function, "__module__", "") == "__main__":
        raise TuningError(
            f"{getattr(function, '__name__', function)} is defined in this notebook, where another process cannot see "
            "it. Put it into a module, or take gentutor's own: gentutor.tuning.train_names."
        )
    order = {
        "objective": study.objective, "knobs": study.knobs, "trials": study.trials, "sampler": study.sampler,
        "pruner": study.pruner, "seed": study.seed, "path": study.path, "parts": study.parts,
    }  # fmt: skip
    try:
        pickle.dumps(order)
    except Exception as error:
        raise TuningError(f"The objective cannot be sent to another process ({error}).") from error
    return order


def _work(order: dict[str, Any], worker: str, tickets: Any, stop: Any) -> None:
    """Make trials until there are no more tickets."""
    import torch

    torch.set_num_threads(1)  # the processes share the cores
    study = Study(**order, worker=worker)
    while not stop.is_set():
        with tickets.get_lock():
            if tickets.value <= 0:
                return
            tickets.value -= 1
        study.step()
