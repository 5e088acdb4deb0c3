"""Fixtures of the browser tests: one JupyterLab server and one Chromium for all of them, a fresh page for each.

A test takes ``lab`` (a `tests.browser.lab.Lab` on an empty page), writes a notebook, opens it, runs it, looks.
Several tests of one module may share an open notebook: make a module-scoped fixture with ``open_lab(server, browser)``.

Without a Chromium every test here fails and the last line of the run says what to install.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.lab import CHROMIUM_MISSING, Lab, LabServer, chromium, find_chromium, lab_server, open_lab

_missing: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker("browser")


# Package scope: Playwright's event loop would be in the way of the tests in other folders.
@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    if find_chromium() is None:
        _missing.append(CHROMIUM_MISSING)
        pytest.fail(CHROMIUM_MISSING, pytrace=False)
    with chromium() as running:
        yield running


@pytest.fixture(scope="package")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    with lab_server(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def lab(server: LabServer, browser: Any) -> Iterator[Lab]:
    with open_lab(server, browser) as opened:
        yield opened


def pytest_unconfigure() -> None:
    if _missing:
        print(f"\n{_missing[0]}")
