"""What this machine is: cores, memory, disk, processor, graphics card. Plain values for reports and the doctor."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import psutil


def usable_cores() -> int:
    """Cores that this process may use: in a container fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_limit() -> int:
    """Bytes of memory that this process can hope for: the machine's, or its container's limit where that is lower."""
    total = int(psutil.virtual_memory().total)
    for place in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            total = min(total, int(Path(place).read_text()))
        except (OSError, ValueError):  # no such file, or the word "max"
            continue
    return total


def processor() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def describe() -> dict[str, Any]:
    """The machine as JSON-able values, for a report of measurements."""
    import torch

    return {
        "processor": processor(),
        "cores": usable_cores(),
        "memory_gb": round(memory_limit() / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "gpu": torch.cuda.get_device_name(0) if torch.cuda.is_available() else None,
        "load": round(psutil.getloadavg()[0], 2),
    }
