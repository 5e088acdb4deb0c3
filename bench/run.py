"""`make bench`: runs every benchmark of this folder, prints one table, writes bench/results.json.

    python bench/run.py [--quick] [--only NAME ...] [--json FILE]

The file says for each row when it was measured; rows of a benchmark that was left out, or that failed, stay as they
were. With ``--quick`` nothing is written unless a file is named.

A benchmark is a script here that takes ``--json FILE`` and ``--quick`` and writes a list of rows: ``what``,
``reference``, ``ours``, ``ratio``, ``reach``, ``note``. Each runs alone, in a process of its own, one after the other.
Close other programs first: the load of the machine is written down beside the rows.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from gentutor.workspace.machine import describe

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
COLUMNS = ("what", "reference", "ours", "ratio", "reach")
FIELDS = {*COLUMNS, "note"}


def scripts(only: list[str]) -> list[Path]:
    """The benchmarks, in alphabetical order; those named where some are."""
    found = sorted(path for path in FOLDER.glob("*.py") if path.stem not in ("run", "__init__"))
    unknown = set(only) - {path.stem for path in found}
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(p.stem for p in found)}.")
    return [path for path in found if not only or path.stem in only]


def run_one(script: Path, quick: bool) -> list[dict[str, Any]]:
    """Run one benchmark and return its rows; none where it failed."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.json"
        module = f"{FOLDER.name}.{script.stem}"  # so that a benchmark can import tests.browser of this checkout
        command = [sys.executable, "-m", module, "--json", str(file), *(["--quick"] if quick else [])]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        if status or not file.exists():
            return []
        rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    for row in rows:
        if set(row) != FIELDS:
            sys.exit(f"{script.name}: a row has the fields {sorted(row)}; expected {sorted(FIELDS)}.")
    when = datetime.date.today().isoformat()
    return [{"benchmark": script.stem, "when": when, **row} for row in rows]


def table_of(rows: list[dict[str, Any]]) -> Table:
    """All rows as one table, each with its note below it."""
    table = Table(title="Measured on this machine", show_lines=True)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in ("what", "reach") else "right")
    for row in rows:
        cells = ["" if row[column] is None else str(row[column]) for column in COLUMNS]
        cells[0] += f"\n[dim]{row['note']}[/]" if row["note"] else ""
        cells[3] += "x" if row["ratio"] is not None else ""
        table.add_row(*cells)
    return table


def with_earlier(rows: list[dict[str, Any]], file: Path) -> list[dict[str, Any]]:
    """Return the rows, and those in the file of benchmarks that have none now; those of one keep their order."""
    if not file.exists():
        return rows
    earlier: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["rows"]
    measured, there = {row["benchmark"] for row in rows}, {path.stem for path in scripts([])}
    kept = [row for row in earlier if row["benchmark"] in there - measured]
    return sorted([*kept, *rows], key=lambda row: str(row["benchmark"]))


def main() -> int:
    """Run, print, write; exit code 1 when a benchmark failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shorter and less exact")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="only these benchmarks")
    parser.add_argument("--json", type=Path, help="where to write the results; bench/results.json if not quick")
    options = parser.parse_args()
    console = Console()
    machine = describe()
    rows: list[dict[str, Any]] = []
    failed = []
    for script in scripts(options.only):
        console.rule(script.stem)
        started = time.monotonic()
        found = run_one(script, options.quick)
        rows += found
        failed += [] if found else [script.stem]
        console.print(f"{script.stem}: {time.monotonic() - started:.0f} s", highlight=False)
    console.print(table_of(rows))
    console.print(", ".join(f"{key} {value}" for key, value in machine.items()), highlight=False)
    file = options.json or (None if options.quick else FOLDER / "results.json")
    if file:
        results = {"machine": machine, "quick": options.quick, "rows": with_earlier(rows, file), "failed": failed}
        file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        console.print(f"Written: {file}")
    if failed:
        console.print(f"FAILED: {', '.join(failed)}", style="bold red")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
