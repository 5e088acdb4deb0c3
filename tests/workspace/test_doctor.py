"""The doctor says what is there, what is missing and what to do; nothing that is missing makes it stumble."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gentutor import cli
from gentutor.workspace import browser, doctor, machine, sandbox
from gentutor.workspace.doctor import BROKEN, GOOD, NOTE
from tests.workspace.masters import exercise_cells, write_master


def test_on_this_machine_nothing_needed_is_broken() -> None:
    ended = CliRunner().invoke(cli.app, ["doctor"])
    assert ended.exit_code == 0, ended.output
    assert "The lessons can run here." in ended.output
    for about in ("Python", "Memory", "torch", "Lessons", "Data", "Widgets", "Sandbox", "Browser"):
        assert f"{about}: " in ended.output


def test_something_broken_is_counted_and_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(tmp_path))
    ended = CliRunner().invoke(cli.app, ["doctor"])
    assert ended.exit_code == 1
    assert "✗ Lessons: there are none" in ended.output
    assert "1 thing must be mended" in ended.output


def test_a_damaged_lesson_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_master(tmp_path, *exercise_cells()).write_text("{")
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(tmp_path))
    finding = doctor.lessons()
    assert finding.state == BROKEN
    assert "01_tiny.ipynb is damaged" in finding.text


def test_a_missing_and_an_old_package_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    version = importlib.metadata.version

    def other(name: str) -> str:
        if name == "papermill":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0.0" if name == "numpy" else "2.6.0+cpu" if name == "torch" else version(name)

    monkeypatch.setattr(importlib.metadata, "version", other)
    found = {finding.about: finding for finding in doctor.packages()}
    assert (found["papermill"].state, found["papermill"].text) == (BROKEN, "not installed")
    assert found["papermill"].remedy.startswith("pip install 'papermill")
    assert found["numpy"].state == NOTE
    assert "1.0.0 (does not fit" in found["numpy"].text
    assert found["torch"].state == GOOD  # a build for the processor only is as good


def test_data_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GENTUTOR_DATA", str(tmp_path))
    finding = doctor.data()
    assert finding.state == BROKEN
    assert str(tmp_path) in finding.text


def test_missing_front_ends_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [str(tmp_path)])
    finding = doctor.front_ends()
    assert finding.state == BROKEN
    assert "anywidget" in finding.remedy
    assert "jupyterlab_widgets" in finding.remedy


def test_little_is_noted_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "usable_cores", lambda: 1)
    monkeypatch.setattr(machine, "memory_limit", lambda: 2_000_000_000)
    monkeypatch.setattr(sandbox, "bubblewrap_works", lambda: False)
    monkeypatch.setattr(sandbox, "namespaces_work", lambda: False)
    monkeypatch.setattr(sandbox, "landlock_version", lambda: 0)
    monkeypatch.setattr(browser, "find_chromium", lambda: None)
    for finding in (doctor.cores(), doctor.memory(), doctor.walls(), doctor.browser_found()):
        assert finding.state == NOTE
        assert finding.remedy
    assert doctor.walls().text == "bubblewrap does not work, namespaces are not allowed, no Landlock"


def test_walls_agree_with_the_systems_own_tools() -> None:
    try:
        made = subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        made = False
    assert sandbox.namespaces_work() or not made
    if sys.platform != "linux":
        assert sandbox.landlock_version() == 0


def test_bubblewrap_that_fails_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: "/bin/false")
    assert not sandbox.bubblewrap_works()
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: "/nowhere/bwrap")
    assert not sandbox.bubblewrap_works()
    monkeypatch.setattr(sandbox, "bubblewrap", lambda: None)
    assert not sandbox.bubblewrap_works()


def test_the_machine_is_described_in_plain_values() -> None:
    found = machine.describe()
    assert found["cores"] >= 1
    assert 0.1 < found["memory_gb"] < 100_000
    assert found["processor"]


@pytest.mark.browser
def test_a_round_trip_through_a_real_browser() -> None:
    finding = doctor.round_trip()
    assert finding.text.startswith("a widget's message and its answer: median "), finding.remedy
