"""`Tried`: what is remembered of one trial of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

Values = dict[str, int | float]
Objective = Callable[[Values, int], Iterator[float]]
"""``objective(values, seed)`` trains with these values and yields the loss after each equal part of the budget."""

BY, WORKER = "by", "worker"  # names under which Optuna keeps what is ours


@dataclass(frozen=True)
class Tried:
    """One trial.

    Attributes
    ----------
    number : int
        Its place in the study, from 0.
    values : dict of str to int or float
        The knobs.
    reports : tuple of float
        The loss after each part of the budget.
    state : str
        ``"done"``, ``"stopped"`` (early, by a pruner), ``"failed"``, ``"running"`` or ``"waiting"``.
    by : str
        Who proposed the values: ``"hand"``, ``"grid"``, ``"random"`` or ``"tpe"``.
    seconds : float
        How long it took; 0 while it runs.
    worker : str
        Which process made it; empty for this one.
    """

    number: int
    values: Mapping[str, int | float]
    reports: tuple[float, ...]
    state: str
    by: str
    seconds: float = 0.0
    worker: str = ""

    @property
    def result(self) -> float | None:
        """The last loss of a training that came to its end; None for all others."""
        return self.reports[-1] if self.state == "done" and self.reports else None

    @property
    def last(self) -> float | None:
        """The last loss that is known."""
        return self.reports[-1] if self.reports else None


_STATES = {"COMPLETE": "done", "PRUNED": "stopped", "FAIL": "failed", "RUNNING": "running", "WAITING": "waiting"}


def tried(trial: FrozenTrial, sampler: str) -> Tried:
    """Return one of Optuna's trials as a `Tried`; `sampler` proposed it, unless it was made by hand."""
    kept = trial.user_attrs
    reports = tuple(trial.intermediate_values[part] for part in sorted(trial.intermediate_values))
    seconds = trial.duration.total_seconds() if trial.duration else 0.0
    by, worker = str(kept.get(BY, sampler)), str(kept.get(WORKER, ""))
    return Tried(trial.number, dict(trial.params), reports, _STATES[trial.state.name], by, seconds, worker)
