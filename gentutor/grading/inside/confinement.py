"""The inner wall: what a process gives up for good before it touches a submission."""

from __future__ import annotations

import contextlib
import os
import resource
from dataclasses import dataclass
from pathlib import Path

from gentutor.grading.inside import landlock, seccomp, system

_MB = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Parameters
    ----------
    memory_mb : int
        Memory beyond what Python and torch take by themselves, in MB.
    disk_mb : int
        Temporary files, in MB.
    files : int
        Open files.
    prepare_s : float
        Seconds for reading the notebook and running what an exercise needs of it.
    grace_s : float
        Seconds beyond a check's deadline before the process is killed from outside.
    """

    memory_mb: int = 1_000
    disk_mb: int = 32
    files: int = 128
    prepare_s: float = 5.0
    grace_s: float = 0.4

    @property
    def sentence(self) -> str:
        """The limits in words."""
        return (
            f"{self.memory_mb} MB of memory, {self.disk_mb} MB of temporary files, {self.files} open files, one "
            f"thread, no network, {self.prepare_s:g} s to prepare, each check its own deadline"
        )


def confine(limits: Limits, scratch: str, hidden: list[str], readable: list[str]) -> None:
    """Put up the inner wall around this process, which is process 1 of new namespaces of its own.

    Parameters
    ----------
    limits : Limits
        What it may use.
    scratch : str
        The folder over which its own file system in memory is laid: all that it can write to.
    hidden : list of str
        Folders to cover, such as gentutor's own code with the answers.
    readable : list of str
        Folders and files that it may read.

    Raises
    ------
    OSError
        When a part of the wall cannot be put up; the process must then end.
    """
    os.setsid()
    system.map_user()
    virtual = _virtual_memory()
    system.make_mounts_private()
    if landlock.version():  # which does not forbid to change modes and times; both came with Linux 5.12 and 5.13
        system.make_mounts_read_only()
    flags = system.NO_SET_UID | system.NO_DEVICES
    system.mount_tmpfs(scratch, f"size={limits.disk_mb * _MB},nr_inodes=1000,mode=700", flags)
    for place in ["/proc", "/dev/shm", "/dev/mqueue", *hidden]:
        if os.path.isdir(place):
            system.mount_tmpfs(place, "size=4k,nr_inodes=2,mode=500", flags | system.READ_ONLY)
    os.chdir(scratch)
    if landlock.version():
        restricted = [*readable, "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full"]
        landlock.restrict_files(restricted, [scratch, "/dev/null"])
    system.forbid_inspection()
    system.drop_capabilities()
    system.forbid_new_privileges()
    bound(limits, virtual)
    seccomp.refuse_system_calls()


def bound(limits: Limits, virtual: int) -> None:
    """Set the limits that any POSIX system has.

    Parameters
    ----------
    limits : Limits
        What the process may use.
    virtual : int
        Bytes of address space that it takes already; 0 where not known, and memory is then not bounded.
    """
    _at_most(resource.RLIMIT_CORE, 0)
    _at_most(resource.RLIMIT_NOFILE, limits.files)
    _at_most(resource.RLIMIT_FSIZE, limits.disk_mb * _MB)
    _at_most(resource.RLIMIT_STACK, 8 * _MB)
    if virtual:
        _at_most(resource.RLIMIT_AS, virtual + limits.memory_mb * _MB)


def _at_most(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses some
        resource.setrlimit(kind, (value, value))


def _virtual_memory() -> int:
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return 0
