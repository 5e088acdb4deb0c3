"""Runs on disk: safetensors for the numbers, JSON in the file's header for the rest; no pickle."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from gentutor.errors import CheckpointError, KnobError
from gentutor.training.history import Curves
from gentutor.training.record import Change, KnobRecord
from gentutor.training.state import Snapshot, from_plain, tensors_in, to_plain

if TYPE_CHECKING:
    from gentutor.training.run import Run

_FORMAT = 1


def save(run: Run, path: Path) -> Path:
    """Write the run as it stands, with its curves and recording, and return the path.

    The file is written beside its final place and then renamed, so an older checkpoint survives a full disk.

    Raises
    ------
    CheckpointError
        When the file cannot be written, or the run has diverged and was not rewound.
    """
    with run.lock:
        if run.trouble:
            raise CheckpointError(f"{run.name} has diverged: rewind it to a healthy step first, then save.")
        run._mend()
        snapshot = Snapshot.of(run.parts, run.position, run._seen)
        tensors = {name: tensor.contiguous() for name, tensor in tensors_in(snapshot.states).items()}
        for name in run.metrics:
            steps, values = run.curve(name)
            kept = steps <= run.position
            tensors[f"curve-steps/{name}"] = torch.from_numpy(steps[kept])
            tensors[f"curve-values/{name}"] = torch.from_numpy(values[kept])
        facts = {
            "format": _FORMAT,
            "recording": run.recording(),
            "position": run.position,
            "seen": run._seen,
            "states": to_plain(snapshot.states),
            "curves": run.metrics,
        }
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, partial, metadata={"gentutor": json.dumps(facts)})
        os.replace(partial, path)
    except (OSError, SafetensorError) as error:
        partial.unlink(missing_ok=True)
        raise CheckpointError(
            f"The run could not be saved as {path} ({error}). Free some disk space or choose another folder; "
            "an older file of that name is unharmed."
        ) from error
    return path


def load(run: Run, path: Path) -> None:
    """Make `run` stand where the saved one stood; its history before that is its curves, not its snapshots.

    Raises
    ------
    CheckpointError
        When the file is missing, damaged, or was written by a run with other parts or shapes.
    """
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads((file.metadata() or {})["gentutor"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a mapping)
    except FileNotFoundError:
        raise CheckpointError(f"There is no checkpoint {path}. Save one with run.save(...).") from None
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise CheckpointError(f"{path} is damaged or no checkpoint of gentutor ({error}). Use another one.") from error
    if facts.get("format") != _FORMAT:
        raise CheckpointError(f"{path} has format {facts.get('format')}; this gentutor reads format {_FORMAT}.")
    with run.lock:
        try:  # everything is read before anything is changed
            states = from_plain(facts["states"], tensors)
            position, seen, recording = facts["position"], facts["seen"], facts["recording"]
            name, seed, steps = recording["name"], recording["seed"], recording["steps"]
            record = KnobRecord(run.knobs, recording["settings"])
            record.changes = [Change(*change) for change in recording["changes"] if change[0] <= position]
            curves = _curves(facts["curves"], tensors)
            _refuse_other_parts(run, states, path)
        except (KeyError, TypeError, ValueError, AttributeError, KnobError) as error:
            raise CheckpointError(
                f"{path} does not fit this run or is damaged ({error}). Build the run with the settings it was saved "
                "with, or use another file."
            ) from error
        _refuse_other_shapes(run, tensors, path)
        Snapshot(position, seen, states).restore(run.parts)
        run.name, run.seed, run.steps, run._record = name, seed, steps, record
        run._memory.stores.remove(run._snapshots)
        run.branched_at = position  # rewinding reaches back to the loaded state
        run._torn = False
        run._start(position, seen)
        run._curves = curves


def _refuse_other_parts(run: Run, states: dict[str, Any], path: Path) -> None:
    """Refuse a file whose parts, or whose networks' weights, have other names."""
    here = {name: set(part.state_dict()) for name, part in run.parts.items()}
    saved = {name: set(state) for name, state in states.items()}
    odd = sorted(set(here) ^ set(saved)) or sorted(
        f"{name}/{key}" for name in here for key in here[name] ^ saved[name]
    )
    if odd:
        raise CheckpointError(
            f"{path} does not fit this run: {', '.join(odd[:3])} {'is' if len(odd) == 1 else 'are'} not in both. "
            "Build the run with the settings it was saved with."
        )


def _refuse_other_shapes(run: Run, tensors: dict[str, torch.Tensor], path: Path) -> None:
    for name, part in run.parts.items():
        for place, tensor in tensors_in(part.state_dict(), f"/{name}").items():
            saved = tensors.get(place)
            # An optimiser that took no step yet has no moments, so only what the run has now is compared.
            if saved is None or saved.shape != tensor.shape:
                came = "nothing" if saved is None else f"shape {tuple(saved.shape)}"
                raise CheckpointError(
                    f"{path} does not fit this run: {place[1:]} has shape {tuple(tensor.shape)} here, the file has "
                    f"{came}. Build the run with the settings it was saved with."
                )


def _curves(names: list[str], tensors: dict[str, torch.Tensor]) -> Curves:
    curves = Curves()
    for name in names:
        steps = np.asarray(tensors[f"curve-steps/{name}"])
        for step, value in zip(steps, np.asarray(tensors[f"curve-values/{name}"]), strict=True):
            curves.add(int(step), {name: float(value)})
    return curves
