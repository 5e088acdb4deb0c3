import pytest

from gentutor.exercises import predictions, progress


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    """Every test starts outside of a workspace, with nothing remembered."""
    monkeypatch.chdir(tmp_path)
    progress.forget()
    predictions._asked.clear()


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / ".gentutor").mkdir()
    return tmp_path


@pytest.fixture
def shown(monkeypatch):
    """The cards shown, in order."""
    cards = []
    for module in ("checking", "claims", "guidance", "predictions"):
        monkeypatch.setattr(f"gentutor.exercises.{module}.show", cards.append)
    return cards
