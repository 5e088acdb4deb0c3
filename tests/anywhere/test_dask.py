"""Two whole lessons by papermill on the two workers of a Dask LocalCluster: `gentutor run --scheduler`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from distributed import Client, LocalCluster, get_task_stream

pytestmark = [
    pytest.mark.timeout(300),
    # Dask's sockets and event loops are collected late.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
LESSONS = ("00_welcome", "02_training")


def test_two_lessons_run_on_two_workers(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        get_task_stream(client) as stream,
    ):
        command = [sys.executable, "-m", "gentutor", "run", *LESSONS, "--scheduler", str(cluster.scheduler_address)]
        done = subprocess.run(
            [*command, "--report", str(report), "--out", str(tmp_path / "out")],
            env=os.environ | {"COLUMNS": "120"}, capture_output=True, text=True, check=False, timeout=280,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert len({task["worker"] for task in stream.data}) == 2
    ended = json.loads(report.read_text())["lessons"]
    assert [(one["lesson"], one["verdict"]) for one in ended] == [(name, "passed") for name in LESSONS]
    assert all(one["claims"] >= 8 for one in ended)
    assert {path.stem for path in (tmp_path / "out").glob("*.ipynb")} == set(LESSONS)
