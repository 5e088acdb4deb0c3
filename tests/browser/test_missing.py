"""Without a Chromium the run fails, and its last line says what to install."""

import os
import subprocess
import sys
from pathlib import Path


def test_missing_browser_fails_loudly(tmp_path: Path) -> None:
    a_browser_test = ["tests/browser/test_panel.py", "-k", "core"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *a_browser_test],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "No Chromium was found" in done.stdout.strip().splitlines()[-1]
    assert "apt-get install chromium" in done.stdout.strip().splitlines()[-1]
