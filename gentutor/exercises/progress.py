"""What a student did, kept in the workspace: attempts, hints, predictions, with their time.

The file ``.gentutor/progress.jsonl`` holds one JSON object a line, and is only ever appended to, each line by one
write. So two kernels that write at once lose nothing, and a line that a full disk or a power cut left half written
spoils only itself. Where no workspace is found, as when a master lesson runs, entries stay in memory.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = ".gentutor"
FILE = "progress.jsonl"
SCHEMA = 1  # the "v" of every entry; a reader skips entries of a newer schema and keeps them in the file

Entry = dict[str, Any]

_in_memory: list[Entry] = []
_told: set[str] = set()  # sentences said already in this process: each is said once


def progress_file(start: Path | None = None) -> Path | None:
    """Return the progress file of the nearest workspace from `start` (default: here) upwards, or None."""
    try:
        here = (start or Path.cwd()).resolve()
    except OSError:  # the folder that Python runs in was deleted
        return None
    return next((p / FOLDER / FILE for p in (here, *here.parents) if (p / FOLDER).is_dir()), None)


def record(kind: str, lesson: str, **values: Any) -> Entry:
    """Keep one entry, and return it. A file that cannot be written costs a sentence, never the lesson.

    Parameters
    ----------
    kind : str
        ``"check"``, ``"hint"``, ``"prediction"``, ``"reveal"`` or ``"quiz"``.
    lesson : str
        Name of the lesson; empty where it is not known.
    **values
        Anything that JSON can hold.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    entry = {"v": SCHEMA, "time": now, "kind": kind, "lesson": lesson, **values}
    _in_memory.append(entry)
    path = progress_file()
    if path is not None:
        try:
            _append(path, entry)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            _tell(f"Your progress could not be saved in {path} ({reason}). The lesson goes on; nothing else is lost.")
    return entry


def entries(kind: str | None = None) -> list[Entry]:
    """Return what was recorded in this workspace, or in this process where there is no workspace; oldest first."""
    path = progress_file()
    if path is None:
        found = list(_in_memory)
    else:
        found = list(_read(path))
        # What could not be saved still counts until the kernel ends.
        found += [entry for entry in _in_memory if entry not in found]
    return [entry for entry in found if kind is None or entry["kind"] == kind]


def read_entries(path: Path) -> list[Entry]:
    """Return what a progress file holds, oldest first; nothing where there is no such file.

    Parameters
    ----------
    path : pathlib.Path
        A file as `progress_file` names it. Lines that cannot be read cost a sentence.
    """
    return list(_read(path))


def lessons_of_this_process() -> set[str]:
    """Return the lessons whose exercises were checked since the kernel started."""
    return {str(entry["lesson"]) for entry in _in_memory if entry["kind"] == "check"}


def forget() -> None:
    """Forget what this process remembers; files stay as they are."""
    _in_memory.clear()
    _told.clear()


def _append(path: Path, entry: Entry) -> None:
    # The line begins with a line break, so that it stands alone even after a half-written one.
    line = b"\n" + json.dumps(entry, ensure_ascii=True, allow_nan=False, default=str).encode() + b"\n"
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        if os.write(handle, line) != len(line):
            raise OSError(28, "the disk is full")
    finally:
        os.close(handle)


def _read(path: Path) -> Iterator[Entry]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        _tell(f"Your progress in {path} cannot be read ({error.strerror}). The lesson goes on without it.")
        return
    damaged = 0
    for line in filter(bytes.strip, lines):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            damaged += 1
            continue
        if not isinstance(entry, dict) or not isinstance(entry.get("kind"), str):
            damaged += 1
        elif entry.get("v") == SCHEMA:
            yield entry
    if damaged:
        lines_are = "1 line" if damaged == 1 else f"{damaged} lines"
        _tell(f"{lines_are} of {path} cannot be read, and stay there as they are; everything else in it counts.")


def _tell(sentence: str) -> None:
    if sentence not in _told:
        _told.add(sentence)
        print(sentence, file=sys.stderr)
