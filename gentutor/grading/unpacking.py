"""Where archives are unpacked: a folder of numbered files, and limits on what may come out."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gentutor.errors import SubmissionsError

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """How much may come out of the archives of one run.

    Parameters
    ----------
    members : int
        Files in one archive.
    member_bytes : int
        Size of one file, unpacked.
    total_bytes : int
        Size of everything that is unpacked in the run.
    ratio : int
        How many bytes may come out of one byte, for whatever grows beyond `ratio_from`. A notebook in which a loop
        printed for minutes packs a thousandfold and is still somebody's work.
    ratio_from : int
        Size from which `ratio` holds.
    depth : int
        Folders within folders.
    """

    members: int = 20_000
    member_bytes: int = 128 * MIB
    total_bytes: int = 4096 * MIB
    ratio: int = 200
    ratio_from: int = 64 * MIB
    depth: int = 8


class MemberError(Exception):
    """One member cannot be had; the text is a sentence about it, which begins with "it"."""


class Scratch:
    """A folder for unpacked files, which get numbers for names.

    Parameters
    ----------
    folder : pathlib.Path
        Made where it does not exist; nothing in it is ever overwritten.
    limits : Limits, optional
        Over all archives that are unpacked here.
    is_part : bool
        Whether it is one student's share, as `part` gives it.
    """

    def __init__(self, folder: Path, limits: Limits | None = None, *, is_part: bool = False) -> None:
        self.folder = folder
        self.is_part = is_part
        self._parts: list[Scratch] = []
        self.limits = limits or Limits()
        self.n_bytes = 0
        self._numbers = itertools.count(1)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SubmissionsError(f"Cannot unpack into {folder}: {error.strerror}. Choose another --out.") from error

    def part(self, *, members: int, total_bytes: int) -> Scratch:
        """Return the same folder with narrower limits, for one student's own zip file."""
        # All parts together have as much room again as the class: no student's zip file takes it from the others.
        left = self.limits.total_bytes - sum(part.n_bytes for part in self._parts)
        limits = replace(self.limits, members=members, total_bytes=max(0, min(total_bytes, left)))
        part = Scratch(self.folder, limits, is_part=True)
        part._numbers = self._numbers
        self._parts.append(part)
        return part

    def count(self, n_new: int, archive: str) -> None:
        """Count bytes that came out of an archive.

        Raises
        ------
        MemberError
            When this is a part, and its limit is reached.
        SubmissionsError
            When it is the whole.
        """
        self.n_bytes += n_new
        if self.n_bytes <= self.limits.total_bytes:
            return
        if self.is_part:
            raise MemberError(f"{archive} unpacks to more than {self.limits.total_bytes // MIB} MiB")
        raise SubmissionsError(
            f"{archive} is refused: the submissions unpack to more than {self.limits.total_bytes // MIB} MiB. "
            "Look at what is in it; unpack it yourself and give the folder if that is right."
        )

    def write(self, handle: int, chunk: bytes) -> None:
        """Write all of `chunk` to a file that `new_file` opened.

        Raises
        ------
        SubmissionsError
            When the disk is full.
        """
        view = memoryview(chunk)
        try:
            while view:
                view = view[os.write(handle, view) :]
        except OSError as error:
            raise _no_room(self.folder, error) from error

    @contextmanager
    def new_file(self, ending: str) -> Iterator[tuple[int, Path]]:
        """Give a handle on a new, empty, plain file and its path; if the work on it fails, the file goes again."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        while True:
            path = self.folder / f"{next(self._numbers):06d}{ending}"
            try:
                handle = os.open(path, flags, 0o600)
                break
            except FileExistsError:
                continue
            except OSError as error:
                raise _no_room(self.folder, error) from error
        try:
            yield handle, path
        except BaseException:
            os.unlink(path)
            raise
        finally:
            os.close(handle)


def _no_room(folder: Path, error: OSError) -> SubmissionsError:
    return SubmissionsError(f"Cannot unpack into {folder}: {error.strerror}. Free some space there, and run it again.")
