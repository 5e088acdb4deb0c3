"""What a run remembers of its past: curves, and snapshots within a memory limit."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from gentutor.errors import RunStateError
from gentutor.training.state import Snapshot

Curve = tuple[NDArray[np.int64], NDArray[np.float64]]


class Curves:
    """Named series of (step, value); 16 bytes a point."""

    def __init__(self) -> None:
        self._steps: dict[str, array[int]] = {}
        self._values: dict[str, array[float]] = {}

    def add(self, step: int, values: dict[str, float]) -> None:
        """Append one point to each named series."""
        for name, value in values.items():
            self._steps.setdefault(name, array("q")).append(step)
            self._values.setdefault(name, array("d")).append(value)

    @property
    def names(self) -> list[str]:
        """Names of the series, in order of appearance."""
        return list(self._steps)

    def get(self, name: str) -> Curve:
        """Return steps (int64) and values (float64) of a series.

        Raises
        ------
        RunStateError
            When there is no such series.
        """
        if name not in self._steps:
            known = ", ".join(self._steps) or "none before the first step"
            raise RunStateError(f"The run has no curve {name!r}; it has: {known}.")
        return np.array(self._steps[name], dtype=np.int64), np.array(self._values[name], dtype=np.float64)


class SnapshotStore:
    """Snapshots of one run, spaced evenly, thinned out when the family's memory limit is reached."""

    def __init__(self, first: Snapshot, interval: int) -> None:
        self.interval = interval
        self._kept: dict[int, Snapshot] = {first.step: first}
        self._first = first.step

    @property
    def steps(self) -> list[int]:
        """Steps at which there is a snapshot, in rising order."""
        return sorted(self._kept)

    @property
    def n_bytes(self) -> int:
        """Memory held, in bytes."""
        return sum(snapshot.n_bytes for snapshot in self._kept.values())

    def wants(self, step: int, last: int) -> bool:
        """Whether a snapshot is due at `step` of a run that ends at `last`."""
        return step not in self._kept and (step == last or (step - self._first) % self.interval == 0)

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot."""
        self._kept[snapshot.step] = snapshot

    def nearest(self, step: int) -> Snapshot:
        """Return the latest snapshot at or before `step`."""
        return self._kept[max(kept for kept in self._kept if kept <= step)]

    def thin(self) -> bool:
        """Drop every other snapshot but the first and the newest; return whether that freed anything."""
        self.interval *= 2
        newest = max(self._kept)
        doomed = [
            step
            for step in self._kept
            if step not in (self._first, newest) and (step - self._first) % self.interval != 0
        ]
        for step in doomed:
            del self._kept[step]
        return bool(doomed)


class MemoryLimit:
    """The memory that the snapshots of a run and all its branches may take together."""

    def __init__(self, megabytes: float) -> None:
        self.megabytes = megabytes
        self.stores: list[SnapshotStore] = []

    def make_room(self) -> None:
        """Thin the largest stores until all fit.

        Raises
        ------
        RunStateError
            When two snapshots of each run are still too much.
        """
        while self.n_bytes > self.megabytes * 1e6:
            by_size = sorted(self.stores, key=lambda store: len(store.steps), reverse=True)
            if not any(store.thin() for store in by_size if len(store.steps) > 2):
                raise RunStateError(
                    f"The history needs {self.n_bytes / 1e6:.0f} MB for {len(self.stores)} run(s) with two snapshots "
                    f"each, more than its limit of {self.megabytes:g} MB. Make the run with a larger "
                    "memory_limit_mb, or use a smaller network or fewer branches."
                )

    @property
    def n_bytes(self) -> int:
        """Memory held by all snapshots, in bytes."""
        return sum(store.n_bytes for store in self.stores)
