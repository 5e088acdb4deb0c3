"""Runs on disk: safetensors for the numbers, JSON in the file's header for the rest; no pickle."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from gentutor.errors import CheckpointError
from gentutor.training.history import Curves
from gentutor.training.record import Change, KnobRecord
from gentutor.training.run import Run
from gentutor.training.state import Snapshot, from_plain, tensors_in, to_plain

_FORMAT = 1


def save(run: Run, path: Path) -> Path:
    """Write the run as it stands, with its curves and recording, and return the path.

    The file is written beside its final place and then renamed, so an older checkpoint survives a full disk.

    Raises
    ------
    CheckpointError
        When the file cannot be written.
    """
    with run.lock:
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
        _refuse_other_shapes(run, tensors, path)
        states = from_plain(facts["states"], tensors)
        Snapshot(facts["position"], facts["seen"], states).restore(run.parts)
        recording = facts["recording"]
        run.name, run.seed, run.steps = recording["name"], recording["seed"], recording["steps"]
        run._record = KnobRecord(run.knobs, recording["settings"])
        run._record.changes = [Change(*change) for change in recording["changes"] if change[0] <= facts["position"]]
        run._memory.stores.remove(run._snapshots)
        run.branched_at = facts["position"]  # rewinding reaches back to the loaded state
        run._start(facts["position"], facts["seen"])
        run._curves = _curves(facts["curves"], tensors)


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
