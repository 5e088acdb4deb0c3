"""Executes lessons for reading, each only once: what came out is kept under a name made of all that it depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gentutor.datasets import data_root
from gentutor.errors import LessonError
from gentutor.workspace.execute import execute
from gentutor.workspace.files import make_folder
from gentutor.workspace.lessons import Lesson
from gentutor.workspace.outcome import Outcome

PROFILE = "quick"

_PACKAGE = Path(__file__).resolve().parents[2]
_NOT_IN_LESSONS = {"cli", "grading", "server", "workspace"}  # no lesson can import these floors' work into its outputs
_LIBRARIES = ("torch", "numpy", "matplotlib", "pillow", "optuna", "ipykernel")


def surroundings() -> str:
    """A hash of what every lesson's outputs depend on: the package below the workspace, the data, the libraries."""
    digest = hashlib.sha256(PROFILE.encode())
    for path in sorted(_PACKAGE.rglob("*")):
        room = path.relative_to(_PACKAGE).parts[0]
        if room not in _NOT_IN_LESSONS and path.suffix in (".py", ".js", ".css"):
            digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update((data_root() / "MANIFEST.json").read_bytes())  # holds the checksum of each file
    for name in _LIBRARIES:
        try:
            digest.update(f"{name} {version(name)}".encode())
        except PackageNotFoundError:
            continue
    return digest.hexdigest()


def executed(
    lessons: Sequence[Lesson],
    cache: Path,
    *,
    jobs: int = 1,
    limit: float | None = None,
    on_begin: Callable[[list[Lesson]], None] | None = None,
    on_end: Callable[[Outcome], None] | None = None,
) -> dict[str, Path]:
    """Execute lessons in the quick profile, those that are not in `cache` as they are now.

    Parameters
    ----------
    lessons : sequence of Lesson
        What to execute.
    cache : pathlib.Path
        Folder of the executed notebooks; made where it is missing.
    jobs : int
        How many lessons run at a time.
    limit : float, optional
        Seconds for each lesson.
    on_begin : callable, optional
        Called with the lessons that have to be executed.
    on_end : callable, optional
        Called with each outcome.

    Returns
    -------
    dict
        Lesson name to the executed notebook.

    Raises
    ------
    LessonError
        When a lesson does not run to its end with every check right; the others are kept.
    """
    make_folder(cache)
    around = surroundings()

    def kept(lesson: Lesson) -> Path:
        digest = hashlib.sha256(around.encode() + lesson.path.read_bytes()).hexdigest()
        return cache / f"{lesson.name}-{digest[:16]}.ipynb"

    places = {lesson.name: kept(lesson) for lesson in lessons}
    missing = [lesson for lesson in lessons if not places[lesson.name].exists()]
    if on_begin:
        on_begin(missing)
    failed = []

    def keep(outcome: Outcome) -> None:
        fresh = cache / f"{outcome.lesson}.ipynb"
        if outcome.passed:
            for old in cache.glob(f"{outcome.lesson}-*.ipynb"):
                old.unlink()
            fresh.replace(places[outcome.lesson])
        else:
            failed.append(outcome)
            fresh.unlink(missing_ok=True)
        if on_end:
            on_end(outcome)

    if missing:
        execute(missing, PROFILE, jobs=jobs, out=cache, limit=limit, on_end=keep)
    if failed:
        first = failed[0]
        where = f" in cell {first.cell!r}" if first.cell else ""
        why = f": {first.tail[-1].strip()}" if first.tail else ""
        raise LessonError(
            f"Lesson {first.lesson} did not run through ({first.verdict}{where}{why}). "
            f"`gentutor run {first.lesson}` shows the whole error; mend the lesson, then build again."
        )
    return places
