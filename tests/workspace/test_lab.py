"""`gentutor lab`: the port, the page, the command, and a real server with a teacher's buttons switched off."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from gentutor import cli
from gentutor.errors import SetupError
from gentutor.workspace import lab
from gentutor.workspace.student_folder import make_workspace
from tests.workspace.masters import exercise_cells, write_master


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def masters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "masters"
    for name in ("01_tiny", "02_second"):
        write_master(folder, *exercise_cells(), name=name)
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(folder))
    return folder


def test_a_taken_port_is_refused_in_a_sentence(taken: int) -> None:
    with pytest.raises(SetupError, match=f"Port {taken} cannot be used: another program uses it.*--port"):
        lab.free_port(taken)


def test_without_a_wish_the_next_free_port_is_taken(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "FIRST_PORT", taken)
    assert taken < lab.free_port(None) < taken + 20
    monkeypatch.setattr(lab, "_N_PORTS", 1)
    with pytest.raises(SetupError, match="are all taken"):
        lab.free_port(None)


def test_the_command_says_that_the_port_is_taken_before_it_makes_anything(
    taken: int, masters: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "space"
    ended = CliRunner().invoke(cli.app, ["lab", "--workspace", str(folder), "--port", str(taken)])
    assert isinstance(ended.exception, SetupError)
    assert not folder.exists()


def test_it_opens_what_the_student_worked_on_last(masters: Path, tmp_path: Path) -> None:
    folder = tmp_path / "space"
    make_workspace(folder, masters)
    assert lab.first_page(folder) == "/lab/tree/01_tiny.ipynb"
    (folder / "02_second.ipynb").write_text("{}")
    assert lab.first_page(folder) == "/lab/tree/02_second.ipynb"
    (folder / "01_tiny.ipynb").write_text("{}")
    os.utime(folder / "02_second.ipynb", (1, 1))
    assert lab.first_page(folder) == "/lab/tree/01_tiny.ipynb"
    (tmp_path / "empty").mkdir()
    assert lab.first_page(tmp_path / "empty") == "/lab"


def test_the_command_passes_options_on(tmp_path: Path) -> None:
    command = lab.server_command(tmp_path, 9001, browser=False, extra=["--ServerApp.token=x"])
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert "--ServerApp.port=9001" in command
    assert "--no-browser" in command
    assert any("PromptConnection" in part for part in command)
    assert command[-1] == "--ServerApp.token=x"
    assert "--no-browser" not in lab.server_command(tmp_path, 9001)


def test_settings_come_before_a_readers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/own")
    assert lab.server_environment()["JUPYTER_CONFIG_PATH"] == f"{lab.SETTINGS}{os.pathsep}/own"
    monkeypatch.delenv("JUPYTER_CONFIG_PATH")
    assert lab.server_environment()["JUPYTER_CONFIG_PATH"] == str(lab.SETTINGS)


def test_a_real_server_serves_the_workspace_without_a_teachers_buttons(masters: Path, tmp_path: Path) -> None:
    port = lab.free_port(None)
    command = [sys.executable, "-m", "gentutor", "lab", "--workspace", str(tmp_path / "space"), "--no-browser"]
    command += ["--port", str(port), "--", "--IdentityProvider.token=secret"]
    log = tmp_path / "log.txt"
    with log.open("w") as file:
        server = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        page = _page(f"http://127.0.0.1:{port}/lab?token=secret", server, log)
        files = json.loads(_page(f"http://127.0.0.1:{port}/api/contents?token=secret", server, log))
    finally:
        for child in psutil.Process(server.pid).children(recursive=True):
            child.kill()
        server.kill()
        server.wait()
    disabled = re.search(r'"disabledExtensions": (\[.*?\])', page)
    assert disabled is not None
    assert {"@jupyter/nbgrader", "@jupyterlab/apputils-extension:announcements"} <= set(json.loads(disabled[1]))
    assert sorted(file["name"] for file in files["content"]) == ["01_tiny.ipynb", "02_second.ipynb"]
    said = log.read_text()
    assert "01_tiny.ipynb is ready." in said
    assert f"Your workspace: {(tmp_path / 'space').resolve()}" in said
    assert "formgrader" not in said
    assert "Traceback" not in said


def _page(url: str, server: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=20) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"no answer from {url}: {log.read_text()}")
