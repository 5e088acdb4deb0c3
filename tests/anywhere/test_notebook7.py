"""Lesson 00 in Notebook 7."""

from typing import Any

import numpy as np
import pytest

from tests.anywhere.conftest import WELCOME, move, show_first_panel
from tests.browser.lab import Lab, lab_server, open_lab

pytestmark = pytest.mark.timeout(200)


def test_a_slider_moves_its_picture_in_notebook_7(
    browser: Any, welcome: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        lab_server(tmp_path_factory.mktemp("notebook"), notebook=True) as server,
        open_lab(server, browser) as lab,
    ):
        (server.root / f"{WELCOME}.ipynb").write_text(welcome, encoding="utf-8")
        lab.open(f"{WELCOME}.ipynb")
        assert "/notebooks/" in lab.page.url
        assert name_of_app(lab) == "Jupyter Notebook"
        lab.errors.clear()  # of the page's own start
        cell = show_first_panel(lab, welcome)
        before, after = move(lab, cell, 0.9)
        assert before[..., :3].std() > 20  # a real picture, not a blank canvas
        assert (np.abs(after.astype(int) - before) > 8).mean() > 0.02
        assert not lab.errors


def name_of_app(lab: Lab) -> str:
    return str(lab.page.evaluate("() => window.jupyterapp.name"))
