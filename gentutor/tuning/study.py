"""`Study`: asks Optuna for settings, trains with them, and remembers every trial, on disk where it is given a file."""

from __future__ import annotations

import errno
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gentutor.errors import TuningError
from gentutor.knobs import KnobSet
from gentutor.seeding import generator
from gentutor.tuning.choosing import PRUNERS, SAMPLERS, make_sampler, name_of
from gentutor.tuning.objectives import PARTS
from gentutor.tuning.spaces import grid, space
from gentutor.tuning.study_file import agree, close_open_trials, open_study
from gentutor.tuning.trials import BY, WORKER, Objective, Tried, tried

if TYPE_CHECKING:
    import optuna

_NO_PLACE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO)
_MIN_FOR_IMPORTANCE = 8  # finished trials; of fewer, nothing can be said


class Study:
    """Many trials of one training, each with other values of the knobs; the loss should become small.

    The first values and all draws come from `seed` and the number of trials before, so that a study stopped and
    resumed makes the trials that it would have made in one go.

    Parameters
    ----------
    objective : callable
        ``objective(values, seed)`` trains, and yields the loss after each equal part of its budget.
    knobs : KnobSet
        What is to be chosen; ranges and scales are the search space.
    trials : int
        How many trials the study is to make, those by hand not counted.
    sampler : str or int
        ``"grid"``, ``"random"`` or ``"tpe"``, or its number on the knob.
    pruner : str or int
        ``"none"``, ``"halving"`` or ``"hyperband"``, or its number.
    seed : int
        Start of all random streams, and the seed of every training: trials differ by their values alone.
    path : path, optional
        File in which the trials are kept; a study that is there is resumed. In memory where not given.
    worker : str
        Name of this process, when several make the trials of one file.
    parts : int
        How many losses a whole training yields.

    Raises
    ------
    TuningError
        When Optuna is not installed, a name is unknown, or the file holds another study.

    Examples
    --------
    >>> from gentutor.knobs import Knob, KnobSet
    >>> knobs = KnobSet(Knob("x", 0.0, -1.0, 1.0, help="A number.", effect="higher: more."))
    >>> study = Study(lambda values, seed: iter([values["x"] ** 2]), knobs, trials=5, sampler="random")
    >>> len(study.run(progress=False).done), study.best.result < 0.5
    (5, True)
    """

    def __init__(
        self,
        objective: Objective,
        knobs: KnobSet,
        *,
        trials: int = 27,
        sampler: str | int = "tpe",
        pruner: str | int = "none",
        seed: int = 0,
        path: str | Path | None = None,
        worker: str = "",
        parts: int = PARTS,
    ) -> None:
        self.objective, self.knobs, self.trials, self.seed, self.worker = objective, knobs, trials, seed, worker
        self.parts = parts
        self.sampler, self.pruner = name_of(sampler, SAMPLERS, "sampler"), name_of(pruner, PRUNERS, "pruner")
        self.path = None if path is None else Path(path)
        self._space = space(knobs)
        self._kept = open_study(self.path, self.pruner, mend=not worker)
        ranges = {name: [knob.low, knob.high, knob.scale] for name, knob in knobs.items()}
        setup = {"knobs": ranges, "sampler": self.sampler, "pruner": self.pruner, "seed": seed}
        is_new = agree(self._kept, setup, self.path)
        if is_new and self.sampler == "grid":
            self._queue_grid()
        if not worker:
            close_open_trials(self._kept)

    # Training

    def step(self) -> Tried:
        """Make one trial: ask for values, train, and end early where the pruner says so."""
        return self[self._make_one()]

    def _make_one(self) -> int:
        """Make one trial and return its number; to look it up again takes time that `run` need not spend."""
        trial = self.ask()
        reports: list[float] = []
        stopped = False
        try:
            for loss in self.objective(dict(trial.params), self.seed):
                reports.append(loss)
                stopped = not self.report(trial, len(reports), loss)
                if stopped:
                    break
        except BaseException:  # the objective raised, or somebody interrupted: the trial must not stay open
            self.tell(trial, [])
            raise
        self.tell(trial, reports, stopped)
        return trial.number

    def run(
        self,
        *,
        until: int | None = None,
        on_trial: Callable[[Study], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        progress: bool = True,
    ) -> Study:
        """Make the trials that are still missing, and return the study.

        Parameters
        ----------
        until : int, optional
            Number of trials at which to stop; all where not given.
        on_trial : callable, optional
            Called with the study after each trial.
        should_stop : callable, optional
            Asked before each trial.
        progress : bool
            Whether to show trials done and time left.

        Raises
        ------
        TuningError
            When the disk is full or read-only; what was trained before stands in the file.
        """
        from gentutor.training.progress import Progress

        goal = self.trials if until is None else min(until, self.trials)
        n_made = self.n_made
        with Progress(goal, start=n_made, unit="trials", label="Study", shown=progress) as bar:
            while n_made < goal and not (should_stop and should_stop()):
                try:
                    self._make_one()
                except OSError as error:
                    if error.errno not in _NO_PLACE:
                        raise
                    raise TuningError(
                        f"The study's file {self.path} cannot be written ({error.strerror}). The {n_made} trials in it "
                        "are safe: free some space, make the study anew with the same path, and it goes on from there."
                    ) from error
                n_made += 1
                bar.update(n_made)
                if on_trial:
                    on_trial(self)
        return self

    def by_hand(self, **values: object) -> Tried:
        """Try values of your own; the trial stands beside the others, and TPE learns from it.

        The same values are trained once only.

        Raises
        ------
        KnobError
            When a value is out of range.
        """
        from optuna.trial import TrialState, create_trial

        checked = self.knobs.check(**values)
        for one in self.made:
            if one.by == "hand" and one.values == checked:
                return one
        reports = [float(loss) for loss in self.objective(dict(checked), self.seed)]
        good = all(map(math.isfinite, reports))
        self._kept.add_trial(
            create_trial(
                state=TrialState.COMPLETE if good else TrialState.FAIL,
                value=reports[-1] if good else None,
                params=dict(checked),
                distributions=self._space,
                intermediate_values={part: loss for part, loss in enumerate(reports, 1) if math.isfinite(loss)},
                user_attrs={BY: "hand"},
            )
        )
        return self.all_trials[-1]

    # The three parts of a trial, for those who train elsewhere

    def ask(self) -> optuna.Trial:
        """Open a trial; its ``params`` are the values to train with."""
        n_before = len(self._kept.get_trials(deepcopy=False))
        self._kept.sampler = make_sampler(self.sampler, self.seed, self.worker, n_before)
        trial = self._kept.ask(self._space)
        if self.worker:
            trial.set_user_attr(WORKER, self.worker)
        return trial

    def report(self, trial: optuna.Trial, part: int, loss: float) -> bool:
        """Keep the loss after a part of the budget; return whether the training should go on."""
        if not math.isfinite(loss):
            return False
        trial.report(loss, part)
        return part >= self.parts or not trial.should_prune()  # nothing is saved by stopping at the end

    def tell(self, trial: optuna.Trial, reports: Sequence[float], stopped: bool = False) -> None:
        """Close a trial.

        Parameters
        ----------
        trial : optuna.Trial
            What `ask` returned.
        reports : sequence of float
            The losses of its training; none, or one that is not finite, makes the trial failed.
        stopped : bool
            Whether the pruner ended it.
        """
        from optuna.trial import TrialState

        if not reports or not all(map(math.isfinite, reports)):
            self._kept.tell(trial, state=TrialState.FAIL)
        elif stopped:
            self._kept.tell(trial, state=TrialState.PRUNED)
        else:
            self._kept.tell(trial, reports[-1])

    # What is known

    @property
    def all_trials(self) -> list[Tried]:
        """Every trial, those that run or wait as well, in order."""
        return [tried(one, self.sampler) for one in self._kept.get_trials(deepcopy=False)]

    @property
    def made(self) -> list[Tried]:
        """The trials that have ended, in order."""
        return [one for one in self.all_trials if one.state in ("done", "stopped", "failed")]

    @property
    def done(self) -> list[Tried]:
        """The trials whose training came to its end, in order."""
        return [one for one in self.made if one.state == "done"]

    @property
    def n_made(self) -> int:
        """How many trials have ended, those by hand not counted."""
        return sum(one.by != "hand" for one in self.made)

    def __getitem__(self, number: int) -> Tried:
        return tried(self._kept.get_trials(deepcopy=False)[number], self.sampler)

    @property
    def best(self) -> Tried:
        """The trial with the lowest last loss, of those that came to their end.

        Raises
        ------
        TuningError
            When there is none yet.
        """
        done = self.done
        if not done:
            raise TuningError("No trial has come to its end yet, so there is no best one. Run the study first.")
        return min(done, key=lambda one: one.reports[-1])

    @property
    def parts_spent(self) -> int:
        """Parts of a budget that all trials together have taken: what the study has cost."""
        return sum(len(one.reports) for one in self.made)

    def importance(self) -> dict[str, float]:
        """Return each knob's share in what makes a trial one of the best quarter; nothing before eight trials.

        PED-ANOVA (Watanabe and others, 2023), by Optuna: how far the values of the best differ from those of all.
        """
        from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

        if len(self.done) < _MIN_FOR_IMPORTANCE:
            return {}
        found = get_param_importances(self._kept, evaluator=PedAnovaImportanceEvaluator(target_quantile=0.25))
        return {name: float(found.get(name, 0.0)) for name in self.knobs}

    def _queue_grid(self) -> None:
        """Put the points of the grid in line, shuffled, so that a study stopped early has seen all of the range."""
        import torch

        points = grid(self.knobs, self.trials)
        for index in torch.randperm(len(points), generator=generator(self.seed, "grid")).tolist():
            self._kept.enqueue_trial(dict(points[index]))
