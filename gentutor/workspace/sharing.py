"""Consent to share: asked for each time, kept in the workspace, and taken back with one command.

``.gentutor/sharing.json`` says whether the student consents, when that was last said, and under which random pseudonym.
Without it, or where it says no, nothing of the workspace is shared.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gentutor.errors import SharingError
from gentutor.exercises.progress import FILE, FOLDER, progress_file, read_entries
from gentutor.workspace.files import write_failure, write_text
from gentutor.workspace.shared import MAX_NAME, Shared
from gentutor.workspace.steps import all_steps
from gentutor.workspace.summary import summarise

RECORD = "sharing.json"
FILE_START = "gentutor-share-"  # of the name of what is handed in; a teacher's command finds it by that

WHAT = (
    "For each lesson and exercise: how many answers you tried, whether one was right, how many hints you saw, how "
    "many minutes it took, and which known mistakes your tries showed. For each prediction: your guess and what was "
    "measured."
)
WHAT_NOT = (
    "Not in it: your code, your answers in words, your computer's or account's name, or any time of day but that at "
    "which this file was made."
)


def workspace_of(start: Path) -> Path:
    """Return the workspace in or above a folder, or the one that `make lab` or `gentutor lab` made inside of it.

    Parameters
    ----------
    start : pathlib.Path
        Where to look.

    Raises
    ------
    SharingError
        When there is none.
    """
    for folder in (start, start / "workspace", start / "gentutor-workspace"):
        if (folder / FOLDER).is_dir():
            return folder.resolve()
    found = progress_file(start)
    if found is None:
        raise SharingError(
            f"There is no workspace in {start.resolve()}. Go to the folder of your lessons and run it there, or name "
            "the folder with --workspace."
        )
    return found.parents[1]


def consent(workspace: Path) -> dict[str, Any]:
    """Return what the workspace says of sharing; empty where nobody was asked yet.

    Parameters
    ----------
    workspace : pathlib.Path
        The student's workspace.
    """
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads((workspace / FOLDER / RECORD).read_bytes())
        if isinstance(found, dict):
            return found
    return {}


def prepare(workspace: Path, name: str = "", lesson: str = "") -> Shared:
    """Return what would be shared; nothing is written.

    Parameters
    ----------
    workspace : pathlib.Path
        The student's workspace.
    name : str
        The student's name, where it shall be in the file.
    lesson : str
        The only lesson to share; all where it is empty.

    Raises
    ------
    SharingError
        When nothing was recorded that could be shared.
    """
    name = " ".join(name.split())
    if len(name) > MAX_NAME or not name.isprintable():
        raise SharingError(f"A name has at most {MAX_NAME} letters, all of them visible. Choose a shorter one.")
    steps = all_steps()
    lessons = summarise(read_entries(workspace / FOLDER / FILE), steps)
    chosen = {one: way for one, way in lessons.items() if lesson in ("", one)}
    if not chosen:
        of = f" of {lesson}" if lesson else ""
        raise SharingError(
            f"Nothing{of} was recorded in {workspace} yet, so there is nothing to share. Run a lesson, try an exercise "
            "or make a prediction, then run this again."
        )
    known = consent(workspace)
    pseudonym = known.get("pseudonym") if known.get("consent") is True else None
    if not isinstance(pseudonym, str) or len(pseudonym) != 16:
        pseudonym = secrets.token_hex(8)
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    return Shared(pseudonym, moment, chosen, name)


def share(workspace: Path, shared: Shared) -> Path:
    """Record the student's consent and write the file to hand in; call it only after the student said yes.

    Parameters
    ----------
    workspace : pathlib.Path
        The student's workspace.
    shared : Shared
        What the student has seen and agreed to.

    Returns
    -------
    pathlib.Path
        The file, in the workspace.

    Raises
    ------
    WorkspaceError
        When the disk is full or the folder read-only; then nothing is shared.
    """
    path = workspace / f"{FILE_START}{shared.pseudonym}.json"
    record = {"v": 1, "consent": True, "time": shared.made, "pseudonym": shared.pseudonym, "named": bool(shared.name)}
    write_text(workspace / FOLDER / RECORD, json.dumps(record) + "\n")
    write_text(path, shared.to_text())
    return path


def withdraw(workspace: Path) -> str:
    """Take consent back: delete every file that was to be handed in, and record the withdrawal.

    Parameters
    ----------
    workspace : pathlib.Path
        The student's workspace.

    Returns
    -------
    str
        The pseudonym under which files may have been handed in; empty where there was no consent.

    Raises
    ------
    WorkspaceError
        When a file cannot be deleted or the withdrawal not recorded.
    """
    known = consent(workspace)
    for path in sorted(workspace.glob(f"{FILE_START}*.json")):
        try:
            path.unlink()
        except OSError as error:
            raise write_failure(path, error) from error
    record = {"v": 1, "consent": False, "time": datetime.now(UTC).isoformat(timespec="seconds")}
    write_text(workspace / FOLDER / RECORD, json.dumps(record) + "\n")
    return str(known.get("pseudonym", ""))[:16] if known.get("consent") is True else ""
