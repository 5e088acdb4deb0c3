"""How long does grading a submission take, against nbgrader's autograde and otter's run?

    python -m bench.grading --json grading.json            # some 6 minutes; installs otter-grader on the first call
    python -m bench.grading --quick --json grading.json    # fewer submissions and repetitions

Every tool is measured as the command that a teacher types, from its start to its end with the marks stored, on the
same notebooks: torch imported, three functions to write, answers right, wrong, raising, unreadable, and one that loops.
The loop costs each tool its own deadline, which differ, and so it is measured by itself. `each further one` is what
is left when the tool's start is taken out: a larger class less this one, by the notebooks that it has more.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from bench.grading_reference import other_graders as others
from bench.grading_reference.class_of_twelve import LESSON, LOOPING, class_of, master, master_path

N_CLASS = 11  # the twelfth loops, and is measured by itself
N_LARGE = 30  # times the class: what one more costs us is too little to be seen in less
OTTER_ENVIRONMENT = Path(__file__).parent / ".reference-venv"
SAMPLE_S = 0.5
_NOTE = "3 functions, 11 submissions right, wrong, raising, unreadable; {checks}; one run, {cores} cores"

Row = dict[str, Any]


class Ours:
    """`gentutor grade` on the bench's lesson."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        others.write(folder / "masters" / f"{LESSON}.ipynb", master(master_path(), ours=True))
        self.environment = {"GENTUTOR_NOTEBOOKS": str(folder / "masters")}
        self.n_runs = 0

    def hand_in(self, students: dict[str, Any]) -> list[str]:
        """Write a class's submissions; return the command that grades them."""
        from bench.grading_reference.class_of_twelve import NAMES

        self.n_runs += 1
        here = self.folder / str(self.n_runs)
        checks = {name: f"{name} = check({name})" for name in NAMES}
        for student, answers in students.items():
            others.write(here / "submissions" / f"{student}.ipynb", others.text_of(answers, checks))
        command = [sys.executable, "-m", "gentutor", "grade", str(here / "submissions")]
        return [*command, "--lesson", LESSON, "--out", str(here / "out")]

    def seconds(self, students: dict[str, Any]) -> float:
        """Seconds of the whole command; everybody has a mark."""
        command = self.hand_in(students)
        log = self.folder / str(self.n_runs) / "log.txt"
        seconds = others.timed(command, self.folder, log, **self.environment)
        self._require_marks(len(students), log)
        return seconds

    def _require_marks(self, n: int, log: Path) -> None:
        """Stop when anyone has no mark: then the seconds mean nothing."""
        verdicts = log.parent / "out" / "verdicts.json"
        results = json.loads(verdicts.read_text())["results"] if verdicts.exists() else []
        n_marks = sum(result["kind"] != "fault" for result in results)
        if n_marks < n:
            sys.exit(f"gentutor grade gave {n_marks} of {n} submissions a mark. It said: {log.read_text()[-2000:]}")

    def memory(self, students: dict[str, Any]) -> tuple[list[tuple[float, float]], float]:
        """Times and MB of the main process and its workers together while a class is graded, and the seconds."""
        command = self.hand_in(students)
        samples: list[tuple[float, float]] = []
        started = time.perf_counter()
        with (self.folder / str(self.n_runs) / "log.txt").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | self.environment)
            while process.poll() is None:
                samples.append((time.perf_counter() - started, _grader_mb(process.pid)))
                time.sleep(SAMPLE_S)
        seconds = time.perf_counter() - started
        self._require_marks(len(students), self.folder / str(self.n_runs) / "log.txt")
        return samples, seconds


def _grader_mb(number: int) -> float:
    """Resident MB of the main process and its workers, without what runs behind the wall."""
    total = 0.0
    try:
        main = psutil.Process(number)
        family = [main, *main.children()]
    except psutil.NoSuchProcess:
        return total
    for process in family:
        try:
            if process is main or "spawn_main" in " ".join(process.cmdline()):
                total += process.memory_info().rss / 1e6
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


def compare(folder: Path, ours: Ours, quick: bool) -> list[Row]:
    """The same class by each tool, in turns: the whole command, and each further submission."""
    once, twice = class_of(N_CLASS), class_of(2 * N_CLASS)
    n_times = 1 if quick else 3
    times: dict[str, list[float]] = {}
    for turn in range(n_times):
        times.setdefault("ours", []).append(ours.seconds(once))
        times.setdefault("ours large", []).append(ours.seconds(class_of(N_LARGE * N_CLASS)))
        times.setdefault("nbgrader", []).append(others.nbgrader_seconds(folder / f"nbgrader-{turn}", once))
        times.setdefault("nbgrader large", []).append(others.nbgrader_seconds(folder / f"nbgrader2-{turn}", twice))
        print(f"turn {turn + 1}: " + ", ".join(f"{key} {value[-1]:.1f} s" for key, value in times.items()), flush=True)
    marks = others.nbgrader_marks(folder / "nbgrader-0")
    command, why = others.otter(OTTER_ENVIRONMENT)
    graded: dict[str, float | None] = {}
    if command:
        seconds, graded = others.otter_seconds(command, folder / "otter", once)
        times["otter"] = [seconds]
    middle = {key: statistics.median(value) for key, value in times.items()}
    whole = middle["ours"] / N_CLASS
    further = (middle["ours large"] - middle["ours"]) / ((N_LARGE - 1) * N_CLASS)
    note = _NOTE.format(checks=f"ours {_n_checks()} checks, theirs 7 tests", cores=psutil.cpu_count())
    theirs = {
        "nbgrader autograde": (
            middle["nbgrader"] / N_CLASS, (middle["nbgrader large"] - middle["nbgrader"]) / N_CLASS, 20,
            f"{note}; nbgrader stored {len(marks)} marks, {sum(mark > 0 for mark in marks.values())} above 0",
        ),
    }  # fmt: skip
    if command:
        each = middle["otter"] / N_CLASS
        n_marks = sum(mark is not None for mark in graded.values())
        theirs["otter run"] = (each, each, 40, f"{note}; otter wrote {n_marks} results; one command a submission")
    rows = []
    for tool, (their_whole, their_further, reach, said) in theirs.items():
        pairs = (("whole command", their_whole, whole), ("each further one", their_further, further))
        for what, slow, fast in pairs:
            reached = f"at least {reach}x: {'reached' if slow / fast >= reach else 'NOT reached'}"
            rows.append(
                row(f"grading a submission, {what}, against {tool}", f"{slow:.2f} s", f"{fast:.3f} s", said,
                    ratio=round(slow / fast, 1), reach=reached)
            )  # fmt: skip
    if not command:
        rows.append(row("grading a submission, against otter run", None, f"{whole:.3f} s", why, reach="at least 40x"))
    return rows


def loop_rows(folder: Path, ours: Ours, quick: bool) -> list[Row]:
    """What one endless loop costs beyond the class without it: the middle one of several turns."""
    without, with_loop = class_of(N_CLASS), {**class_of(N_CLASS), **LOOPING}
    mine = statistics.median(ours.seconds(with_loop) - ours.seconds(without) for _ in range(1 if quick else 5))
    nbgrader = others.nbgrader_seconds(folder / "nbgrader-loop", LOOPING)
    deadline = _deadline()
    reached = "reached" if mine <= deadline + 1 else "NOT reached"
    return [
        row(
            "grading: an endless loop, extra seconds", f"{nbgrader:.1f} s (nbgrader)", f"{mine:.1f} s",
            f"ours: {deadline:g} s for each of the function's checks; nbgrader: that submission by itself, cells "
            f"limited to {others.CELL_LIMIT_S} s; `otter run` has no limit and never ends",
            reach=f"its deadline and 1 s: {reached}",
        )
    ]  # fmt: skip


def scale_rows(ours: Ours, quick: bool) -> list[Row]:
    """A large class, and the grader's memory over a very large one."""
    n_large, n_huge = (60, 200) if quick else (300, 1000)
    seconds = ours.seconds(class_of(n_large, ordinary=True))
    reach = f"at most 30 s for 300: {'reached' if seconds * 300 / n_large <= 30 else 'NOT reached'}"
    rows = [row(f"grading: {n_large} ordinary submissions", None, f"{seconds:.1f} s", "whole command", reach=reach)]
    samples, seconds = ours.memory(class_of(n_huge))
    early = [mb for at, mb in samples if 0.15 * seconds < at < 0.25 * seconds]
    late = [mb for at, mb in samples if at > 0.85 * seconds]
    growth = max(late) - statistics.median(early)
    reach = f"below 100 MB: {'reached' if growth < 100 else 'NOT reached'}"
    note = (
        f"main process and workers: {statistics.median(early):.0f} MB after a fifth, at most {max(late):.0f} MB at the "
        f"end, {seconds:.0f} s"
    )
    return [*rows, row(f"grading: memory grown over {n_huge} submissions", None, f"{growth:.0f} MB", note, reach=reach)]


def row(
    what: str, reference: str | None, ours: str, note: str, *, ratio: float | None = None, reach: str = ""
) -> Row:
    """One row of the table."""
    return {"what": what, "reference": reference, "ours": ours, "ratio": ratio, "reach": reach, "note": note}


def _n_checks() -> int:
    from gentutor.exercises.registry import exercises

    return sum(len(getattr(contract, "checks", ())) for contract in exercises(LESSON))


def _deadline() -> float:
    """Seconds of the looping function's check."""
    from gentutor.exercises.registry import exercises

    (looping,) = (contract for contract in exercises(LESSON) if contract.name == "kl_divergence")
    return max(check.seconds for check in getattr(looping, "checks", ()))


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer submissions and repetitions")
    parser.add_argument("--json", type=Path, help="write the rows here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gentutor-bench-") as name:
        folder = Path(name)
        ours = Ours(folder / "ours")
        found = [*compare(folder, ours, options.quick), *loop_rows(folder, ours, options.quick), *scale_rows(ours, options.quick)]
    for one in found:
        print("{what}: {reference} / {ours} (ratio {ratio}, {reach}; {note})".format(**one))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
