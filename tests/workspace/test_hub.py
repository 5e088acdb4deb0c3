"""What a JupyterHub starts for each user: their workspace first, then their JupyterLab."""

import sys
from pathlib import Path

import pytest

from gentutor.workspace import hub
from tests.workspace.masters import code, write_master


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would have taken the process's place, in a home with one master elsewhere."""
    commands: list[list[str]] = []
    write_master(tmp_path / "masters", code("print('here')"), name="01_tiny")
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(tmp_path / "masters"))
    monkeypatch.setattr(sys, "argv", ["hub", "--allow-root"])
    monkeypatch.setattr(hub, "serve", lambda command: commands.append(command) or 0)
    monkeypatch.chdir(tmp_path / "home")
    return commands


def test_the_workspace_is_made_in_the_home_and_served(served: list[list[str]]) -> None:
    assert hub.main() == 0
    assert (Path(hub.FOLDER) / "01_tiny.ipynb").exists()
    assert served[0][1:3] == ["-m", "jupyterhub.singleuser"]
    assert served[0][-1] == "--allow-root"


def test_a_second_start_keeps_what_a_student_wrote(served: list[list[str]]) -> None:
    hub.main()
    mine = Path(hub.FOLDER) / "01_tiny.ipynb"
    mine.write_text(mine.read_text(encoding="utf-8") + " \n", encoding="utf-8")
    written = mine.read_bytes()
    hub.main()
    assert mine.read_bytes() == written
    assert len(served) == 2


def test_a_workspace_that_cannot_be_made_is_said_and_the_server_starts_all_the_same(
    served: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(hub.FOLDER).write_text("a file where the folder should be")
    assert hub.main() == 0
    assert len(served) == 1
    assert capsys.readouterr().err.count("\n") == 1
