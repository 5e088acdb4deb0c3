"""`gentutor run --scheduler`: tiny lessons on a Dask cluster here, one whose worker is killed in the middle."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from gentutor.errors import KnobError
from gentutor.workspace.execute_on_cluster import execute_on_cluster
from gentutor.workspace.files import read_notebook
from gentutor.workspace.lessons import find_lessons
from tests.workspace.masters import code, write_master

pytestmark = [
    pytest.mark.timeout(200),
    # Dask's sockets and event loops of workers that were killed are collected late.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
KILLING = """import os, pathlib, psutil, signal
first = pathlib.Path({first!r})
if not first.exists():
    first.touch()
    for process in psutil.Process().parents():
        if "spawn_main" in " ".join(process.cmdline()):   # the innermost: the Dask worker, not its nanny
            os.kill(process.pid, signal.SIGKILL)
            break
    import time
    time.sleep(600)
print("second time")"""


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        yield str(cluster.scheduler_address)


def test_a_killed_worker_costs_a_lesson_only_time(scheduler: str, tmp_path: Path) -> None:
    masters, out = tmp_path / "masters", tmp_path / "out"
    write_master(masters, code(KILLING.format(first=str(tmp_path / "first"))), name="01_kills")
    write_master(masters, code("1 / 0") | {"id": "culprit"}, name="02_raises")
    ended: list[str] = []
    outcomes = execute_on_cluster(
        find_lessons(masters), scheduler, out=out, limit=100, on_end=lambda outcome: ended.append(outcome.lesson)
    )
    assert [(outcome.lesson, outcome.verdict) for outcome in outcomes] == [
        ("01_kills", "passed"), ("02_raises", "cell failed"),
    ]  # fmt: skip
    assert (tmp_path / "first").exists()
    assert sorted(ended) == ["01_kills", "02_raises"]
    assert outcomes[1].cell == "culprit"
    assert "".join(read_notebook(out / "01_kills.ipynb")["cells"][-1]["outputs"][0]["text"]) == "second time\n"


def test_the_command_prints_the_same_table(scheduler: str, tmp_path: Path) -> None:
    write_master(tmp_path, code("print('here')"), name="01_good")
    command = [sys.executable, "-m", "gentutor", "run", "--scheduler", scheduler]
    environment = os.environ | {"GENTUTOR_NOTEBOOKS": str(tmp_path), "COLUMNS": "120"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Lessons, quick profile" in done.stdout
    assert "passed" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["01_good.ipynb"]


def test_a_wrong_setting_and_a_wrong_address_are_sentences(tmp_path: Path) -> None:
    write_master(tmp_path, name="01_tiny")
    with pytest.raises(KnobError, match="None of these lessons has a knob 'speed'"):
        execute_on_cluster(find_lessons(tmp_path), "tcp://127.0.0.1:9", settings={"speed": "1"})
    command = [sys.executable, "-m", "gentutor", "run", "--scheduler", "nonsense://x"]
    environment = os.environ | {"GENTUTOR_NOTEBOOKS": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert done.stderr.startswith("No Dask scheduler answers at 'nonsense://x'")
    assert "Traceback" not in done.stderr
