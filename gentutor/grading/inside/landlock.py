"""Restricts which files this process may open, by Landlock (Linux 5.13 and newer); see landlock(7).

Bubblewrap builds a view of the disk that holds little; Landlock forbids by itself all that is not listed, also where
there is no bubblewrap.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every processor
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_READING = _EXECUTE | _READ_FILE | _READ_FOLDER
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_ALL_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL_NEWER = (1 << 16) - 1


def version() -> int:
    """Return the version of Landlock's interface; 0 where the kernel offers none."""
    return max(0, int(ctypes.CDLL(None, use_errno=True).syscall(_CREATE_RULESET, None, 0, _VERSION)))


def restrict_files(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Forbid this process, for good, every file outside of the given folders and files.

    Parameters
    ----------
    readable : iterable of str
        Folders and files that may be read, and programs in them run; those that do not exist are passed over.
    writable : iterable of str
        Folders and files with which everything may be done.

    Raises
    ------
    OSError
        When the kernel offers no Landlock.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    everything = _ALL_BY_VERSION.get(version(), _ALL_NEWER)
    attributes = struct.pack("=Q", everything)
    ruleset = _require(libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0))
    try:
        for path, access in [*((p, _READING) for p in readable), *((p, everything) for p in writable)]:
            _allow(libc, ruleset, path, access & everything)
        _require(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, access: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        allowed = access if os.path.isdir(path) else access & _OF_A_FILE
        rule = struct.pack("=Qi", allowed, handle)  # the structure is packed: 12 bytes
        _require(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
    finally:
        os.close(handle)


def _require(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result
