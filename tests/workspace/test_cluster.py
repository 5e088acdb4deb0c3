"""`run_on_cluster` and `execute_on_cluster` on a small Dask cluster here, with a worker killed in the middle."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from distributed import Client, LocalCluster

import gentutor
from gentutor.errors import SetupError
from gentutor.workspace.cluster import run_on_cluster
from gentutor.workspace.pool import Lost

pytestmark = [
    pytest.mark.timeout(600),
    # Dask's sockets and event loops of workers that were killed are collected late.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


def slow_square(n: int) -> tuple[int, int]:
    time.sleep(0.05)
    return n * n, os.getpid()


def odd_job(task: tuple[str, Any]) -> Any:
    kind, value = task
    if kind == "die":
        time.sleep(0.2)
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "raise":
        raise ValueError("three\nlines")
    return value


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as made:
        yield made


@pytest.fixture
def address(cluster: LocalCluster) -> str:
    with Client(cluster) as client:
        client.wait_for_workers(2, timeout=60)
    return str(cluster.scheduler_address)


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(address: str) -> None:
    seen: list[int] = []
    killed = 0
    for index, result in run_on_cluster(slow_square, range(40), address):
        assert not isinstance(result, Lost)
        value, number = result
        assert value == index * index
        seen.append(index)
        if len(seen) == 10:
            os.kill(number, signal.SIGKILL)
            killed = number
    assert killed
    assert sorted(seen) == list(range(40))


def test_an_exception_is_a_result_like_any_other(address: str) -> None:
    found = dict(run_on_cluster(odd_job, [("raise", 0), ("fine", 5), ("fine", 5)], address))
    assert found == {0: Lost("The task failed: ValueError: three lines."), 1: 5, 2: 5}


def test_a_task_that_kills_every_worker_is_given_up_and_the_others_are_done(address: str) -> None:
    tasks = [("die", 0), *[("fine", n) for n in range(1, 10)]]
    found = dict(run_on_cluster(odd_job, tasks, address))
    assert str(found.pop(0)) == (
        "The Dask workers that had the task ended, 4 in a row: out of memory, or killed."
    )
    assert found == {n: n for n in range(1, 10)}


def test_an_abandoned_iteration_frees_the_cluster(address: str) -> None:
    running = run_on_cluster(slow_square, range(1000), address)
    next(running)
    running.close()  # type: ignore[attr-defined]  # an iterator here is a generator
    with Client(address) as client:
        until = time.monotonic() + 10
        while any(client.processing().values()):
            assert time.monotonic() < until
            time.sleep(0.1)


def test_another_gentutor_on_a_worker_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gentutor.workspace.cluster.__version__", "99.0")
    with pytest.raises(SetupError, match=rf"has gentutor {gentutor.__version__}, but this is gentutor 99\.0; all must"):
        next(run_on_cluster(slow_square, [1], address))


def test_no_scheduler_and_no_workers_and_no_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gentutor.workspace.cluster._ANSWER_S", 1)
    monkeypatch.setattr("gentutor.workspace.cluster._WORKERS_S", 0.2)
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:port"):
        with pytest.raises(SetupError, match=f"No Dask scheduler answers at '{address}'.*`dask scheduler`"):
            next(run_on_cluster(slow_square, [1], address))
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty,
        pytest.raises(SetupError, match=r"has no workers\. Start a scheduler with"),
    ):
        next(run_on_cluster(slow_square, [1], empty.scheduler_address))
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SetupError, match=r"needs Dask, which is not here: pip install 'gentutor\[cluster\]'"):
        next(run_on_cluster(slow_square, [1], "tcp://127.0.0.1:9"))
