"""Find the data that comes with gentutor, and make sure that it is what its card says.

`data/MANIFEST.json` states the size and the sha256 of every bundled file. `data_file` compares them
before anything is read, so that half a download or a file mangled by a checkout is named at once and
does not surface as a strange picture an hour later.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from gentutor.errors import DataDamagedError, DataMissingError

VARIABLE = "GENTUTOR_DATA"
MANIFEST = "MANIFEST.json"
PACKAGE = Path(__file__).resolve().parent.parent


class Entry(NamedTuple):
    """What the manifest states about one file.

    Attributes
    ----------
    sha256 : str
        Checksum, 64 hexadecimal digits.
    bytes : int
        Size of the file.
    card : str
        Path of its card below the data folder: source, licence, contents, known problems.
    """

    sha256: str
    bytes: int
    card: str


class Stamp(NamedTuple):
    """Identity of a file on disk: while it stays the same, the file was not written again."""

    path: Path
    size: int
    mtime_ns: int


_verified: dict[Stamp, str] = {}  # stamp -> sha256 that the content had when it was read


def data_root() -> Path:
    """Return the folder of the bundled data.

    The environment variable ``GENTUTOR_DATA`` wins; then the ``data/`` of the checkout that this module
    belongs to; then the copy inside an installed package.

    Returns
    -------
    Path
        The folder. It is not checked whether it exists; `data_file` does that.
    """
    override = os.environ.get(VARIABLE)
    if override:
        return Path(override).expanduser().absolute()
    checkout = PACKAGE.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / "data"
    return PACKAGE / "_bundle" / "data"


def remedy(name: str) -> str:
    """Return the sentence that says how to get `name` back, for the way in which gentutor is installed."""
    root = data_root()
    if os.environ.get(VARIABLE):
        return f"{VARIABLE} points at {root}: correct it or unset it to use the data that came with gentutor."
    if root.parent == PACKAGE.parent:
        return f"Restore it with `git checkout -- data/{name}` in {root.parent}, or copy it from a fresh clone."
    return "Install the package again: `pip install --force-reinstall --no-deps gentutor`."


def read_manifest() -> dict[str, Entry]:
    """Return the entry of every bundled file, by its name below the data folder.

    Raises
    ------
    DataMissingError
        When the data folder has no manifest.
    DataDamagedError
        When the manifest cannot be read.
    """
    path = data_root() / MANIFEST
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: Entry(str(entry["sha256"]), int(entry["bytes"]), str(entry["card"]))
            for name, entry in entries.items()
        }
    except FileNotFoundError as error:
        raise DataMissingError(f"The list of the bundled data, {path}, is missing. {remedy(MANIFEST)}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataDamagedError(
            f"The list of the bundled data, {path}, cannot be read ({error!r}). {remedy(MANIFEST)}"
        ) from error


def data_file(name: str) -> Path:
    """Return the path of a bundled file, after comparing its size and sha256 with the manifest.

    The comparison is made once per process for each state of the file (size and time of writing).

    Parameters
    ----------
    name : str
        Name below the data folder, with forward slashes, such as ``"fashion_mnist.npz"``.

    Returns
    -------
    Path
        Where the file is.

    Raises
    ------
    DataMissingError
        When the manifest does not know the name, or there is no such file.
    DataDamagedError
        When the content is not what the manifest states, or cannot be read.

    Examples
    --------
    >>> data_file("fashion_mnist.npz").name
    'fashion_mnist.npz'
    """
    manifest = read_manifest()
    if name not in manifest:
        known = ", ".join(sorted(manifest)) or "nothing"
        raise DataMissingError(f"No bundled file is called {name!r}. The data folder holds: {known}.")
    path = data_root() / name
    _verify(path, name, manifest[name])
    return path


def stamp(path: Path) -> Stamp:
    """Return the identity of `path` as it lies on disk now."""
    status = path.stat()
    return Stamp(path, status.st_size, status.st_mtime_ns)


def _verify(path: Path, name: str, entry: Entry) -> None:
    """Compare `path` with its entry; silent when they agree."""
    try:
        found = stamp(path)
        if found.size != entry.bytes:
            raise DataDamagedError(
                f"{path} is damaged: it has {found.size:,} bytes instead of {entry.bytes:,}. {remedy(name)}"
            )
        if found not in _verified:
            with path.open("rb") as file:
                _verified[found] = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise DataMissingError(f"{path} is missing. {remedy(name)}") from error
    except OSError as error:
        raise DataDamagedError(f"{path} cannot be read ({error}). {remedy(name)}") from error
    if _verified[found] != entry.sha256:
        raise DataDamagedError(
            f"{path} is damaged: its sha256 is {_verified[found][:12]}… instead of {entry.sha256[:12]}…. {remedy(name)}"
        )
