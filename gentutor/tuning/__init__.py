"""Studies: many trainings of which each tries other settings, chosen by Optuna from the knobs' own ranges.

`Study` asks, trains and remembers, on disk where it is given a file; `gentutor.tuning.processes` and
`gentutor.tuning.dask_workers` spread the trainings. Taught in lesson 08.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gentutor.tuning.objectives import train_names
    from gentutor.tuning.processes import run_in_processes
    from gentutor.tuning.spaces import grid, space
    from gentutor.tuning.study import Study
    from gentutor.tuning.trials import Tried

_HOME = {
    "Study": "study",
    "Tried": "trials",
    "grid": "spaces",
    "run_in_processes": "processes",
    "space": "spaces",
    "train_names": "objectives",
}
__all__ = ["Study", "Tried", "grid", "run_in_processes", "space", "train_names"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"gentutor.tuning has no {name!r}; it has: {', '.join(__all__)}.")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
