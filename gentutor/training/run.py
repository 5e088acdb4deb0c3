"""`Run`: one training run that can be stepped, steered, rewound, branched, replayed and saved."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gentutor.errors import RunStateError, TrainingDivergedError
from gentutor.knobs import KnobSet
from gentutor.seeding import generator
from gentutor.training import background, checkpoints, divergence, loop
from gentutor.training.batches import Batches
from gentutor.training.history import Curve, Curves, MemoryLimit, SnapshotStore
from gentutor.training.progress import Progress
from gentutor.training.record import Change, KnobRecord
from gentutor.training.state import Snapshot, Stateful
from gentutor.training.turns import TurnLock
from gentutor.training.windows import Windows

Update = Callable[..., dict[str, float]]

_SNAPSHOTS_AT_FIRST = 64  # enough for a smooth rewind slider; memory may force fewer


class Run:
    """One training run with its history; no widget, no thread and no picture in it.

    Every random draw of update ``i`` comes from a generator seeded by (`seed`, ``i``), and batches depend only on the
    number of examples seen. So the run is a function of its seed, its settings and the recorded changes: stepping
    through it again gives the same bits.

    Parameters
    ----------
    update : callable
        ``update(**parts, x=batch, settings=..., generator=...)`` takes one optimisation step and returns a dictionary
        of floats, the loss first. ``settings`` has each knob as an attribute, and ``progress``, the share of the run
        that is done, in [0, 1).
    parts : dict
        Everything the update changes: networks, optimisers. The names are the update's argument names.
    batches : Batches or Windows
        Where the examples come from.
    settings : dict
        Values of knobs; the others take their defaults.
    knobs : KnobSet
        The declared knobs; one must be ``batch_size``.
    steps : int
        Number of updates of the whole run.
    seed : int
        Start of the random streams.
    name : str
        What the run is called in legends.
    evaluate : callable, optional
        ``evaluate(**parts)`` returns floats to be recorded every `evaluate_every` updates and at the end.
    evaluate_every : int, optional
        Updates between two evaluations; an eighth of the run where not given.
    memory_limit_mb : float
        Memory for the snapshots of this run and all its branches together, in megabytes. When it is full, every
        other snapshot is dropped, so that rewinding takes a little longer.

    Raises
    ------
    KnobError
        When a setting is unknown or out of range.
    RunStateError
        When `steps` is below 1, or not even two snapshots fit into the memory limit.
    """

    def __init__(
        self,
        update: Update,
        parts: Mapping[str, Stateful],
        batches: Batches | Windows,
        settings: Mapping[str, object],
        *,
        knobs: KnobSet,
        steps: int,
        seed: int = 0,
        name: str = "run",
        evaluate: Callable[..., dict[str, float]] | None = None,
        evaluate_every: int | None = None,
        memory_limit_mb: float = 256,
    ) -> None:
        if steps < 1:
            raise RunStateError(f"A run needs at least 1 step; got {steps}.")
        self.parts = dict(parts)
        self.batches, self.knobs, self.steps, self.seed, self.name = batches, knobs, steps, seed, name
        self.parent: Run | None = None
        self.branched_at = 0
        self.lock = TurnLock()
        self._update, self._evaluate = update, evaluate
        self._evaluate_every = evaluate_every or max(1, steps // 8)
        self._record = KnobRecord(knobs, settings)
        self._family = [self]
        self._memory = MemoryLimit(memory_limit_mb)
        self._first_loss: float | None = None
        self._torn = False
        self._start(position=0, seen=0)

    def _start(self, position: int, seen: int) -> None:
        """Begin a history at `position` with the parts as they are."""
        self.position = self.end = position
        self.trouble: str | None = None
        self.seconds = 0.0
        self._seen = seen
        self._curves = Curves()
        interval = max(1, math.ceil(self.steps / _SNAPSHOTS_AT_FIRST))
        self._snapshots = SnapshotStore(Snapshot.of(self.parts, position, seen), interval)
        self._memory.stores.append(self._snapshots)
        try:
            self._memory.make_room()
        except RunStateError:  # a branch that finds no room leaves its family as it was
            self._memory.stores.remove(self._snapshots)
            raise

    # Training

    def step(self) -> dict[str, float]:
        """Take one update and return what it measured; replay it where it was taken before.

        Raises
        ------
        TrainingDivergedError
            When the loss is NaN, infinite or more than 1,000 times its first value. The run then stays where it is
            until it is rewound.
        RunStateError
            When the run is complete.
        """
        with self.lock:
            if self.trouble:
                raise TrainingDivergedError(self.trouble)
            self._mend()
            if self.position >= self.steps:
                raise RunStateError(
                    f"{self.name} is complete ({self.steps} steps). Rewind it to train on from earlier."
                )
            started = time.perf_counter()
            settings = self.settings
            batch_size = int(settings["batch_size"])
            try:
                metrics = self._update(
                    **self.parts,
                    x=self.batches.at(self._seen, batch_size),
                    settings=SimpleNamespace(**settings, progress=self.position / self.steps),
                    generator=generator(self.seed, "step", self.position),
                )
            except BaseException:  # also an interrupt: some weights may have moved, and would move twice
                self._torn = True
                raise
            self._refuse_divergence(metrics)
            self.position += 1
            self._seen += batch_size
            if self.position > self.end:
                self.end = self.position
                self.seconds += time.perf_counter() - started
                self._remember(metrics)
            return metrics

    def finish(self, progress: bool = True) -> Run:
        """Train to the last step and return the run; waits if a background thread is at it already.

        Parameters
        ----------
        progress : bool
            Whether to show steps done and time left when it takes longer than a moment.

        Raises
        ------
        TrainingDivergedError
            As `step`.
        """
        label = f"Training {self.name}"
        with Progress(self.steps, start=self.position, label=label, shown=progress) as bar:
            background.wait_for(self, lambda: bar.update(self.position))
            if self.trouble:
                raise TrainingDivergedError(self.trouble)
            loop.train(self, self.steps, on_step=lambda run: bar.update(run.position))
        return self

    def _mend(self) -> None:
        """Go back to whole weights where an update was cut off half-way."""
        if self._torn:
            self.rewind(self.position)

    def _remember(self, metrics: dict[str, float]) -> None:
        self._curves.add(self.position, metrics)
        due = self.position % self._evaluate_every == 0 or self.position == self.steps
        if self._evaluate and due:
            self._curves.add(self.position, self._evaluate(**self.parts))
        if self._snapshots.wants(self.position, self.steps):
            self._snapshots.add(Snapshot.of(self.parts, self.position, self._seen))
            self._memory.make_room()

    def _refuse_divergence(self, metrics: dict[str, float]) -> None:
        loss = next(iter(metrics.values()))
        if self._first_loss is None and math.isfinite(loss):
            self._first_loss = max(1.0, abs(loss))
        healthy = max(step for step in self._snapshots.steps if step <= self.position)
        self.trouble = divergence.explain(
            metrics, self._first_loss, step=self.position, healthy_step=healthy, lr=self.settings.get("lr")
        )
        if self.trouble:
            raise TrainingDivergedError(self.trouble)

    # Knobs

    @property
    def settings(self) -> dict[str, float]:
        """Every knob's value in force at the present position."""
        return self._record.at(self.position)

    @property
    def changes(self) -> list[Change]:
        """The knobs that were moved, in order of step."""
        return list(self._record.changes)

    def set(self, **knobs: object) -> None:
        """Move knobs; in force from the next update on, and recorded.

        Raises
        ------
        KnobError
            When a value is out of range, or the knob shaped the network and cannot change any more.
        RunStateError
            When the run was rewound: what came after is history. `branch` makes another future.
        """
        with self.lock:
            checked = self._record.checked(knobs)
            if self.position < self.end:
                raise RunStateError(
                    f"{self.name} stands at step {self.position}, but has a history up to step {self.end}. "
                    f"Use run.branch({', '.join(f'{k}={v}' for k, v in checked.items())}) to try another future."
                )
            self._record.move(self.position, checked)

    # History

    @property
    def metrics(self) -> list[str]:
        """Names of the recorded curves."""
        return self._curves.names

    def curve(self, name: str) -> Curve:
        """Return the steps (int64) and values (float64) of a recorded series, such as ``run.curve("loss")``.

        Raises
        ------
        RunStateError
            When nothing was recorded under that name.
        """
        with self.lock:
            return self._curves.get(name)

    @property
    def snapshot_steps(self) -> list[int]:
        """Steps that can be rewound to without replaying anything."""
        with self.lock:
            return self._snapshots.steps

    @property
    def history_mb(self) -> float:
        """Memory held by the snapshots of the whole family, in megabytes; never above the limit."""
        return self._memory.n_bytes / 1e6

    def rewind(self, step: int) -> None:
        """Put the run back to where it stood after `step` updates, to the bit.

        Raises
        ------
        RunStateError
            When the run's own history does not reach there.
        """
        with self.lock:
            if not self.branched_at <= step <= self.end:
                raise RunStateError(
                    f"{self.name} can be rewound to steps {self.branched_at} to {self.end}; got {step}."
                )
            snapshot = self._snapshots.nearest(step)
            snapshot.restore(self.parts)
            self.position, self._seen, self.trouble, self._torn = snapshot.step, snapshot.seen, None, False
            while self.position < step:
                self.step()

    def branch(self, name: str | None = None, **knobs: object) -> Run:
        """Return a new run that goes on from the present position with other knobs; this one stays as it is.

        Raises
        ------
        KnobError
            As `set`.
        RunStateError
            When this run has diverged and was not rewound, or the history's memory limit leaves no room.
        """
        with self.lock:
            if self.trouble:
                raise RunStateError(f"{self.name} has diverged: rewind it to a healthy step first, then branch.")
            self._mend()
            checked = self._record.checked(knobs)
            twig = copy.copy(self)
            twig.parent, twig.branched_at, twig.lock = self, self.position, TurnLock()
            twig.name = name or f"branch {len(self._family)}"
            # One deep copy of all parts together: the copied optimiser must point at the copied weights.
            twig.parts = copy.deepcopy(self.parts)
            twig._record = self._record.until(self.position)
            twig._record.move(self.position, checked)
            twig._start(self.position, self._seen)
            self._family.append(twig)
            return twig

    def family(self) -> list[Run]:
        """This run, the runs it was branched from, and all their branches, the root first."""
        return list(self._family)

    def recording(self) -> dict[str, Any]:
        """Return what is needed to replay this run: plain values, ready for JSON."""
        return {
            "name": self.name,
            "seed": self.seed,
            "steps": self.steps,
            "settings": dict(self._record.initial),
            "changes": [[change.step, change.name, change.value] for change in self._record.changes],
            "end": self.end,
        }

    def save(self, path: str | Path) -> Path:
        """Write weights, optimiser state, curves and recording as a safetensors file; see `checkpoints.save`."""
        return checkpoints.save(self, Path(path))

    def load(self, path: str | Path) -> None:
        """Take over what `save` wrote, into a run built in the same way; see `checkpoints.load`."""
        checkpoints.load(self, Path(path))
