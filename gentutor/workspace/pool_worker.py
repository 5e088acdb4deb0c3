"""The worker's side of `gentutor.workspace.pool`: takes tasks until its main process has no more, or is gone."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any

_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
_LONGEST = 500


@dataclass(frozen=True)
class Lost:
    """What stands for the result of a task that has none, which says nothing about the other tasks.

    Parameters
    ----------
    sentence : str
        Why there is none.
    """

    sentence: str

    def __str__(self) -> str:
        return self.sentence


def work(connection: Connection, functions: bytes, scratch: str, n_threads: int) -> None:
    """Do tasks until the connection closes.

    Parameters
    ----------
    connection : multiprocessing.connection.Connection
        Tasks come from it; ``Lost`` or the result goes to it. The first thing sent is empty, or why it cannot work.
    functions : bytes
        The pickled pair of the function that does a task and the one that is called first, or None.
    scratch : str
        Folder for temporary files; the main process removes it.
    n_threads : int
        Threads of numerical libraries, where nobody has decided that.
    """
    _end_with_main_process()
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C is for the main process, and one signal reaches all that belongs to this one
    tempfile.tempdir = os.environ["TMPDIR"] = scratch
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, str(n_threads))
    try:
        function, initialise = pickle.loads(functions)  # only now: it may import torch, which reads the lines above
        if initialise is not None:
            initialise()
    except Exception as error:
        connection.send_bytes(_one_line(error).encode())
        return
    connection.send_bytes(b"")
    while True:
        try:
            task = connection.recv_bytes()
        except (EOFError, OSError):
            return
        connection.send_bytes(_result(function, task))


def _result(function: Callable[[Any], Any], task: bytes) -> bytes:
    """Do one task; whatever goes wrong in Python is a result too."""
    try:
        return bytes(ForkingPickler.dumps(function(pickle.loads(task))))
    except BaseException as error:
        return pickle.dumps(Lost(f"The task failed: {_one_line(error)}."))


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())[:_LONGEST].removesuffix(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _end_with_main_process() -> None:
    """Have this process end at once when the main process does, even by kill -9 and in the middle of a task."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent.pid:
            os._exit(1)
    else:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
