"""What a student does to a family of runs, and how it is said in words; no widget and no thread in it."""

from __future__ import annotations

from typing import Any

from gentutor.errors import GentutorError, RunStateError
from gentutor.knobs import KnobSet
from gentutor.training import Run

_MERGE = 0.02  # moves of one knob within this share of the run are one drag: one mark on the curve
_LOWER = 10.0  # how many times lower the learning rate is in the offer after a divergence


class Steering:
    """The active run of a family, and the moves a student can make on it.

    Every move leaves a sentence in `words`. None of them needs the trainer to be stopped first: the run's lock makes
    each fall between two steps.

    Parameters
    ----------
    run : Run
        Any run of the family; it is the active one at first.
    knobs : KnobSet
        The knobs that the panel shows.
    """

    def __init__(self, run: Run, knobs: KnobSet) -> None:
        self.run = run
        self.knobs = knobs
        self.words = f"Ready at step {run.position:,}. Play starts the training."

    # Moves

    def set(self, name: str, value: object) -> None:
        """Move a knob; after a rewind the move starts a branch, because history does not change.

        Raises
        ------
        KnobError
            When the value is out of range.
        RunStateError
            When the run is complete or has diverged.
        """
        checked = self.knobs[name].check(value)
        run = self.run
        with run.lock:
            if run.settings[name] == checked:
                return  # a slider that is let go says once more where it stands
            if run.trouble:
                # A drag may go on after it has wrecked the run; it must not start branches that are wrecked too.
                raise RunStateError(f"The run has diverged. Rewind first, then move {name}.")
            if run.position >= run.steps:
                raise RunStateError(f"All {run.steps:,} steps are trained. Rewind first, then move {name}.")
            if run.position < run.end:
                self._branch(**{name: checked})
            else:
                run.set(**{name: checked})
        run = self.run
        if run.parent is not None and run.position == run.branched_at:
            self.words = f"What was trained stays as it is; this is {self.label(run)}. Play trains it."
        else:
            self.words = f"{name} {checked:g} from step {run.position:,} on."

    def branch(self) -> None:
        """Start a branch at the present position, with the present knobs."""
        with self.run.lock:
            if self.run.trouble:
                self.run.rewind(self.healthy_step())
            self._branch()
        self.words = f"{self.run.name} starts at step {self.run.position:,}. Move a knob, then press Play."

    def _branch(self, **knobs: float) -> None:
        self.run = self.run.branch(None, **knobs)

    def rewind(self, step: int) -> None:
        """Show the weights of the snapshot nearest to `step`."""
        run = self.run
        with run.lock:
            nearest = min(run.snapshot_steps, key=lambda kept: abs(kept - step))
            run.rewind(nearest)
        if run.position < run.end:
            self.words = (
                f"Rewound to step {run.position:,} of {run.end:,}. Play repeats what was recorded; "
                "moving a knob starts a branch."
            )
        else:
            self.words = f"At step {run.position:,}, the last one trained."

    def choose(self, index: int) -> None:
        """Make another run of the family the active one."""
        family = self.run.family()
        if not 0 <= index < len(family):
            raise GentutorError(f"There is no run number {index}; the family has {len(family)}.")
        self.run = family[index]
        self.words = f"Steering {self.label(self.run)}, which stands at step {self.run.position:,}."

    def heal(self) -> None:
        """Take the offer after a divergence: back to a healthy step, branch with a lower learning rate."""
        offer = self.offer()
        if offer is None:
            return
        with self.run.lock:
            self.run.rewind(offer["step"])
            self._branch(**({"lr": offer["lr"]} if "lr" in offer else {}))
        self.words = f"Rewound to step {offer['step']:,}: {self.label(self.run)}."

    def step(self) -> None:
        """Take one update."""
        metrics = self.run.step()
        name, value = next(iter(metrics.items()))
        self.words = f"Step {self.run.position:,}: {name} {value:.4g}."

    # What is to be said and drawn

    def healthy_step(self) -> int:
        """A snapshot well before the divergence: the loss of the very last one may have been rising already."""
        run = self.run
        before = [kept for kept in run.snapshot_steps if kept <= run.position] or run.snapshot_steps[:1]
        return before[-2] if len(before) > 1 else before[-1]

    def offer(self) -> dict[str, Any] | None:
        """After a divergence: the step to go back to, the lower learning rate, and a sentence for the button."""
        run = self.run
        if not run.trouble:
            return None
        step = self.healthy_step()
        text = f"Rewind to step {step:,}"
        if "lr" not in run.knobs or not run.knobs["lr"].live:
            return {"step": step, "text": text}
        # Where the slider was pushed up, back to the value that made the healthy weights: that of the update before.
        now, then = run.settings["lr"], self.value_at(run, "lr", step - 1)
        lr = then if then < now else max(run.knobs["lr"].low, float(f"{now / _LOWER:.2g}"))
        return {"step": step, "lr": lr, "text": f"{text}, lower lr to {lr:g}"}

    def value_at(self, run: Run, name: str, step: int) -> float:
        """The value that a knob of `run` had for the update after `step`."""
        value = float(run.recording()["settings"][name])
        for change in run.changes:
            if change.name == name and change.step <= step:
                value = change.value
        return value

    def label(self, run: Run) -> str:
        """What a run is called in the legend: ``"branch 1: lr 0.01 from step 200"``."""
        if run.parent is None:
            return run.name
        at = run.branched_at
        new = {change.name: change.value for change in run.changes if change.step == at}
        changed = [f"{name} {v:g}" for name, v in new.items() if v != self.value_at(run.parent, name, at)]
        return f"{run.name}: {', '.join(changed)} from step {at:,}" if changed else f"{run.name} from step {at:,}"

    def marks(self, run: Run) -> list[dict[str, Any]]:
        """Where knobs were moved while `run` trained: step and words for each mark on the curve."""
        marks: list[dict[str, Any]] = []
        current = {name: self.value_at(run, name, run.branched_at) for name in run.knobs}
        for change in run.changes:
            if change.step <= run.branched_at:
                continue
            same_drag = next((m for m in reversed(marks) if m["name"] == change.name), None)
            if same_drag and change.step - same_drag["step"] <= _MERGE * run.steps:
                same_drag["to"] = change.value
            else:
                old = current[change.name]
                marks.append({"step": change.step, "name": change.name, "old": old, "to": change.value})
            current[change.name] = change.value
        return [
            {"step": m["step"], "text": f"{m['name']} {m['old']:g} → {m['to']:g} from step {m['step']:,}"}
            for m in marks
        ]
