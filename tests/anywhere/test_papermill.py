"""Lesson 00 by papermill alone, as an editor or a service executes it that does not know gentutor.

What a front end without anywidget shows is what the executed notebook keeps beside the live widget: a still picture and
a sentence. So does VS Code until its own kernel runs the cell; where it finds core widgets only, it gets those.
"""

import base64
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import papermill
import pytest
from PIL import Image

from gentutor.workspace.lessons import find_lesson
from tests.anywhere.conftest import UP_TO_SLIDER, WELCOME

pytestmark = pytest.mark.timeout(200)
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module", params=["page", "core"])
def executed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The lesson as papermill leaves it, with panels of our own and with those of core widgets."""
    folder = tmp_path_factory.mktemp("papermill")
    wishes = {"GENTUTOR_WIDGETS": request.param, "IPYTHONDIR": str(folder / "ipython")}
    with patch.dict(os.environ, wishes):
        yield papermill.execute_notebook(
            find_lesson(WELCOME).path, folder / "done.ipynb", parameters={"profile": "quick"}, kernel_name="python3",
            cwd=folder, progress_bar=False,
        )  # fmt: skip


def shown(executed: Any) -> Iterator[tuple[str, Any]]:
    """Every output that is a live widget, with its cell's id."""
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            if WIDGET in output.get("data", {}):
                yield cell["id"], output["data"]


def test_every_panel_leaves_a_picture_and_a_sentence(executed: Any) -> None:
    panels = dict(shown(executed))
    assert UP_TO_SLIDER[-1] in panels
    assert len(panels) >= 5
    for name, data in panels.items():
        assert not data["text/plain"].startswith(("GuardedPanel(", "CorePanel(", "VBox(")), name
        assert len(data["text/plain"]) > 40, name
        assert "image/png" in data or "<" in data.get("text/html", ""), name


def test_the_first_panels_picture_is_no_blank(executed: Any) -> None:
    data = dict(shown(executed))[UP_TO_SLIDER[-1]]
    assert data["text/plain"].startswith("Left, points of two groups and a straight border between two colours")
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGB"))
    assert pixels.shape[0] > 100
    assert pixels.std() > 20


def test_papermill_changed_the_profile(executed: Any) -> None:
    injected = [cell for cell in executed.cells if "injected-parameters" in cell["metadata"].get("tags", [])]
    assert [cell["source"].strip().splitlines()[-1] for cell in injected] == ['profile = "quick"']


def test_nothing_was_written_but_the_notebook_and_what_a_student_keeps(executed: Any, tmp_path: Path) -> None:
    folder = Path(executed["metadata"]["papermill"]["output_path"]).parent
    assert {path.name for path in folder.iterdir()} <= {"done.ipynb", "ipython", ".gentutor"}
