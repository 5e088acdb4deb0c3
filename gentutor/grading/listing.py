"""What lies in a folder or in a zip file, as one flat list; links are never followed, odd things are named."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gentutor.errors import SubmissionsError
from gentutor.grading.archives import Archive, Member
from gentutor.grading.unpacking import MIB, MemberError

MAX_DEPTH = 8
MAX_ENTRIES = 200_000
MAX_FILE_BYTES = 128 * MIB

_LITTER = {"__macosx", "thumbs.db", "desktop.ini"}  # left behind by operating systems, as are names with a first dot


@dataclass(frozen=True)
class Found:
    """One thing in a folder or zip file.

    Parameters
    ----------
    parts : tuple of str
        Its path from the top.
    trouble : str
        What is wrong with it, as in ``"it is a link"``; empty for a plain file.
    get : callable
        Gives the path of a plain file with its content; raises `MemberError` when it cannot be had.
    folder : bool
        Whether it is a folder in which there is nothing.
    """

    parts: tuple[str, ...]
    trouble: str
    get: Callable[[], Path]
    folder: bool = False

    @property
    def name(self) -> str:
        """Its own name, without the folders."""
        return self.parts[-1]

    @property
    def path(self) -> str:
        """Its path as it is shown."""
        return "/".join(self.parts)


def in_folder(folder: Path) -> list[Found]:
    """List everything below a folder, sorted, without litter such as ``.DS_Store``.

    Raises
    ------
    SubmissionsError
        When the folder cannot be read, or holds far more than submissions.
    """
    found: list[Found] = []
    try:
        _walk(folder, (), found)
    except OSError as error:
        raise SubmissionsError(
            f"The folder {folder} cannot be read: {error.strerror}. Change its permissions, or copy it to a place of "
            "your own."
        ) from error
    return sorted(found, key=lambda one: one.parts)


def in_archive(archive: Archive) -> list[Found]:
    """List the files of a zip file, sorted, without litter."""
    found = []
    for member in archive.members:
        if not _is_litter(member.parts):
            found.append(Found(member.parts, member.trouble, _getter(archive, member), member.folder))
    filled = {one.parts[:depth] for one in found if not one.folder for depth in range(1, len(one.parts))}
    return sorted((f for f in found if not (f.folder and f.parts in filled)), key=lambda one: one.parts)


def _getter(archive: Archive, member: Member) -> Callable[[], Path]:
    ending = ".ipynb" if member.parts[-1].lower().endswith(".ipynb") else ".bin"
    return lambda: archive.extract(member, ending)


def is_zip(found: Found) -> bool:
    """Whether its name says that it is a zip file."""
    return found.name.lower().endswith(".zip") and not found.folder


def is_notebook(found: Found) -> bool:
    """Whether its name says that it is a notebook."""
    return found.name.lower().endswith(".ipynb")


def _is_litter(parts: tuple[str, ...]) -> bool:
    return any(part.startswith((".", "~$")) or part.lower() in _LITTER for part in parts)


def _walk(folder: Path, parts: tuple[str, ...], found: list[Found]) -> None:
    with os.scandir(folder) as entries:
        inside = sorted((entry for entry in entries if not _is_litter((entry.name,))), key=lambda e: e.name)
    if parts and not inside:
        found.append(_odd(parts, "it is an empty folder", folder=True))
    for entry in inside:
        _look_at(entry, (*parts, entry.name), found)
        if len(found) > MAX_ENTRIES:
            raise SubmissionsError(
                f"There are more than {MAX_ENTRIES} files in {folder} and beside it. Give the folder that holds the "
                "submissions, and nothing else."
            )


def _look_at(entry: os.DirEntry[str], parts: tuple[str, ...], found: list[Found]) -> None:
    path = Path(entry.path)
    if entry.is_symlink():
        found.append(_odd(parts, "it is a link, and links are never followed"))
    elif entry.is_dir(follow_symlinks=False):
        _look_into(path, parts, found)
    elif entry.is_file(follow_symlinks=False):
        found.append(Found(parts, "", lambda: _readable(path)))
    else:
        found.append(_odd(parts, "it is no plain file (a pipe, a socket or a device)"))


def _look_into(path: Path, parts: tuple[str, ...], found: list[Found]) -> None:
    if parts[-1].lower().endswith(".ipynb"):
        found.append(_odd(parts, "it is a folder, not a notebook"))
    elif len(parts) > MAX_DEPTH:
        found.append(_odd(parts, f"it lies more than {MAX_DEPTH} folders deep"))
    else:
        try:
            _walk(path, parts, found)
        except OSError as error:
            found.append(_odd(parts, f"this folder cannot be read ({error.strerror})"))


def _odd(parts: tuple[str, ...], trouble: str, *, folder: bool = False) -> Found:
    def get() -> Path:
        raise MemberError(trouble)

    return Found(parts, trouble, get, folder)


def _readable(path: Path) -> Path:
    """Return the path after opening it once, so that permissions or a change meanwhile are told now."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags)
        try:
            about = os.fstat(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise MemberError(f"it cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(about.st_mode):
        raise MemberError("it is no plain file")
    if about.st_size > MAX_FILE_BYTES:
        raise MemberError(f"it is larger than {MAX_FILE_BYTES // MIB} MiB")
    return path
