"""The checker's end of a zygote: start it behind a wall, ask it for jailed children, end them and it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from gentutor.errors import GradingError
from gentutor.grading.inside.confinement import Limits
from gentutor.grading.library import make_library
from gentutor.grading.walls import zygote_start

_START_S = 120.0  # torch is loaded from a cold disk
_FORK_S = 30.0  # a machine that is busy beyond measure
_N_LOG = 2_000


class Child:
    """A jailed child, to which frames are sent and from which frames come.

    Parameters
    ----------
    channel : socket
        The checker's end.
    handle : int
        What to end it by: a process handle (pidfd), or a process number where the system has no such handles.
    is_number : bool
        Whether `handle` is a process number.
    """

    def __init__(self, channel: socket.socket, handle: int, is_number: bool) -> None:
        self._channel = channel
        self._handle = handle
        self._is_number = is_number

    def send(self, header: dict[str, Any], payload: bytes = b"", *, seconds: float) -> None:
        """Send a frame; raises OSError (TimeoutError, BrokenPipeError) when it is not taken within `seconds`."""
        from gentutor.grading.inside import wire  # brings torch, which the zygote shall load at the same time

        self._channel.settimeout(seconds)
        wire.send(self._channel, header, payload)

    def receive(self, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Wait for a frame; raises what `gentutor.grading.inside.wire.receive` raises, and ConnectionError."""
        from gentutor.grading.inside import wire

        return wire.receive(self._channel, time.monotonic() + seconds)

    def end(self) -> None:
        """End it, whatever it does, and everything that it started."""
        with contextlib.suppress(ProcessLookupError):
            if self._is_number:
                os.killpg(self._handle, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        if not self._is_number:
            os.close(self._handle)
        self._channel.close()


class Zygote:
    """A zygote behind a wall; a context manager. It is started at once, and `child` waits until it is ready.

    Parameters
    ----------
    wall : str
        One of `gentutor.grading.walls.WALLS`.
    limits : Limits
        What a submission may use.
    """

    def __init__(self, wall: str, limits: Limits) -> None:
        self.wall = wall
        self.limits = limits
        self._folder = tempfile.TemporaryDirectory(prefix="gentutor-zygote-")
        self._log = Path(self._folder.name) / "log.txt"
        folder = Path(self._folder.name)
        for name in ("library", "scratch"):
            (folder / name).mkdir()
        make_library(folder / "library")
        self._control, theirs = socket.socketpair()
        start = zygote_start(wall, folder, limits, theirs.fileno())
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                start.command,
                env=start.environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,
            )
        theirs.close()
        self._spare: socket.socket | None = None
        self._ready = False

    def child(self) -> Child:
        """Return a fresh child, and have the next one forked in the meantime.

        Raises
        ------
        GradingError
            When the wall cannot be put up, or the zygote does not answer; the message holds its last words.
        """
        if not self._ready:
            self._wait_until_ready()
        channel = self._spare or self._ask()
        self._spare = self._ask()
        channel.settimeout(_FORK_S)
        try:
            first, handles, _, _ = socket.recv_fds(channel, 1, 1)
            number = channel.recv(8) if first == b"N" else b""
        except OSError as error:
            raise GradingError(f"The zygote did not fork ({error}). {self._last_words()}") from error
        if not first:
            raise GradingError(f"A jailed child ended before it began. {self._last_words()}")
        return Child(channel, handles[0] if handles else int.from_bytes(number, "little"), not handles)

    def is_there(self) -> bool:
        """Whether the zygote answers: when a child has ended, this tells whose fault it was."""
        self._control.settimeout(_FORK_S)
        try:
            self._control.sendall(b"?")
            return self._control.recv(1) == b"?"
        except OSError:
            return False

    def close(self) -> None:
        """End the zygote and everything behind its wall."""
        if self._spare is not None:
            self._spare.close()
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def __enter__(self) -> Zygote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wait_until_ready(self) -> None:
        self._control.settimeout(_START_S)
        try:
            answer = self._control.recv(5)
        except OSError:
            answer = b""
        if answer != b"ready":
            words = self._last_words()
            self.close()
            raise GradingError(f"The wall {self.wall!r} could not be put up. {words}")
        self._ready = True

    def _ask(self) -> socket.socket:
        """Have a child forked; return the checker's end of its socket."""
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self._control, [b"f"], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise GradingError(f"The zygote is gone ({error}). {self._last_words()}") from error
        finally:
            theirs.close()
        return ours

    def _last_words(self) -> str:
        try:
            words = self._log.read_text(errors="replace").strip()[-_N_LOG:]
        except OSError:
            words = ""
        return f"Its last words: {words}" if words else "It said nothing."
