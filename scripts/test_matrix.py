"""Runs lessons and browser tests in each environment of a small table: called by ``make test-matrix``.

    python scripts/test_matrix.py                    every row whose Python is on this machine
    python scripts/test_matrix.py --only torch-2.6 --only python-3.13
    python scripts/test_matrix.py --quick            two lessons and two files of tests in each row
    python scripts/test_matrix.py --go-on            only what docs/matrix.json does not have yet, or has as failed

Each row gets an environment of its own in ``.matrix``, made by ``scripts/setup_environment.py`` under the row's
constraints, and removed when the row is complete. What ran is kept at once, piece by piece, in ``docs/matrix.json``,
from which ``docs/matrix.md`` is written; so a run that was interrupted loses only the piece that was running. A row
that fails is a row of the table, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".matrix"
RESULTS = ROOT / "docs" / "matrix.json"
TABLE = ROOT / "docs" / "matrix.md"
SHOWN = ("ipykernel", "torch", "torchvision", "jupyterlab", "ipywidgets", "anywidget", "numpy")
LESSONS, TESTS = "notebooks/*.ipynb", "tests/browser/test_*.py"
QUICK = (
    "notebooks/00_welcome.ipynb", "notebooks/04_vaes.ipynb",
    "tests/browser/test_panel.py", "tests/browser/test_lesson.py",
)  # fmt: skip
LIMIT_S = 3600
ABSENT = "not installed here"


@dataclass(frozen=True)
class Row:
    """One environment: the Python it needs, and what pip is held to."""

    name: str
    python: str
    pins: tuple[str, ...] = ()
    about: str = ""


ROWS = (
    Row("newest", "3.11", ("ipykernel>=7.4",), "the newest of everything that pyproject.toml allows"),
    Row("ipykernel-6.31", "3.11", ("ipykernel==6.31.*",), "the last kernel without subshells"),
    Row("ipykernel-7.3", "3.11", ("ipykernel==7.3.*",), "the kernel before the newest"),
    Row("torch-2.6", "3.11", ("torch==2.6.0", "torchvision==0.21.0"), "the oldest torch that pyproject.toml allows"),
    Row("python-3.12", "3.12", (), "the newest of everything"),
    Row("python-3.13", "3.13", (), "the newest of everything"),
)


def main() -> int:
    """Run the rows that were asked for; 1 where one of them failed."""
    options = _options()
    rows = [row for row in ROWS if not options.only or row.name in options.only]
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    good = True
    for row in rows:
        kept = results.get(row.name, {}) if options.go_on else {}
        results[row.name] = outcome = {"python": row.python, "pins": list(row.pins), "pieces": {}} | kept
        try:
            run_row(row, outcome, options, lambda: _save(results))
        except KeyboardInterrupt:
            print(f"\nInterrupted in {row.name}; what had ended is kept. --go-on runs the rest.", file=sys.stderr)
            return 130
        _save(results)
        good = good and not failed(outcome)
        print(f"{row.name}: {verdict(outcome)}", flush=True)
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    names = [row.name for row in ROWS]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help="a row: " + ", ".join(names))
    parser.add_argument("--quick", action="store_true", help="two lessons and two files of browser tests in each row")
    parser.add_argument("--go-on", action="store_true", help="only what docs/matrix.json lacks, or has as failed")
    parser.add_argument("--keep", action="store_true", help="leave the environments, some 6 GB each with CUDA")
    parser.add_argument("--torch-index", default="", help="package index for torch and torchvision only")
    parser.add_argument("--before", default="", metavar="COMMAND", help="put before each piece, such as 'nice -n 5'")
    return parser.parse_args()


def run_row(row: Row, outcome: dict[str, Any], options: argparse.Namespace, save: Callable[[], None]) -> None:
    """Make the row's environment and run the pieces that are missing in `outcome`."""
    outcome |= {"when": datetime.date.today().isoformat(), "machine": machine(), "problem": ""}
    done = outcome["pieces"]
    outcome["not_run"] = [piece for piece in pieces(False) if piece not in done]
    missing = [piece for piece in pieces(options.quick) if piece not in done or done[piece]["failed"]]
    if not missing:
        return
    python = find_python(row.python)
    if python is None:
        outcome["problem"] = ABSENT
        return
    folder = PLACE / row.name
    outcome["problem"] = _make(row, python, folder, options.torch_index)
    if outcome["problem"]:
        return
    inside = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    outcome["versions"] = _versions(inside)
    if not all(map(is_lesson, missing)):
        _ensure_browser(inside)
    for piece in missing:
        print(f"{row.name}: {piece} ...", flush=True)
        done[piece] = _run(piece, inside, folder, options.before)
        outcome["not_run"] = [name for name in pieces(False) if name not in done]
        save()
    if not options.keep:
        shutil.rmtree(folder, ignore_errors=True)


def pieces(quick: bool) -> list[str]:
    """What runs in a row: each lesson by ``gentutor run``, and each file of browser tests by pytest."""
    every = [path.relative_to(ROOT).as_posix() for kind in (LESSONS, TESTS) for path in sorted(ROOT.glob(kind))]
    return [piece for piece in every if not quick or piece in QUICK]


def is_lesson(piece: str) -> bool:
    """Whether a piece is a lesson, not a file of tests."""
    return piece.endswith(".ipynb")


def find_python(version: str) -> str | None:
    """A Python of this version that can make environments: this one, one on the path, or one of pyenv."""
    found = [sys.executable, shutil.which(f"python{version}")]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found += [str(path) for path in sorted(pyenv.glob(f"versions/{version}.*/bin/python"))]
    question = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    for python in filter(None, found):
        asked = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
        if asked.returncode == 0 and asked.stdout.strip() == version:
            return python
    return None


def constraints(row: Row) -> str:
    """The text of the row's constraints file, for pip."""
    return "".join(f"{pin}\n" for pin in row.pins)


def _make(row: Row, python: str, folder: Path, torch_index: str) -> str:
    """Make the environment unless it stands already; return why it cannot be made, or an empty text."""
    PLACE.mkdir(exist_ok=True)
    wanted = PLACE / f"{row.name}.txt"
    if wanted.exists() and wanted.read_text() != constraints(row):
        shutil.rmtree(folder, ignore_errors=True)
    wanted.write_text(constraints(row))
    held = " ".join(filter(None, [os.environ.get("PIP_CONSTRAINT", ""), wanted.as_uri()]))
    command = [python, str(ROOT / "scripts" / "setup_environment.py"), "--dev", "--venv", str(folder)]
    done = subprocess.run(
        [*command, "--torch-index", torch_index], env=clean(os.environ) | {"PIP_CONSTRAINT": held},
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    return "" if done.returncode == 0 else "not installed: " + last_line(done.stderr)


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment variables, without those that would bring in packages of another environment."""
    return {name: value for name, value in environment.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}


def _ensure_browser(python: Path) -> None:
    subprocess.run([python, ROOT / "scripts" / "ensure_browser.py", "--install"], check=False)


def _versions(python: Path) -> dict[str, str]:
    """What is really installed."""
    question = (
        "import importlib.metadata as m, json, platform, sys\n"
        "print(json.dumps({'python': platform.python_version()} | {name: m.version(name) for name in sys.argv[1:]}))"
    )
    asked = subprocess.run([python, "-c", question, *SHOWN], capture_output=True, text=True, check=True)
    return dict(json.loads(asked.stdout))


def _run(piece: str, python: Path, folder: Path, before: str) -> dict[str, Any]:
    """Run one piece; return how many passed of how many, the seconds, and what failed."""
    name = Path(piece).stem
    report = folder / f"{name}.report"
    report.unlink(missing_ok=True)
    module = ["gentutor", "run", name, "--report", report]
    if not is_lesson(piece):
        module = ["pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", piece]
    command = [*shlex.split(before), python, "-m", *module]
    with (folder / f"{name}.log").open("w") as log:
        try:
            subprocess.run(
                command, cwd=ROOT, env=clean(os.environ), stdout=log, stderr=subprocess.STDOUT, check=False,
                timeout=LIMIT_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"passed": 0, "of": 0, "seconds": LIMIT_S, "failed": [f"{piece}: not ended after {LIMIT_S} s"]}
    if not report.exists():
        return {"passed": 0, "of": 0, "seconds": 0.0, "failed": [f"{piece}: {last_line(Path(log.name).read_text())}"]}
    return (read_lessons if is_lesson(piece) else read_tests)(report.read_text())


def read_lessons(text: str) -> dict[str, Any]:
    """The outcome of ``gentutor run --report``."""
    report = json.loads(text)
    bad = [f"{one['lesson']}: {one['verdict']}" for one in report["lessons"] if one["verdict"] != "passed"]
    n_lessons = len(report["lessons"])
    return {"passed": n_lessons - len(bad), "of": n_lessons, "seconds": round(report["seconds"], 1), "failed": bad}


def read_tests(text: str) -> dict[str, Any]:
    """The outcome of pytest's ``--junitxml``: those that were skipped count for nothing."""
    suites = list(ET.fromstring(text).iter("testsuite"))
    cases = [case for suite in suites for case in suite.iter("testcase") if case.find("skipped") is None]
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    seconds = sum(float(suite.get("time", "0")) for suite in suites)
    names = [f"{case.get('classname', '').rsplit('.', 1)[-1]}::{case.get('name')}" for case in bad]
    return {"passed": len(cases) - len(bad), "of": len(cases), "seconds": round(seconds, 1), "failed": names}


def last_line(text: str) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no word")


def machine() -> str:
    """This machine in a few words."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def failed(outcome: Mapping[str, Any]) -> list[str]:
    """What went wrong in a row: a Python that is not installed is no failure."""
    problem = [outcome["problem"]] if outcome["problem"] not in ("", ABSENT) else []
    return problem + [name for piece in outcome["pieces"].values() for name in piece["failed"]]


def verdict(outcome: Mapping[str, Any]) -> str:
    """A row's end in one phrase."""
    if outcome["problem"] == ABSENT:
        return ABSENT
    if bad := failed(outcome):
        return f"{len(bad)} failed"
    return "passed what ran" if outcome.get("not_run") else "passed"


def count(parts: Sequence[Mapping[str, Any]]) -> str:
    """How many passed of how many; a dash where nothing ran."""
    return f"{sum(part['passed'] for part in parts)} of {sum(part['of'] for part in parts)}" if parts else "–"


def render(results: Mapping[str, Mapping[str, Any]]) -> str:
    """The page docs/matrix.md."""
    known = [row for row in ROWS if row.name in results]
    lines = [
        "# Matrix",
        "",
        "Made by `make test-matrix`; do not edit. Each row is an environment of its own, in which every lesson ran",
        "in the quick profile (`gentutor run`) and the browser tests drove JupyterLab in Chromium. Minutes are those",
        "of lessons and tests, without the installation. Below the table stands what each row is for, when it ran,",
        "and what failed or did not run; all of it stands in [matrix.json](matrix.json). A test that skips itself",
        "counts for nothing: one of `test_live` needs a kernel with subshells, which ipykernel has since 7.0.",
        "",
        "| row | Python | " + " | ".join(SHOWN[:5]) + " | lessons passed | browser tests passed | minutes | verdict |",
        "|" + "---|" * 11,
    ]
    lines += [_line(row, results[row.name]) for row in known]
    lines += ["", *_notes(known, results)]
    return "\n".join(lines).rstrip() + "\n"


def _line(row: Row, outcome: Mapping[str, Any]) -> str:
    versions = outcome.get("versions", {})
    done = outcome["pieces"]
    lessons = [piece for name, piece in done.items() if is_lesson(name)]
    tests = [piece for name, piece in done.items() if not is_lesson(name)]
    minutes = sum(piece["seconds"] for piece in done.values()) / 60
    cells = [
        row.name, versions.get("python", row.python), *(versions.get(name, "–") for name in SHOWN[:5]),
        count(lessons), count(tests),
        f"{minutes:.1f}" if done else "–", verdict(outcome),
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _notes(known: Iterable[Row], results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One line for each row: what it is for, when it ran, what failed, what did not run."""
    lines = []
    for row in known:
        outcome = results[row.name]
        pins = f" ({', '.join(f'`{pin}`' for pin in row.pins)})" if row.pins else ""
        line = f"- **{row.name}**{pins}: {row.about}; {outcome['when']}, {outcome['machine']}."
        if bad := failed(outcome):
            line += f" Failed: {'; '.join(bad)}."
        if lessons := sorted(Path(name).stem for name in outcome["pieces"] if is_lesson(name)):
            line += f" The last lesson that was there: `{lessons[-1]}`." if len(lessons) > 2 else ""
        missing, ran = outcome.get("not_run", []), list(outcome["pieces"])
        if missing and ran:
            few, which = (missing, "Not run") if len(missing) < len(ran) else (ran, "Only these ran")
            line += f" {which}: {', '.join(f'`{Path(name).stem}`' for name in few)}."
        lines.append(line)
    return lines


def _save(results: Mapping[str, Mapping[str, Any]]) -> None:
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    TABLE.write_text(render(results))


if __name__ == "__main__":
    sys.exit(main())
