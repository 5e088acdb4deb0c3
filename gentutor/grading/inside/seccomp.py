"""Refuses system calls that no exercise needs: processes, threads, programs, sockets, mounts, the kernel's rarer doors.

A filter is a small program (classic BPF) that the kernel runs before every system call; see seccomp(2). A refused call
fails with EPERM, so that student code gets an ordinary ``PermissionError`` and the lesson's other checks go on.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

# name: (number on x86_64, number on aarch64 or None where it does not exist there)
_REFUSED: dict[str, tuple[int, int | None]] = {
    # Threads too: one submission shall not take its neighbours' cores, and nothing shall go on after its answer.
    "clone": (56, 220), "clone3": (435, 435), "fork": (57, None), "vfork": (58, None),
    "execve": (59, 221), "execveat": (322, 281),
    "socket": (41, 198),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsmount": (432, 432), "mount_setattr": (442, 442), "open_by_handle_at": (304, 265),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "personality": (135, 92),
    "inotify_init": (253, None), "inotify_init1": (294, 26), "fanotify_init": (300, 262),
    "quotactl": (179, 60), "swapon": (167, 224), "reboot": (169, 142),
    "syslog": (103, 116), "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
}  # fmt: skip
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000  # a second set of system calls of x86_64, with other numbers

_LOAD, _JUMP_EQUAL, _JUMP_ABOVE, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_AT_NUMBER, _AT_ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def refuse_system_calls() -> None:
    """Install the filter for this process and all its threads, for good.

    Raises
    ------
    OSError
        When the processor is not known here or the kernel has no seccomp.
    """
    code = filter_code(os.uname().machine)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")


def filter_code(machine: str) -> bytes:
    """Return the filter for a processor, 8 bytes an instruction.

    Raises
    ------
    OSError
        When the processor is not known here.
    """
    if machine not in _ARCHITECTURE:
        raise OSError(f"gentutor does not know the system calls of {machine}")
    column = list(_ARCHITECTURE).index(machine)
    refused = [pair[column] for pair in _REFUSED.values()]
    lines = [
        _line(_LOAD, _AT_ARCHITECTURE),
        _line(_JUMP_EQUAL, _ARCHITECTURE[machine], 1, 0),
        _line(_RETURN, _KILL),
        _line(_LOAD, _AT_NUMBER),
        _line(_JUMP_ABOVE, _X32, 0, 1),
        _line(_RETURN, _KILL),
    ]
    for number in filter(None, refused):
        lines += [_line(_JUMP_EQUAL, number, 0, 1), _line(_RETURN, _REFUSE | errno.EPERM)]
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
