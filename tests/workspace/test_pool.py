"""`run_tasks`: whatever a task does, the others get their results, and no process is left."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from gentutor.workspace.pool import Lost, run_tasks

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(300)
_state: list[str] = []


class Unreadable:
    """Can be pickled, but not unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return int, ("no number",)


def odd_job(task: tuple[str, Any]) -> Any:
    """Do what the task says, in a worker."""
    kind, value = task
    match kind:
        case "square":
            return value * value
        case "who":
            return os.getpid(), os.environ["OMP_NUM_THREADS"], os.environ["TMPDIR"], sys.stdin.read(), list(_state)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "die once":
            first = Path(value)
            if not first.exists():
                first.touch()
                os._exit(7)
            return "second time"
        case "exit":
            sys.exit("enough")
        case "raise":
            raise ValueError("three\nlines <b>\n")
        case "lambda":
            return lambda: value
        case "unreadable":
            return Unreadable()
        case "hang":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
            with Path(value).open("a") as file:
                file.write(f"{os.getpid()}\n{child.pid}\n")
            while True:
                with contextlib.suppress(BaseException):
                    time.sleep(600)
    return None


def remember() -> None:
    _state.append("initialised")


def fail() -> None:
    raise RuntimeError("no torch here")


def results(tasks: list[tuple[str, Any]], jobs: int = 2, limit_s: float = 60.0, **more: Any) -> list[Any]:
    """The results in the order of the tasks; each must come exactly once."""
    pairs = list(run_tasks(odd_job, tasks, jobs=jobs, limit_s=limit_s, **more))
    assert sorted(index for index, _ in pairs) == list(range(len(tasks)))
    return [result for _, result in sorted(pairs, key=lambda pair: pair[0])]


def still_there(numbers: list[int]) -> list[int]:
    """Which of the processes have not ended, after a moment's patience."""
    processes = []
    for number in numbers:
        with contextlib.suppress(psutil.NoSuchProcess):
            processes.append(psutil.Process(number))
    until = time.monotonic() + 3
    while alive := [process for process in processes if _runs(process)]:
        if time.monotonic() > until:
            break
        time.sleep(0.02)
    return [process.pid for process in alive]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE  # in a container nobody may collect it
    except psutil.NoSuchProcess:
        return False


def test_many_tasks_on_few_workers_with_state_and_an_initialiser() -> None:
    tasks = [("square", n) for n in range(50)] + [("who", None)] * 4
    found = results(tasks, initializer=remember)
    assert found[:50] == [n * n for n in range(50)]
    workers = {number for number, *_ in found[50:]}
    assert os.getpid() not in workers
    assert 1 <= len(workers) <= 2
    for _, threads, scratch, read, state in found[50:]:
        assert threads.isdigit()
        assert not Path(scratch).exists()
        assert (read, state) == ("", ["initialised"])
    assert still_there(list(workers)) == []


def test_more_jobs_than_tasks_and_no_tasks() -> None:
    assert results([("square", 3)], jobs=8) == [9]
    assert results([]) == []


def test_a_worker_that_dies_costs_its_task_one_try_and_nobody_else(tmp_path: Path) -> None:
    tasks = [("square", 2), ("die once", tmp_path / "first"), ("die", None), ("square", 4), ("square", 5)]
    four, second, died, *others = results(tasks)
    assert (four, second, others) == (4, "second time", [16, 25])
    assert isinstance(died, Lost)
    assert str(died) == (
        "The process that had the task ended twice, the second time by signal SIGKILL, as when memory runs out."
    )


def test_what_goes_wrong_in_python_is_said_in_one_line() -> None:
    tasks = [("raise", 0), ("lambda", 0), ("unreadable", 0), ("exit", 0), ("square", 6), ("square", lambda: 0)]
    raised, unsent, unread, left, square, untaken = results(tasks)
    assert square == 36
    assert raised == Lost("The task failed: ValueError: three lines <b>.")
    assert left == Lost("The task failed: SystemExit: enough.")
    assert unsent.sentence.startswith("The task failed: ")
    assert "pickle" in unsent.sentence
    assert unread.sentence.startswith("The result of the task cannot be read: ValueError: invalid literal")
    assert untaken.sentence.startswith("The task cannot be sent to a worker: ")


def test_a_task_beyond_its_limit_is_ended_with_what_it_started(tmp_path: Path) -> None:
    file = tmp_path / "numbers"
    started = time.monotonic()
    hung, *squares = results([("hang", file), ("square", 7), ("square", 8), ("square", 9)], limit_s=1.5)
    assert hung == Lost("The task still ran after its limit of 1.5 s, twice, and was ended.")
    assert squares == [49, 64, 81]
    numbers = [int(number) for number in file.read_text().split()]
    assert len(numbers) == 4  # a worker and its child, twice
    assert still_there(numbers) == []
    assert time.monotonic() - started < 30


def test_an_abandoned_iteration_leaves_no_process(tmp_path: Path) -> None:
    file = tmp_path / "numbers"
    running: Iterator[Any] = run_tasks(odd_job, [("square", 1), ("hang", file)], jobs=1, limit_s=600)
    assert next(running) == (0, 1)
    while not file.exists() or len(file.read_text().split()) < 2:
        time.sleep(0.05)
    running.close()  # type: ignore[attr-defined]  # an iterator here is a generator
    assert still_there([int(number) for number in file.read_text().split()]) == []


def test_workers_that_cannot_start_make_every_task_lost_with_the_reason() -> None:
    found = results([("square", 1)] * 3, initializer=fail)
    assert set(map(str, found)) == {"No worker process could be started: RuntimeError: no torch here."}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_when_the_main_process_ends_its_workers_do(tmp_path: Path, number: signal.Signals) -> None:
    file = tmp_path / "numbers"
    program = tmp_path / "main.py"
    program.write_text(
        "from gentutor.workspace.pool import run_tasks\n"
        "from tests.workspace.test_pool import odd_job\n"
        "if __name__ == '__main__':\n"
        f"    list(run_tasks(odd_job, [('hang', {str(file)!r})] * 2, jobs=2, limit_s=600))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, program], env=environment, stderr=subprocess.PIPE, text=True) as main:
        while not file.exists() or len(file.read_text().split()) < 4:
            time.sleep(0.05)
            assert main.poll() is None
        family = [process.pid for process in psutil.Process(main.pid).children(recursive=True)]
        hung = [int(line) for line in file.read_text().split()]
        main.send_signal(number)
        assert main.wait(timeout=120) != 0
        # What a task started is its own affair when nobody is left to end it; the workers are ours.
        children = hung[1::2] if number != signal.SIGINT else []
        left = still_there([one for one in family if one not in children])
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        assert left == []
        assert main.stderr is not None
        said = main.stderr.read()
        assert said.count("Traceback") == (number == signal.SIGINT), said
