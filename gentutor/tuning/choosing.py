"""Who proposes settings and who stops trainings early: Optuna's samplers and pruners by the lesson's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gentutor.errors import TuningError
from gentutor.seeding import stream_seed
from gentutor.tuning.objectives import PARTS

if TYPE_CHECKING:
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler

SAMPLERS = ("grid", "random", "tpe")
PRUNERS = ("none", "halving", "hyperband")
FACTOR = 3  # of three trainings, one goes on
N_RANDOM_FIRST = 8  # trials before TPE has enough to learn from


def name_of(choice: str | int, names: tuple[str, ...], kind: str) -> str:
    """Return the name of a sampler or pruner, given by name or by the number on its knob.

    Raises
    ------
    TuningError
        When there is none of that name.

    Examples
    --------
    >>> name_of(2, SAMPLERS, "sampler")
    'tpe'
    """
    if isinstance(choice, int) and 0 <= choice < len(names):
        return names[choice]
    if choice in names:
        return str(choice)
    raise TuningError(f"There is no {kind} {choice!r}; there are: {', '.join(names)} (0 to {len(names) - 1}).")


def make_sampler(name: str, seed: int, worker: str, n_before: int) -> BaseSampler:
    """Return the sampler for one trial.

    It is made anew for each trial, from the seed and the number of trials before: so a study that was stopped and
    resumed proposes what it would have proposed without a pause. Grids are queued when the study is made; what comes
    after their last point is random.
    """
    from optuna.samplers import RandomSampler, TPESampler

    stream = stream_seed(seed, "sampler", worker, n_before) % 2**32
    if name == "tpe":
        return TPESampler(seed=stream, n_startup_trials=N_RANDOM_FIRST)
    return RandomSampler(seed=stream)


def make_pruner(name: str) -> BasePruner:
    """Return Optuna's pruner: each asks after 1, 3 and 9 parts of the budget whether a training is among the best."""
    from optuna.pruners import HyperbandPruner, NopPruner, SuccessiveHalvingPruner

    if name == "halving":
        return SuccessiveHalvingPruner(min_resource=1, reduction_factor=FACTOR)
    if name == "hyperband":
        return HyperbandPruner(min_resource=1, max_resource=PARTS, reduction_factor=FACTOR)
    return NopPruner()
