"""Keeps libraries that like to telephone home from doing so while a lesson loads something from the disk."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from unittest import mock

from gentutor.errors import NetworkRefusedError

_SWITCHES = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


@contextmanager
def without_network() -> Iterator[None]:
    """Refuse every connection to the network while the block runs.

    The switches of the libraries are set too, but one of them was seen to connect in spite of its switch. So sockets
    of the internet refuse to connect and names are not looked up; those of this machine's own kind still work, which
    a notebook needs. While the block runs this holds for all threads.

    Raises
    ------
    NetworkRefusedError
        When something tries to connect; libraries may turn it into an error of their own.

    Examples
    --------
    >>> with without_network():
    ...     socket.create_connection(("example.org", 80))
    Traceback (most recent call last):
        ...
    gentutor.errors.NetworkRefusedError: Something wanted to reach ('example.org', 80) ...
    """
    connect = socket.socket.connect

    def only_here(this: socket.socket, address: Any) -> None:
        if this.family in (socket.AF_INET, socket.AF_INET6) and str(address[0]) not in ("127.0.0.1", "::1"):
            refuse(address)
        connect(this, address)

    def refuse(*address: Any, **_: Any) -> NoReturn:
        asked = address[0] if len(address) == 1 else address[:2]
        raise NetworkRefusedError(
            f"Something wanted to reach {asked} while a lesson was loading from the disk. Lessons use no network: "
            "install what is missing beforehand."
        )

    with (
        mock.patch.dict(os.environ, _SWITCHES),
        mock.patch.object(socket.socket, "connect", only_here),
        mock.patch.object(socket.socket, "connect_ex", only_here),
        mock.patch.object(socket, "getaddrinfo", refuse),
    ):
        yield
