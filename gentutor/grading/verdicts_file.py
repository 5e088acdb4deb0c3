"""``verdicts.json``: all results in one file, for other programs; and how files of results are written whole."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import gentutor
from gentutor.errors import GradingError, WorkspaceError
from gentutor.grading.records import Result
from gentutor.workspace.files import write_text

FILE = "verdicts.json"


def write_whole(path: Path, text: str) -> None:
    """Write a file of results whole or not at all.

    Raises
    ------
    GradingError
        When it could not be written: why, and what to do.
    """
    try:
        write_text(path, text)
    except WorkspaceError as error:
        raise GradingError(f"{error} The verdicts so far are safe in the journal; add --resume.") from error


def write_verdicts(
    path: Path, lesson: str, results: Iterable[Result], *, wall: str, limits: Mapping[str, Any], fingerprint: str = ""
) -> None:
    """Write ``verdicts.json``: all results as one JSON object, the same on every machine.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    lesson : str
        Name of the lesson.
    results : iterable of Result
        What became of each submission; they are sorted by student, and their times left out.
    wall : str
        Behind which wall the code ran.
    limits : mapping
        Limits under which it ran.
    fingerprint : str
        Of the assignment.

    Raises
    ------
    GradingError
        When it could not be written.
    """
    listed = [_finite(result.to_json()) for result in sorted(results, key=lambda result: result.student)]
    for values, result in zip(listed, sorted(results, key=lambda result: result.student), strict=True):
        del values["seconds"]  # differs from run to run
        values.update(points=result.points, of=result.of, waiting=result.waiting)
    whole = {
        "gentutor": gentutor.__version__,
        "lesson": lesson,
        "fingerprint": fingerprint,
        "wall": wall,
        "limits": dict(limits),
        "results": listed,
    }
    write_whole(path, json.dumps(whole, indent=1, ensure_ascii=True, allow_nan=False, default=str) + "\n")


def _finite(values: Any) -> Any:
    """Replace numbers that JSON does not have (infinities, NaN) by null."""
    if isinstance(values, dict):
        return {key: _finite(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [_finite(value) for value in values]
    return None if isinstance(values, float) and not math.isfinite(values) else values
