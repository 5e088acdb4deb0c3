"""Reads a submitted notebook, whatever wrote it: old formats, odd encodings, missing fields.

Only the sources of cells count. What cannot be read raises `UnreadableError` with a sentence for the student.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import Any

MAX_ANSWER = 20_000  # characters of a written answer

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_LOOKS_LIKE = (
    (re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE), "a web page: save the notebook itself, with Download"),
    (re.compile(rb"PK\x03\x04"), "a zip archive: hand in the notebook that is inside"),
    (re.compile(rb"%PDF"), "a PDF: hand in the notebook itself"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8"), "a picture: hand in the notebook itself"),
    (re.compile(rb"(?s).{0,2000}^<{7} ", re.MULTILINE), "a file with unresolved git conflicts: resolve them first"),
    (re.compile(rb"\s*(import |from |def |#)"), "a Python script: hand in the notebook itself"),
)


class UnreadableError(Exception):
    """The bytes are no notebook; the text says what they look like and what to do."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Parameters
    ----------
    position : int
        Place in the notebook, from 1.
    id, grade_id : str
        Its id and nbgrader's name for it, as the file claims; empty where it claims none.
    kind : str
        ``"code"``, ``"markdown"`` or another.
    source : str
        Its text, with Unix line ends.
    """

    position: int
    id: str
    grade_id: str
    kind: str
    source: str


def read_cells(data: bytes) -> list[Cell]:
    """Return the cells of a notebook of format 2, 3 or 4.

    Raises
    ------
    UnreadableError
        When the bytes are no notebook.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableError("The file is empty. Save the notebook and hand it in again.")
    content = _parse(data)
    if not isinstance(content, dict):
        raise UnreadableError("The file is JSON, but no notebook. Hand in the notebook itself.")
    raw = content.get("cells")
    if raw is None and isinstance(content.get("worksheets"), list):
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        raw = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(raw, list):
        raise UnreadableError("The file is JSON, but has no list of cells. Open it in JupyterLab, save, hand in again.")
    return [_cell(position, cell) for position, cell in enumerate(raw, start=1) if isinstance(cell, dict)]


def _parse(data: bytes) -> Any:
    try:
        return json.loads(_decode(data), strict=False)
    except RecursionError:
        raise UnreadableError("The file's JSON is nested too deep to be a notebook.") from None
    except ValueError as error:
        for pattern, what in _LOOKS_LIKE:
            if pattern.match(data):
                raise UnreadableError(f"The file is no notebook; it looks like {what}.") from None
        where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UnreadableError(
            f"The file is damaged or cut off{where}. Open it in JupyterLab, save it, and hand it in again."
        ) from None


def _decode(data: bytes) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _cell(position: int, cell: dict[str, Any]) -> Cell:
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else ""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    text = source if isinstance(source, str) else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return Cell(position, _text(cell.get("id")), _text(grade_id), _text(cell.get("cell_type")), text)


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""
