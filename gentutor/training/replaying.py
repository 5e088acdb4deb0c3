"""Replays a recorded run exactly, knobs that were moved included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gentutor.errors import RunStateError
from gentutor.training.record import Change, KnobRecord
from gentutor.training.run import Run


def replay(recording: Mapping[str, Any], run: Run) -> Run:
    """Train `run`, built like the recorded one, through the recorded history; the weights have the same bits.

    Parameters
    ----------
    recording : mapping
        What `Run.recording` returned; may have gone through JSON.
    run : Run
        A fresh run with the same parts, data, seed and number of steps.

    Raises
    ------
    RunStateError
        When `run` has been trained before, or has another seed or length than the recording.
    """
    if run.end > 0 or (run.seed, run.steps) != (recording["seed"], recording["steps"]):
        raise RunStateError(
            f"A replay needs a fresh run with seed {recording['seed']} and {recording['steps']} steps; got one with "
            f"seed {run.seed} and {run.steps} steps, trained to step {run.end}."
        )
    run._record = KnobRecord(run.knobs, recording["settings"])
    run._record.changes = [Change(*change) for change in recording["changes"]]
    while run.position < recording["end"]:
        run.step()
    return run
