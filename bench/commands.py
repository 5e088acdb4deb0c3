"""Times of the commands that everybody types, each in a process of its own.

    python bench/commands.py --json commands.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

IMPORT = "import time; start = time.perf_counter(); import gentutor; print(time.perf_counter() - start)"


def import_seconds(n_times: int) -> float:
    """Median seconds of ``import gentutor`` in a fresh Python."""
    command = [sys.executable, "-c", IMPORT]
    return statistics.median(float(subprocess.check_output(command, text=True)) for _ in range(n_times))


def command_seconds(*arguments: str, n_times: int) -> float:
    """Median seconds of a gentutor command, Python's start included."""
    times = []
    for _ in range(n_times):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "gentutor", *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def lessons_row() -> dict[str, Any]:
    """All lessons in the quick profile, by one command."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        subprocess.run([sys.executable, "-m", "gentutor", "run", "--report", str(file)], check=False)
        report = json.loads(file.read_text())
    n_lessons = len(report["lessons"])
    failed = [lesson["lesson"] for lesson in report["lessons"] if lesson["verdict"] != "passed"]
    slowest = max(lesson["seconds"] for lesson in report["lessons"])
    note = f"{n_lessons} lesson(s), slowest {slowest:.1f} s" + (f"; FAILED: {', '.join(failed)}" if failed else "")
    return {
        "what": "all lessons, quick profile, one command (s)",
        "reference": None,
        "ours": round(report["seconds"], 1),
        "ratio": None,
        "reach": "at most 360, each lesson at most 30",
        "note": note,
    }


def rows(quick: bool) -> list[dict[str, Any]]:
    """Measure everything."""
    n_times = 3 if quick else 9
    found = [
        {
            "what": "import gentutor (ms)", "reference": None, "ours": round(1000 * import_seconds(n_times), 1),
            "ratio": None, "reach": "at most 200", "note": f"median of {n_times}",
        },
        {
            "what": "gentutor --help (s)", "reference": None,
            "ours": round(command_seconds("--help", n_times=n_times), 2),
            "ratio": None, "reach": "", "note": f"median of {n_times}, Python's start included",
        },
    ]  # fmt: skip
    return [*found, lessons_row()]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--json", type=Path, help="write the rows here")
    options = parser.parse_args()
    found = rows(options.quick)
    for row in found:
        print(f"{row['what']}: {row['ours']} (reach {row['reach']}; {row['note']})")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
