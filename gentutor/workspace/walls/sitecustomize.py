"""Two walls around a lesson that `gentutor run` executes: no network, and no writing beside the master notebooks.

Python imports a module of this name by itself when the folder is on PYTHONPATH, so the walls stand in the kernel and in
every Python process that a lesson starts. They catch mistakes of authors (a download in a lesson, a file left behind);
they are no jail for hostile code, which `gentutor grade` has to run in a sandbox.
"""

import os
import socket
import sys

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_READ_ONLY = os.environ.get("GENTUTOR_READ_ONLY", "")
_HERE = {"", "localhost", "ip6-localhost", "::1", "::", "0.0.0.0", socket.gethostname().lower()}


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str):
        return True  # None means this machine
    return host.lower() in _HERE or host.startswith(("127.", "::ffff:127."))


def _refuse_network(host: object, port: object = None) -> None:
    if not _is_here(host):
        where = f"{host!s}:{port}" if port else f"{host!s}"
        raise ConnectionError(
            f"Lessons run offline, but this one tried to reach {where}. Take the data from data/ through "
            "gentutor.datasets, and leave full data sets to an optional cell that does not run by itself."
        )


def _refuse_writing(path: object) -> None:
    if not isinstance(path, (str, bytes, os.PathLike)):
        return
    full = os.path.abspath(os.fsdecode(path))
    if full == _READ_ONLY or full.startswith(_READ_ONLY + os.sep):
        raise PermissionError(
            f"Lessons leave nothing behind, but this one tried to write {full}. "
            "Use tempfile.TemporaryDirectory() for files that a lesson needs."
        )


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        if isinstance(address, tuple) and len(address) >= 2:  # a Unix socket's address is a path
            _refuse_network(address[0], address[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        _refuse_network(args[0], args[1] if len(args) > 1 else None)
    elif event == "open" and _READ_ONLY:
        flags = args[2]
        if isinstance(flags, int) and flags & _WRITING:
            _refuse_writing(args[0])
    elif event == "os.mkdir" and _READ_ONLY:
        _refuse_writing(args[0])


if os.environ.get("GENTUTOR_OFFLINE"):
    sys.addaudithook(_watch)
