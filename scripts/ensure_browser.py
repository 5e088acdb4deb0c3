"""Sees to it that there is a Chromium for the browser tests: called by ``make test``, before and after the tests.

    python scripts/ensure_browser.py --install    installs one where it can
    python scripts/ensure_browser.py              says nothing, or that the tests do not count, with exit code 1
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from gentutor.workspace.browser import find_chromium

MISSING = """
NOT PASSED: there is no Chromium on this machine, so nothing was tested in a browser.
Install one and run the tests again. Debian and Ubuntu: sudo apt-get install chromium;
others: .venv/bin/python -m playwright install --with-deps chromium"""


def main() -> int:
    """Install a browser where one is missing, or report that it is."""
    if find_chromium():
        return 0
    if "--install" not in sys.argv:
        print(MISSING)
        return 1
    for command in _ways():
        print("No Chromium found; trying: " + " ".join(command), flush=True)
        if subprocess.run(command, check=False).returncode == 0 and find_chromium():
            return 0
    print("Chromium could not be installed; the browser tests are going to fail.", flush=True)
    return 0  # the tests run, fail where they need a browser, and the last lines say why


def _ways() -> list[list[str]]:
    """Commands that may install a Chromium here, the best first."""
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    if sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
        debian = [*environment, "sh", "-c", "apt-get update -qq && apt-get install -y -qq chromium"]
        return [debian, [*playwright, "--with-deps"]]
    return [playwright]


if __name__ == "__main__":
    sys.exit(main())
