"""The zygote: a clean process behind the wall, with torch loaded, that forks a jailed child for each job.

It is started as a program with one inherited socket and a JSON argument, answers ``ready``, and then forks once for
every socket that it is sent; what comes without a socket it echoes. It never reads from those sockets, so no submission
leaves a trace in its memory. When its own socket closes, because the checker is gone, it ends, and everything behind
the wall with it.
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from dataclasses import dataclass

NAMESPACES = ("bubblewrap", "namespaces")  # the walls behind which a child gets namespaces of its own


@dataclass(frozen=True)
class Orders:
    """What the zygote is told at its start.

    Parameters
    ----------
    wall : str
        ``"bubblewrap"``, ``"namespaces"`` or ``"none"``.
    limits : dict
        Fields of `gentutor.grading.inside.confinement.Limits`.
    scratch : str
        An empty folder, which every child replaces by one of its own.
    hidden, readable : list of str
        See `gentutor.grading.inside.confinement.confine`.
    """

    wall: str
    limits: dict[str, float]
    scratch: str
    hidden: list[str]
    readable: list[str]


def main() -> None:
    """Load what children need, then fork one for every socket that arrives."""
    control = socket.socket(fileno=int(sys.argv[1]))
    orders = Orders(**json.loads(sys.argv[2]))
    _own_world(orders)
    _load()
    control.sendall(b"ready")
    while True:
        message, handles, _, _ = socket.recv_fds(control, 16, 1)
        if not message:
            return
        _reap()
        if handles:
            _fork(handles[0], orders, control)
        else:
            control.sendall(message)  # asked whether it is there


def _own_world(orders: Orders) -> None:
    """Without bubblewrap, step into new namespaces; as process 1 there, the zygote takes everybody along at its end."""
    from gentutor.grading.inside import system

    os.environ["GENTUTOR_INSIDE_IDS"] = f"{os.getuid()} {os.getgid()}"
    if orders.wall != "namespaces":
        return
    system.die_with_parent(signal.SIGKILL)
    new = system.NEW_USERS | system.NEW_NAMES | system.NEW_PROCESSES | system.NEW_NETWORK | system.NEW_QUEUES
    system.unshare(new | system.NEW_HOST)
    system.map_user()
    process = os.fork()
    if process:
        os.waitpid(process, 0)
        os._exit(0)
    system.die_with_parent(signal.SIGKILL)


def _load() -> None:
    """Import everything that a child needs, so that it is there at once in every fork."""
    import IPython.core.inputtransformer2  # noqa: F401  (for cells with magics)
    import numpy as np
    import torch
    from torch import nn  # noqa: F401
    from torch.nn import functional  # noqa: F401

    import gentutor.grading.inside.child  # noqa: F401

    torch.set_num_threads(1)  # more would not survive a fork
    torch.randn(8, 8, generator=torch.Generator().manual_seed(0)) @ torch.ones(8, 8)
    np.random.default_rng(0).normal(size=8)
    gc.collect()
    gc.freeze()  # a fork copies what the collector touches


def _fork(handle: int, orders: Orders, control: socket.socket) -> None:
    """Fork a child that answers on the socket `handle`, behind a wall as process 1 of namespaces of its own."""
    from gentutor.grading.inside import system

    namespaces = system.NEW_USERS | system.NEW_NAMES | system.NEW_PROCESSES if orders.wall in NAMESPACES else 0
    process = system.fork_into(namespaces)
    channel = socket.socket(fileno=handle)
    if process:
        with contextlib.suppress(OSError):  # the checker is gone already
            _announce(channel, process)
        channel.close()
        return
    status = 1
    try:
        control.close()
        status = _inner(channel, orders)
    except BaseException:
        traceback.print_exc()  # into the log, whose end the teacher is shown
    finally:
        os._exit(status)


def _inner(channel: socket.socket, orders: Orders) -> int:
    """Put up the inner wall, then serve."""
    from gentutor.grading.inside.child import serve
    from gentutor.grading.inside.confinement import Limits, bound, confine

    limits = Limits(**orders.limits)  # type: ignore[arg-type]
    if orders.wall in NAMESPACES:
        confine(limits, orders.scratch, orders.hidden, orders.readable)
    else:
        os.setsid()
        os.chdir(tempfile.mkdtemp(dir=orders.scratch))
        bound(limits, 0)
    with contextlib.suppress(BrokenPipeError, ConnectionError, EOFError):
        serve(channel)
    return 0


def _announce(channel: socket.socket, process: int) -> None:
    """Tell the checker which process to end: as a handle that stays right even when the number is used again."""
    if hasattr(os, "pidfd_open"):
        handle = os.pidfd_open(process)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [handle]))]
        channel.sendmsg([b"P"], rights)
        os.close(handle)
    else:
        channel.sendall(b"N" + process.to_bytes(8, "little"))


def _reap() -> None:
    """Take leave of children that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    main()
