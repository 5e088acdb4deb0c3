"""The outer walls: how a zygote is started so that it sees no network, no other process and hardly any file."""

from __future__ import annotations

import contextlib
import json
import os
import site
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import gentutor
from gentutor.errors import GradingError, LessonNotFoundError
from gentutor.grading.inside.confinement import Limits
from gentutor.workspace import sandbox
from gentutor.workspace.lessons import lessons_folder

BUBBLEWRAP, NAMESPACES, NONE = "bubblewrap", "namespaces", "none"
WALLS = (BUBBLEWRAP, NAMESPACES, NONE)

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SINGLE_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf")
_LIBRARY, _SCRATCH = "/gentutor-library", "/gentutor-scratch"  # where these folders are seen behind bubblewrap


def choose_wall(wanted: str | None = None, *, trust: bool = False) -> str:
    """Return the best wall that this machine can put up.

    Parameters
    ----------
    wanted : str, optional
        One of `WALLS`, where the teacher or a test insists.
    trust : bool
        Whether to go on without a wall where none can be had.

    Raises
    ------
    GradingError
        When there is none and the teacher does not trust the submissions.
    """
    if wanted is not None and wanted not in WALLS:
        raise GradingError(f"There is no wall {wanted!r}; choose one of {', '.join(WALLS)}.")
    if wanted in (None, BUBBLEWRAP) and sandbox.bubblewrap_works():
        return BUBBLEWRAP
    if wanted in (None, NAMESPACES) and sandbox.namespaces_work() and sandbox.landlock_version():
        return NAMESPACES
    if trust and wanted in (None, NONE):
        return NONE
    if wanted == NONE:
        raise GradingError("Without a wall a submission can read and change your files; say --trust if that is fine.")
    if wanted in (BUBBLEWRAP, NAMESPACES):
        raise GradingError(f"The wall {wanted!r} does not work on this machine; `gentutor doctor` says what does.")
    raise GradingError(
        "This machine offers no wall between a submission and your files, so nothing was graded. On Linux install "
        "bubblewrap (apt-get install bubblewrap, or pip install 'gentutor[teacher]') and allow user namespaces; "
        "elsewhere grade on a Linux machine. If you trust every submission as you trust your own programs, say --trust."
    )


@dataclass(frozen=True)
class Start:
    """How to start a zygote: its command and its environment."""

    command: list[str]
    environment: dict[str, str]


def zygote_start(wall: str, folder: Path, limits: Limits, control: int) -> Start:
    """Return how to start a zygote behind a wall.

    Parameters
    ----------
    wall : str
        One of `WALLS`.
    folder : pathlib.Path
        Holds ``library`` (see `gentutor.grading.library.make_library`) and an empty folder ``scratch``.
    limits : Limits
        What a submission may use.
    control : int
        Number of the inherited socket.
    """
    library, scratch = str(folder / "library"), str(folder / "scratch")
    if wall == BUBBLEWRAP:
        library, scratch = _LIBRARY, _SCRATCH
    readable = [*_python_folders(), *_SYSTEM, *_SINGLE_FILES, library]
    limited = asdict(limits)
    orders = {"wall": wall, "limits": limited, "scratch": scratch, "hidden": _hidden(), "readable": readable}
    python = [sys.executable, "-s", "-m", "gentutor.grading.inside.zygote", str(control), json.dumps(orders)]
    walled = [*_bubblewrap_command(folder / "library"), *python] if wall == BUBBLEWRAP else python
    return Start(walled, _environment(library, scratch))


def _bubblewrap_command(library: Path) -> list[str]:
    path = sandbox.bubblewrap()
    if path is None:
        raise GradingError("bubblewrap was there a moment ago and is gone; install it again.")
    command = [
        path, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--uid", "65534", "--gid", "65534",  # nobody: the kernel lets number 0 not be mapped once more
        "--dev", "/dev", "--proc", "/proc", "--dir", "/tmp", "--dir", "/dev/shm", "--dir", _SCRATCH,
    ]  # fmt: skip
    for place in _SYSTEM:
        if os.path.islink(place):
            command += ["--symlink", os.readlink(place), place]
        elif os.path.isdir(place):
            command += ["--ro-bind", place, place]
    for place in [*_python_folders(), *_SINGLE_FILES]:
        if os.path.exists(place):
            command += ["--ro-bind", place, place]
    for place in _hidden():
        command += ["--tmpfs", place]
    # What bubblewrap builds the view from is itself a disk that all children would share.
    return [*command, "--ro-bind", str(library), _LIBRARY, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]


def _python_folders() -> list[str]:
    """The folders that Python and its packages live in, outermost first; what lies in one of them is not repeated."""
    candidates = [sys.base_prefix, sys.prefix, *site.getsitepackages()]
    real = sorted({os.path.abspath(path) for path in candidates} | {os.path.realpath(path) for path in candidates})
    kept: list[str] = []
    for path in real:
        inside = any(path == other or path.startswith(other + os.sep) for other in [*kept, "/usr"])
        if not inside and path != os.sep and os.path.isdir(path):
            kept.append(path)
    return kept


def _hidden() -> list[str]:
    """The folders of gentutor's code and of the master lessons, with references and answers, that would be seen."""
    places = [Path(gentutor.__file__).resolve().parent]
    with contextlib.suppress(LessonNotFoundError):
        places.append(lessons_folder().resolve())
    seen = [place for place in map(str, places) if any(_is_in(place, f) for f in [*_python_folders(), *_SYSTEM])]
    return [place for place in seen if not any(_is_in(place, other) for other in seen)]


def _is_in(place: str, folder: str) -> bool:
    return place.startswith(folder + os.sep)


def _environment(library: str, scratch: str) -> dict[str, str]:
    """Only what Python needs: no keys, no addresses, no paths of the teacher's."""
    return {
        "PATH": "/usr/bin:/bin", "HOME": scratch, "TMPDIR": scratch, "LANG": "C.UTF-8", "PYTHONPATH": library,
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg", "MPLCONFIGDIR": scratch, "IPYTHONDIR": scratch,
    }  # fmt: skip
