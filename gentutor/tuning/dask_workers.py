"""One study on a Dask cluster: proposed, judged and kept here, trained there.

The workers need not see this computer's disk: values go to them, losses come back one by one, and each worker is told
after every loss whether to go on. So samplers, pruners and the study's file are the same as without a cluster.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gentutor.tuning.study import Study
from gentutor.tuning.trials import Objective, Values

if TYPE_CHECKING:
    from distributed import Client

_LOOK_S = 0.1
_ANSWER_S = 120  # seconds a worker waits to be told whether to go on, before it gives up


def run_on_dask(
    study: Study,
    client: Client,
    *,
    on_trial: Callable[[Study], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    progress: bool = True,
) -> Study:
    """Make the missing trials of a study on the workers of a cluster, and return the study.

    A trial whose worker dies is trained anew by another; one that cannot be trained anywhere is kept as failed.

    Parameters
    ----------
    study : Study
        Its objective stands in a module that the workers can import.
    client : distributed.Client
        A client of the cluster, such as `gentutor.workspace.cluster.connect` returns.
    on_trial : callable, optional
        Called with the study after each trial.
    should_stop : callable, optional
        Asked a few times a second; no new trial is then begun.
    progress : bool
        Whether to show trials done and time left.
    """
    from gentutor.training.progress import Progress

    at_work = _AtWork(study, client)
    n_opened = study.n_made
    with Progress(study.trials, start=n_opened, unit="trials", label="Study", shown=progress) as bar:
        try:
            while True:
                stop = should_stop is not None and should_stop()
                while n_opened < study.trials and at_work.has_room() and not stop:
                    at_work.begin()
                    n_opened += 1
                if not at_work.open:
                    return study
                at_work.answer()
                if at_work.close_ended():
                    bar.update(study.n_made)
                    if on_trial:
                        on_trial(study)
        finally:
            at_work.give_up()


class _AtWork:
    """The trials that are being trained on the cluster."""

    def __init__(self, study: Study, client: Client) -> None:
        from distributed import Queue

        self.study, self.client = study, client
        self.name = f"gentutor-study-{uuid.uuid4().hex}"
        self.reports = Queue(f"{self.name}-reports", client=client)
        self.open: dict[int, tuple[Any, Any, Any]] = {}  # trial, future and queue of verdicts, by number
        self.losses: dict[int, list[float]] = {}
        self.stopped: set[int] = set()

    def has_room(self) -> bool:
        """Whether a thread of the cluster would stand idle."""
        n_threads: int = sum(self.client.nthreads().values())
        return len(self.open) < max(1, n_threads)

    def begin(self) -> None:
        """Ask for values and send them to a worker."""
        from distributed import Queue

        trial = self.study.ask()
        verdicts = Queue(f"{self.name}-{trial.number}", client=self.client)
        future = self.client.submit(
            train_there, self.study.objective, dict(trial.params), self.study.seed, trial.number, self.name, pure=False
        )
        self.open[trial.number], self.losses[trial.number] = (trial, future, verdicts), []

    def answer(self) -> None:
        """Keep the losses that have come, and tell each worker whether to go on."""
        from distributed import TimeoutError as NothingYet

        try:
            news: Any = [self.reports.get(timeout=_LOOK_S)]
            news += self.reports.get(batch=True)
        except NothingYet:
            return
        for number, part, loss in news:
            trial, _, verdicts = self.open[number]
            known = self.losses[number]
            if part > len(known):  # a worker that took over from a dead one tells the first parts again
                known.append(float(loss))
                if not self.study.report(trial, part, float(loss)):
                    self.stopped.add(number)
            verdicts.put(number not in self.stopped or part < len(known))

    def close_ended(self) -> bool:
        """Tell the study of trials that have ended; return whether there were any."""
        # All that a training has reported was answered before it could end.
        ended = [number for number, (_, future, _) in self.open.items() if future.done()]
        for number in ended:
            trial, future, verdicts = self.open.pop(number)
            losses = self.losses.pop(number) if future.status == "finished" else []
            self.study.tell(trial, losses, stopped=number in self.stopped)
            verdicts.close()
        return bool(ended)

    def give_up(self) -> None:
        """Close what is still open: somebody interrupted, or the cluster is gone."""
        for trial, future, verdicts in self.open.values():
            self.study.tell(trial, [])
            future.cancel()
            verdicts.put(False)
        self.open.clear()
        self.reports.close()


def train_there(objective: Objective, values: Values, seed: int, number: int, name: str) -> int:
    """Train on a worker, tell each loss, and go on as long as told to; return how many parts were trained."""
    from distributed import Queue, worker_client

    with worker_client(separate_thread=False) as client:
        reports, verdicts = Queue(f"{name}-reports", client=client), Queue(f"{name}-{number}", client=client)
        part = 0
        for part, loss in enumerate(objective(values, seed), start=1):
            reports.put((number, part, float(loss)))
            if not verdicts.get(timeout=_ANSWER_S):
                break
        return part
