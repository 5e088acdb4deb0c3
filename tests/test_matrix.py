"""The script behind `make test-matrix`: its table, what it reads, what it writes. The rows themselves run elsewhere."""

import argparse
import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
REPORT = {
    "seconds": 30.04,
    "lessons": [{"lesson": "00_welcome", "verdict": "passed"}, {"lesson": "01_data", "verdict": "check failed"}],
}
JUNIT = """<testsuites><testsuite name="pytest" tests="4" time="12.34">
<testcase classname="tests.browser.test_panel" name="test_moves"/>
<testcase classname="tests.browser.test_panel" name="test_says"><failure message="no">no</failure></testcase>
<testcase classname="tests.browser.test_panel" name="test_starts"><error message="no">no</error></testcase>
<testcase classname="tests.browser.test_panel" name="test_elsewhere"><skipped message="no"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture(scope="module")
def matrix() -> ModuleType:
    spec = importlib.util.spec_from_file_location("matrix_script", ROOT / "scripts" / "test_matrix.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def options() -> argparse.Namespace:
    return argparse.Namespace(quick=False, go_on=True, keep=True, torch_index="", before="", only=None)


def piece(passed: int = 1, of: int = 1, seconds: float = 60.0, failed: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"passed": passed, "of": of, "seconds": seconds, "failed": list(failed)}


def outcome(**changes: Any) -> dict[str, Any]:
    usual = {
        "python": "3.11", "pins": [], "problem": "", "when": "2026-11-23", "machine": "Linux, 2 cores", "not_run": [],
        "versions": {"python": "3.11.7", "torch": "2.6.0", "ipykernel": "7.4.0"},
        "pieces": {"notebooks/00_welcome.ipynb": piece(), "tests/browser/test_panel.py": piece(15, 15, 90.0)},
    }  # fmt: skip
    return usual | changes


def test_the_rows_are_the_ends_of_what_pyproject_allows(matrix: ModuleType) -> None:
    rows = {row.name: row for row in matrix.ROWS}
    assert len(rows) == len(matrix.ROWS)
    assert {row.python for row in matrix.ROWS} == {"3.11", "3.12", "3.13"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    oldest = dict(re.match(r"(torch|torchvision)>=([\d.]+),", line).groups() for line in project["dependencies"]
                  if line.startswith("torch"))  # type: ignore[union-attr]  # fmt: skip
    assert dict(pin.split("==") for pin in rows["torch-2.6"].pins) == {f"{k}": f"{v}.0" for k, v in oldest.items()}
    kernels = [pin for row in matrix.ROWS for pin in row.pins if pin.startswith("ipykernel")]
    assert kernels == ["ipykernel>=7.4", "ipykernel==6.31.*", "ipykernel==7.3.*"]


def test_constraints_are_one_a_line(matrix: ModuleType) -> None:
    assert matrix.constraints(matrix.Row("x", "3.11", ("torch==2.6.0", "torchvision==0.21.0"))) == (
        "torch==2.6.0\ntorchvision==0.21.0\n"
    )
    assert matrix.constraints(matrix.Row("x", "3.11")) == ""


def test_every_lesson_and_every_file_of_browser_tests_is_a_piece(matrix: ModuleType) -> None:
    every = matrix.pieces(quick=False)
    assert [name for name in every if matrix.is_lesson(name)] == [
        f"notebooks/{path.name}" for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    ]
    assert "tests/browser/test_live.py" in every
    assert sorted(matrix.pieces(quick=True)) == sorted(matrix.QUICK)
    assert all((ROOT / name).exists() for name in every)


def test_packages_of_another_environment_stay_out(matrix: ModuleType) -> None:
    assert matrix.clean({"PYTHONPATH": "x", "VIRTUAL_ENV": "y", "PATH": "z"}) == {"PATH": "z"}


def test_the_outcome_of_lessons_is_read(matrix: ModuleType) -> None:
    assert matrix.read_lessons(json.dumps(REPORT)) == piece(1, 2, 30.0, ("01_data: check failed",))


def test_the_outcome_of_tests_is_read_without_those_that_were_skipped(matrix: ModuleType) -> None:
    assert matrix.read_tests(JUNIT) == piece(1, 3, 12.3, ("test_panel::test_says", "test_panel::test_starts"))


def test_this_python_is_found_and_one_that_never_was_is_not(matrix: ModuleType) -> None:
    assert matrix.find_python("{}.{}".format(*sys.version_info)) == sys.executable
    assert matrix.find_python("3.99") is None


def test_the_page_shows_what_passed_and_what_did_not_run(matrix: ModuleType) -> None:
    page = matrix.render({
        "torch-2.6": outcome(not_run=["tests/browser/test_live.py"]),
        "python-3.13": outcome(problem=matrix.ABSENT, pieces={}, versions={}, python="3.13"),
        "python-3.12": outcome(problem="not installed: no space", pieces={}, versions={}, python="3.12"),
        "newest": outcome(pieces={"notebooks/01_data.ipynb": piece(0, 1, 6.0, ("01_data: timed out",))}),
    })  # fmt: skip
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    assert {len(row) for row in rows} == {11}
    assert [row[0] for row in rows[2:]] == ["newest", "torch-2.6", "python-3.12", "python-3.13"]  # the table's order
    assert rows[3] == [
        "torch-2.6", "3.11.7", "7.4.0", "2.6.0", "–", "–", "–", "1 of 1", "15 of 15", "2.5", "passed what ran",
    ]  # fmt: skip
    assert rows[2][-4:] == ["0 of 1", "–", "0.1", "1 failed"]
    assert rows[5][-4:] == ["–", "–", "–", "not installed here"]
    assert "Not run: `test_live`." in page
    few = matrix.render({"torch-2.6": outcome(not_run=["a.py", "b.py", "c.py"])})
    assert "Only these ran: `00_welcome`, `test_panel`." in few
    assert "Failed: 01_data: timed out." in page
    assert "Failed: not installed: no space." in page


def test_only_what_is_missing_or_failed_runs_again_and_each_piece_is_kept_at_once(
    matrix: ModuleType, options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    every = ["notebooks/00_a.ipynb", "notebooks/01_b.ipynb", "tests/browser/test_c.py"]
    ran: list[str] = []
    saved: list[int] = []
    monkeypatch.setattr(matrix, "PLACE", tmp_path)
    monkeypatch.setattr(matrix, "pieces", lambda quick: every)
    monkeypatch.setattr(matrix, "find_python", lambda version: "python")
    monkeypatch.setattr(matrix, "_make", lambda *_: "")
    monkeypatch.setattr(matrix, "_versions", lambda _: {})
    monkeypatch.setattr(matrix, "_ensure_browser", lambda _: ran.append("browser"))
    monkeypatch.setattr(matrix, "_run", lambda name, *_: ran.append(name) or piece())
    kept = {"pieces": {every[0]: piece(), every[1]: piece(0, 1, failed=("b",))}}
    matrix.run_row(matrix.ROWS[0], kept, options, lambda: saved.append(len(ran)))
    assert ran == ["browser", *every[1:]]
    assert saved == [2, 3]
    assert kept["not_run"] == []
    assert not matrix.failed(kept)


@pytest.mark.parametrize("problem", ["absent", "broken"])
def test_a_row_that_cannot_be_made_is_a_row(
    matrix: ModuleType, options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, problem: str
) -> None:
    monkeypatch.setattr(matrix, "PLACE", tmp_path)
    monkeypatch.setattr(matrix, "find_python", lambda version: None if problem == "absent" else sys.executable)
    failure = matrix.subprocess.CompletedProcess([], 1, stderr="pip's last lines\n\nThe disk became full.\n")
    monkeypatch.setattr(matrix.subprocess, "run", lambda *_, **__: failure)
    made: dict[str, Any] = {"pieces": {}}
    matrix.run_row(matrix.ROWS[0], made, options, lambda: None)
    assert made["problem"] == (matrix.ABSENT if problem == "absent" else "not installed: The disk became full.")
    assert matrix.failed(made) == ([] if problem == "absent" else [made["problem"]])


def test_a_piece_that_says_nothing_has_failed(matrix: ModuleType, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'no module named gentutor' >&2; exit 1\n")
    python.chmod(0o755)
    ended = matrix._run("notebooks/00_welcome.ipynb", python, tmp_path, "env")
    assert ended == piece(0, 0, 0.0, ("notebooks/00_welcome.ipynb: no module named gentutor",))


def test_the_page_is_made_of_the_results(matrix: ModuleType) -> None:
    assert matrix.TABLE.read_text() == matrix.render(json.loads(matrix.RESULTS.read_text()))
