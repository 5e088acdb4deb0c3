"""Spreads tasks over the workers of a Dask cluster: `gentutor.workspace.pool` for more than one machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from gentutor import __version__
from gentutor.errors import SetupError
from gentutor.workspace.pool import Lost

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")
R = TypeVar("R")

START = "Start a scheduler with `dask scheduler`, and everywhere `dask worker ADDRESS --nworkers auto --nthreads 1`."
"""How to start a cluster on which every core takes a task."""

_ANSWER_S = 10
_WORKERS_S = 30
_PER_THREAD = 4  # tasks sent ahead: enough that no worker waits, few enough that they fit into the scheduler's memory

_one_at_a_time = threading.Lock()


def run_on_cluster(
    function: Callable[[T], R], tasks: Sequence[T], scheduler: str, *, retries: int = 2
) -> Iterator[tuple[int, R | Lost]]:
    """Yield the index and the result of each task as soon as a Dask worker has done it, in no order.

    A task whose worker dies goes to another one. After more deaths than the scheduler's setting
    ``distributed.scheduler.allowed-failures`` says, it is tried anew when all others are done, alone, and then `Lost`.
    Each worker process takes one task at a time, however many threads it has, so `function` may keep state in its
    module.

    Parameters
    ----------
    function : callable
        Takes a task and returns a result; it stands in a module that a worker can import.
    tasks : sequence
        What to do.
    scheduler : str
        Address of the scheduler, such as ``tcp://10.0.0.1:8786``.
    retries : int
        How often a task is tried again after an exception.

    Raises
    ------
    SetupError
        When Dask is not installed, no scheduler answers, it has no workers, or theirs is another gentutor.
    """
    client = connect(scheduler)
    try:
        yield from _results(client, function, tasks, retries)
    finally:
        client.close()


def connect(scheduler: str) -> Client:
    """Return a client of a cluster that can do gentutor's work.

    Parameters
    ----------
    scheduler : str
        Address of the scheduler.

    Raises
    ------
    SetupError
        When Dask is not installed, no scheduler answers, it has no workers, or theirs is another gentutor.
    """
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address
        from distributed.comm.registry import get_backend
    except ImportError as error:
        raise SetupError("--scheduler needs Dask, which is not here: pip install 'gentutor[cluster]'.") from error
    try:
        get_backend(parse_address(scheduler)[0])  # a client of an unknown protocol is made by half, and closes slowly
        client = Client(scheduler, timeout=_ANSWER_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise SetupError(f"No Dask scheduler answers at {scheduler!r} ({_short(error)}). {START}") from error
    try:
        _require_workers(client, scheduler)
    except BaseException:
        client.close()
        raise
    return client


def _require_workers(client: Client, scheduler: str) -> None:
    """Refuse a cluster without workers, or whose workers have no gentutor or another one."""
    try:
        client.wait_for_workers(1, timeout=_WORKERS_S)
    except TimeoutError as error:
        raise SetupError(f"The scheduler at {scheduler} has no workers. {START}") from error
    found = client.get_versions(packages=["gentutor"])
    assert isinstance(found, dict)  # a coroutine only for a client that is told so
    for address, worker in found["workers"].items():
        version = worker["packages"].get("gentutor") if worker else None
        if version != __version__:
            has = f"gentutor {version}" if version else "no gentutor"
            raise SetupError(
                f"The Dask worker at {address} has {has}, but this is gentutor {__version__}; all must have the same. "
                f"There: pip install 'gentutor[cluster,teacher]=={__version__}', then start the worker again."
            )


def _results(
    client: Client, function: Callable[[T], R], tasks: Sequence[T], retries: int
) -> Iterator[tuple[int, R | Lost]]:
    """Keep every worker busy, and yield what they have done."""
    from distributed import KilledWorker, as_completed

    waiting = iter(range(len(tasks)))
    indices: dict[Any, int] = {}  # by the future's key

    def submit(index: int) -> Future[R]:
        # Not pure: equal tasks are still two tasks.
        future = client.submit(_do, function, tasks[index], retries=retries, pure=False)
        indices[future.key] = index
        return future

    def submit_some() -> list[Future[R]]:
        """Send what keeps the present workers busy."""
        room = _PER_THREAD * max(1, sum(client.nthreads().values())) - len(indices)
        return [submit(index) for index in islice(waiting, max(0, room))]

    suspects: list[int] = []
    done = as_completed(submit_some(), loop=client.loop)
    for future in done:
        index = indices.pop(future.key)
        if future.status == "error" and isinstance(future.exception(), KilledWorker):
            suspects.append(index)
        else:
            yield index, _result(future)
        del future  # so that the cluster forgets it
        done.update(submit_some())
    for index in suspects:  # Dask blames every task that a dead worker had waiting: alone, each shows whether it was it
        yield index, _result(submit(index))


def _do(function: Callable[[T], R], task: T) -> R:
    """Do one task on a worker."""
    with _one_at_a_time:
        return function(task)


def _result(future: Future[Any]) -> Any:
    """Return the result of a task that has ended in some way."""
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker as error:
        n_deaths = getattr(error, "allowed_failures", 0) + 1
        return Lost(f"The Dask workers that had the task ended, {n_deaths} in a row: out of memory, or killed.")
    except CancelledError:
        return Lost("The Dask scheduler gave the task up, or is gone.")
    except Exception as error:
        return Lost(f"The task failed: {_short(error)}.")


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())[:300].removesuffix(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
