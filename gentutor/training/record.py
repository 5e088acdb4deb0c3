"""`KnobRecord`: the values of a run's knobs at every step, from which the run can be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gentutor.errors import KnobError
from gentutor.knobs import KnobSet


@dataclass(frozen=True)
class Change:
    """A knob that was moved: from update number `step` on, `name` has `value`."""

    step: int
    name: str
    value: float


class KnobRecord:
    """The values that a run began with, and each change with its step.

    Parameters
    ----------
    knobs : KnobSet
        The declared knobs.
    settings : mapping
        Values to begin with; the other knobs take their defaults.

    Raises
    ------
    KnobError
        When a setting is unknown or out of range.
    """

    def __init__(self, knobs: KnobSet, settings: Mapping[str, object]) -> None:
        self.knobs = knobs
        self.initial = knobs.check(**settings)
        self.changes: list[Change] = []

    def at(self, position: int) -> dict[str, float]:
        """Return every knob's value in force at the update number `position`."""
        values = dict(self.initial)
        for change in self.changes:
            if change.step <= position:
                values[change.name] = change.value
        return values

    def checked(self, values: Mapping[str, object]) -> dict[str, float]:
        """Return values that a running run may take over.

        Raises
        ------
        KnobError
            When one is unknown or out of range, or its knob shaped the network and cannot change any more.
        """
        checked = {name: self.knobs[name].check(value) for name, value in values.items()}
        for name in checked:
            if not self.knobs[name].live:
                raise KnobError(f"{name} is fixed once a run is built. Make a new run with another value.")
        return checked

    def move(self, position: int, values: Mapping[str, float]) -> None:
        """Record checked values from the update number `position` on; a later move at one step replaces an earlier."""
        kept = [change for change in self.changes if change.step != position or change.name not in values]
        self.changes = kept + [Change(position, name, value) for name, value in values.items()]

    def until(self, position: int) -> KnobRecord:
        """Return a record of its own that ends at `position`, for a branch."""
        record = KnobRecord(self.knobs, self.initial)
        record.changes = [change for change in self.changes if change.step <= position]
        return record
