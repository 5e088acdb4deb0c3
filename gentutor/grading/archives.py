"""Zip files from strangers: their members are listed and judged by name, and copied out one by one within limits.

Nothing that a member says about itself is believed: bytes are counted while they are unpacked, and no part of a
member's name ever becomes part of a path. What is unpacked gets a number for a name, in a folder of its own.
"""

from __future__ import annotations

import itertools
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gentutor.errors import SubmissionsError
from gentutor.grading.names import same, shown
from gentutor.grading.unpacking import MIB, Limits, MemberError, Scratch

_CHUNK = 2**16
_END = b"PK\x05\x06"
_LOCATOR = b"PK\x06\x07"
_ENTRY = b"PK\x01\x02"
# Whatever a damaged or hostile member makes the standard library raise while it is read.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
    OverflowError, IndexError, struct.error,
)  # fmt: skip


@dataclass(frozen=True)
class Member:
    """One file in an archive.

    Parameters
    ----------
    parts : tuple of str
        Its path, which is for reading only.
    info : zipfile.ZipInfo
        What the archive says of it.
    trouble : str
        Why it is not unpacked, such as ``"it is a link"``; empty when nothing speaks against it.
    folder : bool
        Whether it is no file, only an entry that says that there is such a folder.
    """

    parts: tuple[str, ...]
    info: zipfile.ZipInfo
    trouble: str = ""
    folder: bool = False


class Archive:
    """A zip file that is open for reading.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    name : str
        As it is called in messages.
    scratch : Scratch
        Where its files are unpacked, and how much may be.

    Raises
    ------
    SubmissionsError
        When it is damaged, cut off, or made to do harm as a whole: too many members, or members that overlap.
    """

    def __init__(self, path: Path, name: str, scratch: Scratch) -> None:
        self.name, self.scratch = shown(name), scratch
        try:
            _refuse_crowds(path, scratch.limits.members, self.name)
            self._size = path.stat().st_size
            self._zip = zipfile.ZipFile(path)
        except _DAMAGE as error:
            raise SubmissionsError(
                f"{self.name} cannot be read as a zip file ({shown(str(error))}): it is damaged, or only a part of it "
                "arrived. Download it again; if it opens elsewhere, unpack it yourself and give the folder."
            ) from error
        try:
            if len(self._zip.infolist()) > scratch.limits.members:
                raise _too_many(self.name, scratch.limits.members)
            self._refuse_overlaps()
            self.members = _judged(self._zip.infolist(), scratch.limits)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def _refuse_overlaps(self) -> None:
        """Members that share bytes are how 50 kB become terabytes; no honest program writes them."""
        infos = sorted(self._zip.infolist(), key=lambda info: info.header_offset)
        for one, after in itertools.pairwise(infos):
            # 30 bytes of header, and at least the bytes of the packed content.
            if one.header_offset + 30 + one.compress_size > after.header_offset:
                raise SubmissionsError(
                    f"{self.name} is refused: its members {shown(one.filename)!r} and {shown(after.filename)!r} "
                    "overlap, as in a zip bomb. Ask for a new export, or unpack it yourself and give the folder."
                )

    def extract(self, member: Member, ending: str = ".bin") -> Path:
        """Unpack one member into the scratch folder, and return its path there.

        Parameters
        ----------
        member : Member
            One of `members`.
        ending : str
            Of the new file's name.

        Raises
        ------
        MemberError
            When it is refused, damaged, or larger than one file may be.
        SubmissionsError
            When all archives of the run together become too large, or the disk is full.
        """
        if member.trouble:
            raise MemberError(member.trouble)
        with self.scratch.new_file(ending) as (handle, path):
            n_bytes = 0
            for chunk in self._chunks(member):
                n_bytes += len(chunk)
                self._count(n_bytes, len(chunk), member)
                self.scratch.write(handle, chunk)
        return path

    def _chunks(self, member: Member) -> Iterator[bytes]:
        try:
            with self._zip.open(member.info) as stream:
                while chunk := stream.read(_CHUNK):
                    yield chunk
        except _DAMAGE as error:
            raise MemberError(f"it is damaged inside the zip file ({shown(str(error))})") from error

    def _count(self, n_bytes: int, n_new: int, member: Member) -> None:
        limits = self.scratch.limits
        if n_bytes > limits.member_bytes:
            raise MemberError(f"it is larger than {limits.member_bytes // MIB} MiB when unpacked")
        if n_bytes > limits.ratio_from and n_bytes > limits.ratio * min(member.info.compress_size, self._size):
            raise MemberError(f"it grows more than {limits.ratio}-fold when unpacked, as a zip bomb does")
        self.scratch.count(n_new, self.name)


def _refuse_crowds(path: Path, n_allowed: int, name: str) -> None:
    """Count the entries of the directory before the standard library makes an object of each."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - 2**16 - 22))
        tail = file.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + 22:
            raise zipfile.BadZipFile("it has no directory at its end")
        directory = min(struct.unpack_from("<L", tail, at + 12)[0], start + at)
        if _LOCATOR in tail[max(0, at - 20) : at]:  # the 64-bit form says elsewhere how long it is: count in all of it
            directory = start + at
        file.seek(start + at - directory)
        n_entries, left, carried = 0, directory, b""
        while left > 0 and n_entries <= n_allowed:
            chunk = file.read(min(left, MIB))
            if not chunk:
                break
            left -= len(chunk)
            n_entries += (carried + chunk).count(_ENTRY)
            carried = chunk[-3:]
    if n_entries > n_allowed:
        raise _too_many(name, n_allowed)


def _too_many(name: str, n_allowed: int) -> SubmissionsError:
    return SubmissionsError(
        f"{name} is refused: it has more than {n_allowed} members. Ask for an export of this one assignment."
    )


def _judged(infos: list[zipfile.ZipInfo], limits: Limits) -> tuple[Member, ...]:
    """The members, each with what speaks against unpacking it."""
    named = [(_real_name(info), info) for info in infos]
    often = Counter(same(name) for name, _ in named)
    members = []
    for name, info in named:
        trouble = _trouble(name, info, limits)
        if not trouble and often[same(name)] > 1:
            trouble = "the zip file holds more than one member of this name"
        parts = tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))
        members.append(Member(parts or ("unnamed",), info, trouble, folder=name.endswith("/")))
    return tuple(members)


def _real_name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: many programs write UTF-8 without saying so."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            return name.encode("cp437").decode("utf-8")
    return name


def _trouble(name: str, info: zipfile.ZipInfo, limits: Limits) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    parts = name.split("/")
    reasons = {
        "its name in the zip file holds a NUL character": "\0" in name,
        "its name in the zip file holds a backslash": "\\" in name,
        "its name in the zip file is an absolute path": name.startswith("/") or name[1:2] == ":",
        "its name in the zip file leads out of its folder": ".." in parts,
        "it is a link inside the zip file": kind == stat.S_IFLNK,
        "it is no plain file": kind not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK),
        "it is protected by a password": bool(info.flag_bits & 0x41),
        f"it lies more than {limits.depth} folders deep": len(parts) > limits.depth + 1,
        "it has no name": not name.strip("/"),
        # The other methods unpack a whole block at once, however much comes out of it.
        "it is packed by an unusual method": info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
