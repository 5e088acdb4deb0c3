"""The graders to compare with: nbgrader's autograde, and otter-grader's `otter run`, each as its documents say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import time
import zipfile
from pathlib import Path
from typing import Any

from bench.grading_reference.class_of_twelve import LESSON, NAMES, TESTS, master, master_path, notebook

OTTER = "otter-grader==7.0.0"
CELL_LIMIT_S = 10  # nbgrader has one limit for every cell, the one that imports torch included
OTTER_LIMIT_S = 30  # `otter run` has none: the bench ends it

_CONFIG = f"""c = get_config()
c.CourseDirectory.course_id = "bench"
c.ExecutePreprocessor.timeout = {CELL_LIMIT_S}
"""
_OTTER_TEST = """OK_FORMAT = True
test = {{"name": {name!r}, "points": {points}, "suites": [{{"cases": {cases!r}, "scored": True, "setup": "",
        "teardown": "", "type": "doctest"}}]}}
"""


def write(path: Path, content: str | bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def text_of(answers: Any, checks: dict[str, str]) -> str | bytes:
    """A student's notebook, or the bytes that are handed in for one."""
    return answers if isinstance(answers, bytes) else notebook(answers, checks, master_path())


def nbgrader_seconds(folder: Path, students: dict[str, Any]) -> float:
    """Seconds of `nbgrader autograde` for the whole class, marks stored in its gradebook."""
    hidden = {
        name: "\n".join(("### BEGIN HIDDEN TESTS", *TESTS[name], "### END HIDDEN TESTS")) for name in NAMES
    }
    write(folder / "nbgrader_config.py", _CONFIG)
    source = json.loads(master(master_path(), ours=False))
    for cell in source["cells"]:
        name = cell["id"].removeprefix("check-").replace("-", "_")
        if cell["id"].startswith("check-") and name in NAMES:
            cell["source"] = hidden[name]
    write(folder / "source" / LESSON / f"{LESSON}.ipynb", json.dumps(source))
    for student, answers in students.items():
        released = text_of(answers, dict.fromkeys(NAMES, "# tests"))
        write(folder / "submitted" / student / LESSON / f"{LESSON}.ipynb", released)
    python = [sys.executable, "-m", "nbgrader"]
    timed([*python, "generate_assignment", LESSON], folder, folder / "generate.txt")
    return timed([*python, "autograde", LESSON], folder, folder / "log.txt")


def nbgrader_marks(folder: Path) -> dict[str, float]:
    """The marks that nbgrader has stored, to prove that it did its work."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {one.student.id: one.score for one in gradebook.assignment_submissions(LESSON)}


def otter(environment: Path) -> tuple[str, str]:
    """The command `otter`, installed on the first call, and why there is none where that fails.

    It gets an environment of its own that sees this one's torch.
    """
    command = environment / "bin" / "otter"
    if not command.exists():
        write(environment / ".gitignore", "*\n")
        steps = (
            [sys.executable, "-m", "venv", str(environment)],
            [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", OTTER],
        )
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode:
                return "", f"{OTTER} could not be installed: {done.stderr.strip().splitlines()[-1:]}"
            own = next(iter(environment.glob("lib/python*/site-packages")))
            write(own / "zz_gentutor.pth", sysconfig.get_paths()["purelib"] + "\n")
    return str(command), ""


def otter_seconds(command: str, folder: Path, students: dict[str, Any]) -> tuple[float, dict[str, float | None]]:
    """Seconds of `otter run`, one command for each student, and the marks."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
        archive.writestr("otter_config.json", json.dumps({"lang": "python"}))
        for name in NAMES:
            cases = [{"code": f">>> {test}\n", "hidden": True, "locked": False} for test in TESTS[name]]
            archive.writestr(f"tests/{name}.py", _OTTER_TEST.format(name=name, points=len(cases), cases=cases))
    seconds, marks = 0.0, dict[str, float | None]()
    for student, answers in students.items():
        out = folder / student
        write(out / f"{LESSON}.ipynb", text_of(answers, {}))
        run = [command, "run", f"{LESSON}.ipynb", "-a", "../autograder.zip", "-o", ".", "--no-logo"]
        seconds += timed(run, out, out / "log.txt", limit=OTTER_LIMIT_S)
        results = out / "results.json"
        tests = json.loads(results.read_text())["tests"] if results.exists() else []
        marks[student] = sum(test.get("score", 0) for test in tests) if tests else None
    return seconds, marks


def timed(command: list[str], folder: Path, log: Path, *, limit: float | None = None, **environment: str) -> float:
    """Run a command to its end, and return its seconds; what it says goes to a file."""
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # nbgrader calls alembic by name
    started = time.perf_counter()
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=folder, stdout=file, stderr=subprocess.STDOUT, env=os.environ | {"PATH": tools} | environment,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            end_family(process.pid)
            process.wait()
    return time.perf_counter() - started


def end_family(number: int) -> None:
    """End a process and everything that it started."""
    import psutil

    parent = psutil.Process(number)
    for process in [*parent.children(recursive=True), parent]:
        process.kill()
