"""The student's workspace: a folder of student copies in which a student's work is never overwritten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gentutor import __version__
from gentutor.errors import LessonDamagedError, LessonFormError, WorkspaceError
from gentutor.language import SOURCE, catalogue_file, remember, remembered
from gentutor.workspace.files import make_folder, sha256, write_failure, write_text
from gentutor.workspace.lessons import lesson_paths, lessons_folder
from gentutor.workspace.student import CODE_STUB, student_copy

_RECORD = Path(".gentutor") / "release.json"


@dataclass(frozen=True)
class Arrival:
    """What happened to one lesson when the workspace was brought up to date.

    Parameters
    ----------
    lesson : str
        The lesson's name.
    what : str
        ``"made"``; ``"unchanged"``; ``"updated"`` (it had not been touched); ``"beside"`` (it had been touched, so the
        new release stands in a file of its own); ``"damaged"`` (its master is not in order, so nothing was made).
    path : pathlib.Path
        The file that was written, or that stands as it was.
    trouble : str
        What is wrong with a damaged master.
    """

    lesson: str
    what: str
    path: Path
    trouble: str = ""

    @property
    def sentence(self) -> str:
        """What to tell the student; empty when nothing changed."""
        name = self.path.name
        return {
            "made": f"{name} is ready.",
            "unchanged": "",
            "updated": f"{name} was brought up to date; you had not changed it.",
            "beside": f"There is a new release of {self.lesson}. Your work in {self.lesson}.ipynb is untouched; "
            f"the new release is beside it: {name}.",
            "damaged": f"{self.lesson} is left out, all other lessons are ready: {self.trouble}",
        }[self.what]


def make_workspace(folder: Path, masters: Path | None = None, chosen: str = SOURCE) -> list[Arrival]:
    """Make the student's workspace in `folder`, or bring it up to date.

    A copy that is missing is made. A copy that is byte for byte as it was released is replaced by a newer release. A
    copy that was changed in any way stays, and the newer release is put beside it as ``NAME.release-2.ipynb``.

    Parameters
    ----------
    folder : pathlib.Path
        The workspace; made where it does not exist.
    masters : pathlib.Path, optional
        The folder of the masters; by default that of `lessons_folder`.
    chosen : str
        Language of the lessons, which the workspace remembers. Another one than before counts as a newer release.

    Returns
    -------
    list of Arrival
        What happened to each lesson.

    Raises
    ------
    WorkspaceError
        When the folder cannot be written, or is the folder of the masters. Every file is then whole, old or new.
    LessonDamagedError, LessonFormError
        When no master is in order; with some that are, the others are passed over.
    """
    masters = masters or lessons_folder()
    if folder.resolve() == masters.resolve():
        raise WorkspaceError(
            f"{folder} holds the master lessons, solutions included, and cannot be a student's workspace. "
            "Choose another folder with --workspace."
        )
    make_folder(folder / _RECORD.parent)
    try:
        if remembered(folder) != chosen:
            remember(folder, chosen)
    except OSError as error:
        raise write_failure(folder / _RECORD.parent, error) from error
    records = _read_records(folder)
    arrivals = []
    failures: list[LessonDamagedError | LessonFormError] = []
    for path in lesson_paths(masters):
        try:
            arrival, records[path.stem] = _bring_up_to_date(folder, path, records.get(path.stem, {}), chosen)
        except (LessonDamagedError, LessonFormError) as error:
            failures.append(error)
            arrivals.append(Arrival(path.stem, "damaged", folder / path.name, str(error)))
            continue
        arrivals.append(arrival)
        if arrival.what != "unchanged" or records != _read_records(folder):
            write_text(folder / _RECORD, json.dumps(records, indent=1, sort_keys=True) + "\n")
    if failures and len(failures) == len(arrivals):
        raise failures[0]
    return arrivals


def touched_copies(folder: Path) -> list[Path]:
    """The copies in a workspace that are no longer as they were released: what the student has worked on."""
    records = _read_records(folder)
    known = {name: sha for record in records.values() for name, sha in dict(record.get("files", {})).items()}
    return [path for path in lesson_paths(folder) if not _untouched(path, known)]


def _bring_up_to_date(
    folder: Path, path: Path, record: dict[str, Any], chosen: str
) -> tuple[Arrival, dict[str, Any]]:
    """Handle one lesson; return what happened and its new record."""
    name = path.stem
    target = folder / path.name
    master = _master_hash(path, chosen)
    if record.get("master") == master and target.exists():
        return Arrival(name, "unchanged", target), record
    text = student_copy(path, chosen)
    release = sha256(text)
    files: dict[str, str] = dict(record.get("files", {}))
    new_record = {"master": master, "release": release, "files": files}
    if not target.exists():
        what = "made"
    elif _hash_of(target) == release:
        files[target.name] = release
        return Arrival(name, "unchanged", target), new_record
    elif _untouched(target, files):
        what = "updated"
    elif record.get("release") == release:
        return Arrival(name, "unchanged", target), new_record
    else:
        what = "beside"
        target = _place_beside(folder, name, files)
    write_text(target, text)
    files[target.name] = release
    return Arrival(name, what, target), new_record


def _place_beside(folder: Path, name: str, files: dict[str, str]) -> Path:
    """The first numbered name that is free, or whose file the student has not touched."""
    number = 2
    while True:
        path = folder / f"{name}.release-{number}.ipynb"
        if not path.exists() or _untouched(path, files):
            return path
        number += 1


def _untouched(path: Path, files: dict[str, str]) -> bool:
    """Whether a file is still what was released under its name."""
    return _hash_of(path) == files.get(path.name)


def _master_hash(path: Path, chosen: str) -> str:
    """Changes when the master, its translation, gentutor or the stub changes, and so the student copy may."""
    parts = [__version__, CODE_STUB, path.read_text(encoding="utf-8", errors="replace")]
    catalogue = catalogue_file(path.stem, chosen)
    if chosen != SOURCE and catalogue.exists():
        parts.append(catalogue.read_text(encoding="utf-8", errors="replace"))
    return sha256("\n".join(parts))


def _hash_of(path: Path) -> str:
    """The hash of a student's file, whatever is in it; a file that cannot be read counts as touched."""
    try:
        return sha256(path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""


def _read_records(folder: Path) -> dict[str, Any]:
    """What was released into this workspace; nothing where the record is missing or damaged.

    Without a record every copy counts as touched, which is the safe side.
    """
    try:
        records = json.loads((folder / _RECORD).read_bytes())
    except (OSError, ValueError):
        return {}
    return records if isinstance(records, dict) and all(isinstance(r, dict) for r in records.values()) else {}
