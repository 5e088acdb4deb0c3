"""What a study costs beside plain Optuna, and how its time falls with more processes.

    python -m bench.studies --json studies.json             # about three minutes
    python -m bench.studies --quick --json studies.json     # fewer trials and repetitions

Overhead: the same objective, sampler, seeds, number of trials and kind of file; plain Optuna's ``optimize`` on one
side, a gentutor `Study` on the other, in turn, several times. The proposals of both are counted in. Workers: the same
study of sleeping trainings (so that cores do not matter) and of real ones (so that they do), by 1, 2 and 4 processes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import optuna
import torch
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from gentutor.knobs import KnobSet, lesson_knobs
from gentutor.tuning import Study, run_in_processes, space, train_names
from gentutor.tuning.choosing import N_RANDOM_FIRST
from gentutor.tuning.trials import Objective, Values


def sleeping(values: Values, seed: int = 0, *, seconds: float = 0.2) -> Iterator[float]:
    """A training that costs time and no arithmetic."""
    for part in range(1, 10):
        time.sleep(seconds / 9)
        yield values["lr"] + 1 / part


def searched() -> KnobSet:
    """The four knobs of lesson 08."""
    return lesson_knobs("tuning").only("lr", "batch_size", "width", "weight_decay")


def plain_seconds(objective: Objective, trials: int, seed: int, path: Path) -> float:
    """Seconds of Optuna's own loop, each loss reported as a study reports it."""
    found = space(searched())
    started = time.perf_counter()
    storage = JournalStorage(JournalFileBackend(str(path), JournalFileOpenLock(str(path))))
    study = optuna.create_study(
        storage=storage, sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=N_RANDOM_FIRST),
        pruner=optuna.pruners.NopPruner(),
    )  # fmt: skip

    def trained(trial: optuna.Trial) -> float:
        values: Values = {
            name: trial.suggest_int(name, one.low, one.high, log=one.log)
            if isinstance(one, optuna.distributions.IntDistribution)
            else trial.suggest_float(name, one.low, one.high, log=one.log)  # type: ignore[attr-defined]
            for name, one in found.items()
        }
        loss = float("nan")
        for part, loss in enumerate(objective(values, 0), start=1):
            trial.report(loss, part)
            if trial.should_prune():
                raise optuna.TrialPruned
        return loss

    study.optimize(trained, n_trials=trials)
    return time.perf_counter() - started


def our_seconds(objective: Objective, trials: int, seed: int, path: Path) -> float:
    """Seconds of a `Study`."""
    started = time.perf_counter()
    Study(objective, searched(), trials=trials, seed=seed, path=path).run(progress=False)
    return time.perf_counter() - started


def overhead_row(name: str, objective: Objective, trials: int, n_times: int) -> dict[str, Any]:
    """Compare both; `objective` costs the same time whatever the values, for the two propose different ones."""
    ratios, plain, ours = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        plain_seconds(objective, 3, 0, Path(folder) / "warm-plain")
        our_seconds(objective, 3, 0, Path(folder) / "warm-ours")
        for seed in range(n_times):
            one, two = Path(folder) / f"plain-{seed}", Path(folder) / f"ours-{seed}"
            if seed % 2:  # whoever is second finds a warmer machine
                ours.append(our_seconds(objective, trials, seed, two))
                plain.append(plain_seconds(objective, trials, seed, one))
            else:
                plain.append(plain_seconds(objective, trials, seed, one))
                ours.append(our_seconds(objective, trials, seed, two))
            ratios.append(ours[-1] / plain[-1])
    share = statistics.median(ratios) - 1
    return {
        "what": f"study overhead, {name} (trials a second)",
        "reference": round(trials / statistics.median(plain), 2),
        "ours": round(trials / statistics.median(ours), 2),
        "ratio": round(statistics.median(ratios), 3),
        "reach": "at most 1.05 times plain Optuna's time",
        "note": f"{100 * share:+.1f} %; {trials} trials by TPE, median of {n_times} pairs in turn, both on disk; "
        f"the ratios {', '.join(f'{ratio:.3f}' for ratio in ratios)}",
    }


def workers_row(name: str, objective: Objective, trials: int) -> dict[str, Any]:
    """Seconds of one study by 1, 2 and 4 processes, their start included."""
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        for n_workers in (1, 2, 4):
            path = Path(folder) / f"{n_workers}.study"
            started = time.perf_counter()
            study = Study(objective, searched(), trials=trials, sampler="random", path=path)
            made = run_in_processes(study, n_workers, progress=False)
            seconds[n_workers] = time.perf_counter() - started
            assert made.n_made == trials
    return {
        "what": f"study time with workers, {name} (s): 1 against 2 processes",
        "reference": round(seconds[1], 1),
        "ours": round(seconds[2], 1),
        "ratio": round(seconds[1] / seconds[2], 2),
        "reach": "",
        "note": f"4 processes: {seconds[4]:.1f} s; {trials} trials, start of the processes included; "
        f"{os.cpu_count()} cores",
    }


def fixed(values: Values, seed: int = 0, *, budget: int) -> Iterator[float]:
    """A real training of the lesson, always with the same settings; its result depends on the proposal a little."""
    usual = {"lr": 1e-2, "batch_size": 32, "width": 64, "weight_decay": 1e-4}
    for loss in train_names(usual, seed, budget=budget):
        yield loss + abs(values["lr"] - 1e-2)


def rows(quick: bool) -> list[dict[str, Any]]:
    """Measure everything."""
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    n_times, trials = (2, 12) if quick else (5, 27)
    training = partial(fixed, budget=3600 if quick else 12000)
    return [
        overhead_row("a training of lesson 08", training, trials, n_times),
        overhead_row("an empty training", partial(sleeping, seconds=0), 40 if quick else 100, n_times),
        workers_row("trainings that only wait", partial(sleeping, seconds=0.3 if quick else 0.5), 24 if quick else 48),
        workers_row("trainings of lesson 08", partial(fixed, budget=12000 if quick else 60000), 12 if quick else 24),
    ]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer trials and repetitions")
    parser.add_argument("--json", type=Path, help="write the rows here")
    options = parser.parse_args()
    found = rows(options.quick)
    for row in found:
        print(f"{row['what']}: {row['ours']} against {row['reference']}, ratio {row['ratio']} ({row['note']})")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    # By this module's own name, so that other processes can import what they train.
    from bench.studies import main as run

    run()
