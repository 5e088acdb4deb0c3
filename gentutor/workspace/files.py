"""Reading and writing notebook files so that a crash, a full disk or a damaged file never costs anybody their work."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from gentutor.errors import LessonDamagedError, WorkspaceError

_REASONS = {
    errno.ENOSPC: ("the disk is full", "free some space and run the command again"),
    errno.EDQUOT: ("your disk quota is used up", "free some space and run the command again"),
    errno.EFBIG: ("the file would be larger than the system allows", "choose another folder"),
    errno.EROFS: ("the disk is read-only", "choose another folder"),
    errno.EACCES: ("you have no permission to write there", "choose a folder of your own"),
    errno.EPERM: ("you have no permission to write there", "choose a folder of your own"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "choose another folder"),
    errno.EEXIST: ("a file of that name stands where a folder is needed", "choose another folder"),
    errno.EISDIR: ("a folder of that name stands there", "rename that folder or choose another one"),
    errno.ENAMETOOLONG: ("the name is too long", "choose a shorter one"),
}


def sha256(text: str) -> str:
    """The hexadecimal SHA-256 of `text` in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_failure(path: Path, error: OSError) -> WorkspaceError:
    """The sentence for a file or folder that could not be written: what, why, and what to do."""
    reason, remedy = _REASONS.get(error.errno or 0, (error.strerror or str(error), "choose another folder"))
    return WorkspaceError(f"Cannot write {path}: {reason}. What stood there before is unchanged; {remedy}.")


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it.

    Raises
    ------
    WorkspaceError
        When it cannot be made, with the reason and the remedy.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_failure(folder, error) from error


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` whole or not at all: into a temporary file beside it, which then takes its name.

    Raises
    ------
    WorkspaceError
        When the disk is full, the folder read-only, and so on. The file that stood there before is then unchanged.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        os.chmod(temporary, mode)  # mkstemp makes files that only their owner may read
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                os.unlink(temporary)
        raise write_failure(path, error) from error


def _umask() -> int:
    """The process's mask of permissions, which can only be read by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook file as plain dictionaries and lists.

    Raises
    ------
    LessonDamagedError
        When the file is not JSON (with line and column) or not a notebook of format 4.
    """
    try:
        content = json.loads(path.read_bytes().decode("utf-8"))
    except json.JSONDecodeError as error:
        raise LessonDamagedError(
            f"{path} is damaged: at line {error.lineno}, column {error.colno} of its JSON: {error.msg}. {_REMEDY}"
        ) from error
    except UnicodeDecodeError as error:
        raise LessonDamagedError(f"{path} is damaged: byte {error.start} is not UTF-8 text. {_REMEDY}") from error
    except OSError as error:
        raise LessonDamagedError(f"{path} cannot be read: {error.strerror}. {_REMEDY}") from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise LessonDamagedError(f"{path} is JSON, but no notebook: it has no list of cells. {_REMEDY}")
    if content.get("nbformat") != 4:
        raise LessonDamagedError(f"{path} has notebook format {content.get('nbformat')!r}, not 4. {_REMEDY}")
    for position, cell in enumerate(content["cells"], start=1):
        if not isinstance(cell, dict) or "cell_type" not in cell or "source" not in cell:
            raise LessonDamagedError(f"Cell {position} of {path} has no type or no source. {_REMEDY}")
    return content


_REMEDY = "Restore the file, for instance with `git checkout`, or delete it if it is a copy that can be made again."


def cell_source(cell: dict[str, Any]) -> str:
    """A cell's source as one text; on disk it may be a list of lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def cell_tags(cell: dict[str, Any]) -> list[str]:
    """A cell's tags."""
    return list(cell.get("metadata", {}).get("tags", []))
