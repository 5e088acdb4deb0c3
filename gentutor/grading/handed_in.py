"""Reads what a student handed in from the teacher's disk, trusting nothing about it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from gentutor.grading.records import Submission

MAX_NOTEBOOK = 200_000_000  # bytes: outputs of 50 MB are real, and four times that is generous
MAX_EXTRA = 20_000_000


def read_files(submission: Submission) -> dict[str, bytes]:
    """Read a submission's files: the notebook under ``""``, extras under their names; raises OSError."""
    assert submission.notebook is not None
    return {
        "": _read(submission.notebook, MAX_NOTEBOOK),
        **{name: _read(path, MAX_EXTRA) for name, path in submission.extras.items()},
    }


def hash_of(contents: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of all that was handed in: the notebook, and the names and contents of what lies beside it."""
    if list(contents) == [""]:
        return hashlib.sha256(contents[""]).hexdigest()
    parts = [hashlib.sha256(part).digest() for name in sorted(contents) for part in (name.encode(), contents[name])]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _read(path: Path, limit: int) -> bytes:
    """Read a regular file without following a link, and without waiting for what is no file."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "it is no regular file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(0, f"it is larger than {limit // 1_000_000} MB")
    return data
