"""Finds a Chromium, for the browser tests, the latency benchmarks and `gentutor doctor`."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)


def find_chromium() -> str | None:
    """Path of a Chromium or Chrome on this machine: the system's own, else Playwright's; None where there is none."""
    for command in _COMMANDS:
        path = shutil.which(command)
        if path:
            return path
    for place in _PLACES:
        if Path(place).is_file():
            return place
    return _playwrights_own()


def _playwrights_own() -> str | None:
    """The Chromium that ``playwright install chromium`` fetched."""
    if importlib.util.find_spec("playwright") is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and Path(path).is_file() else None
