"""The calls to the Linux kernel for which Python has no function, by ctypes; each raises OSError when it fails."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import time

NEW_NAMES = 0x00020000  # CLONE_NEWNS: mounts of its own
NEW_HOST = 0x04000000  # CLONE_NEWUTS
NEW_QUEUES = 0x08000000  # CLONE_NEWIPC
NEW_USERS = 0x10000000  # CLONE_NEWUSER
NEW_PROCESSES = 0x20000000  # CLONE_NEWPID
NEW_NETWORK = 0x40000000  # CLONE_NEWNET

READ_ONLY, NO_SET_UID, NO_DEVICES = 1, 2, 4  # MS_RDONLY, MS_NOSUID, MS_NODEV
_MOUNT_SETATTR = 442  # the same number on every processor
_FROM_HERE, _ALL_BELOW = -100, 0x8000  # AT_FDCWD, AT_RECURSIVE
_PRIVATE_BELOW = 0x40000 | 0x4000  # MS_PRIVATE | MS_REC
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPABILITY_VERSION_3 = 0x20080522
_SYS_CAPSET = {"x86_64": 126, "aarch64": 91}
_SYS_CLONE = {"x86_64": 56, "aarch64": 220}


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def require(result: int, what: str) -> int:
    """Return a system call's result, or raise the error that it left."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def fork_into(namespaces: int, seconds: float = 10.0) -> int:
    """Fork as `os.fork` does, the child in new namespaces of its own; one step where fork and unshare take two forks.

    Parameters
    ----------
    namespaces : int
        Flags such as `NEW_PROCESSES`, of which the child is then process 1; 0 for an ordinary fork.
    seconds : float
        How long to wait where the machine has no process number left.

    Returns
    -------
    int
        0 in the child; its process number in the parent.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            return _clone(namespaces) if namespaces else os.fork()
        except BlockingIOError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _clone(namespaces: int) -> int:
    """Call clone(2) as a fork, with what Python does before and after its own forks (PyOS_BeforeFork and so on)."""
    python = ctypes.pythonapi
    libc = ctypes.PyDLL(None, use_errno=True)  # keeps the interpreter's lock: the child goes on as its holder
    python.PyOS_BeforeFork()
    process = int(libc.syscall(_SYS_CLONE[os.uname().machine], namespaces | signal.SIGCHLD, None, None, None, None))
    number = ctypes.get_errno()
    if process == 0:
        python.PyOS_AfterFork_Child()
        return 0
    python.PyOS_AfterFork_Parent()
    if process < 0:
        raise OSError(number, f"clone: {os.strerror(number)}")
    return process


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags` for new ones."""
    require(_libc().unshare(flags), "unshare")


def map_user() -> None:
    """In a new user namespace, keep the numbers of user and group that the process had before."""
    # After unshare, getuid gives the overflow number; what the process really is, its parent's map knows best.
    uid, gid = os.environ.get("GENTUTOR_INSIDE_IDS", "0 0").split()
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def make_mounts_private() -> None:
    """Keep every later mount to this mount namespace."""
    require(_libc().mount(b"none", b"/", None, _PRIVATE_BELOW, None), "mount --make-rprivate /")


def make_mounts_read_only() -> None:
    """Let nothing that is mounted so far be changed from this mount namespace: not even modes, owners or times."""
    attributes = struct.pack("=QQQQ", READ_ONLY, 0, 0, 0)
    result = _libc().syscall(_MOUNT_SETATTR, _FROM_HERE, b"/", _ALL_BELOW, attributes, len(attributes))
    require(result, "mount_setattr")


def mount_tmpfs(place: str, options: str, flags: int) -> None:
    """Lay an empty file system in memory over the folder `place`."""
    data = options.encode()
    require(_libc().mount(b"tmpfs", os.fsencode(place), b"tmpfs", flags, data), f"mount tmpfs on {place}")


def drop_capabilities() -> None:
    """Give up every privilege that a new user namespace came with."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    number = _SYS_CAPSET.get(os.uname().machine)
    if number is None:
        raise OSError(f"gentutor does not know the system calls of {os.uname().machine}")
    require(_libc().syscall(number, ctypes.byref(header), ctypes.byref(nothing)), "capset")


def forbid_new_privileges() -> None:
    """From now on no program that is started gains rights; seccomp and Landlock ask for it."""
    require(_libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def forbid_inspection() -> None:
    """Leave no memory dump, and let no other process of the same user look into this one."""
    require(_libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl")


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this process a signal when its parent is gone, however that happened."""
    require(_libc().prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "prctl")
