"""Reads the bytes of a submitted notebook, whatever they are: into cells, or into one sentence why not.

It forgives what Jupyter itself would not, because a student who did the work shall not lose it to a missing field:
every version of the format, odd encodings, missing or broken metadata. Outputs are never looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gentutor.grading.inside.unreadable import UnreadableError, look_of_bytes, not_json, nothing_in_it

__all__ = ["Cell", "Notebook", "UnreadableError", "read_cells", "read_notebook"]

_MAX_NAME = 200  # characters of an id
_SOURCES = ("source", "input", "code", "text")  # the field was called `input` up to version 3, `code` and `text` in 1
_KINDS = {"heading": "markdown", "html": "markdown", "text": "markdown"}
_CODE_FIELDS = ("outputs", "execution_count", "input", "prompt_number")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook.

    Parameters
    ----------
    position : int
        Its place in the notebook; the first cell is number 1.
    id : str
        The cell's id; empty where there is none.
    grade_id : str
        nbgrader's name of the cell; empty where there is none.
    kind : str
        ``"code"``, ``"markdown"``, ``"raw"`` or whatever else the file says.
    source : str
        The text, with ``\\n`` at the ends of lines.
    """

    position: int
    id: str
    grade_id: str
    kind: str
    source: str


@dataclass(frozen=True)
class Notebook:
    """The cells of a notebook.

    Parameters
    ----------
    cells : list of Cell
        In the file's order.
    notes : list of str
        What was odd about the file, in sentences.
    """

    cells: list[Cell]
    notes: list[str] = field(default_factory=list)


def read_cells(data: bytes) -> list[Cell]:
    """Return the cells of a notebook; see `read_notebook`."""
    return read_notebook(data).cells


def read_notebook(data: bytes) -> Notebook:
    """Read a notebook.

    Parameters
    ----------
    data : bytes
        The file.

    Raises
    ------
    UnreadableError
        When it is no notebook. No other exception is raised, whatever the bytes are.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise nothing_in_it(data)
    other = look_of_bytes(data)
    if other is not None:
        raise other
    notes: list[str] = []
    try:
        text = _decode(data, notes)
        return Notebook(_cells(_find_cells(_load(text)), notes), notes)
    except RecursionError as error:
        raise UnreadableError(
            "The file is nested deeper than any notebook is. Ask the student to make a new copy of the lesson, and to "
            "paste the answers into that."
        ) from error
    except MemoryError as error:
        raise UnreadableError(
            "The notebook is too large to be read. Ask the student to clear all outputs and to hand it in again."
        ) from error


def _decode(data: bytes, notes: list[str]) -> str:
    """Return the text; a byte that is no UTF-8 makes the file an old one of Windows or so, never unreadable."""
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding, "surrogatepass").rstrip("\0")
    except UnicodeDecodeError:
        if encoding.startswith("utf-8"):
            notes.append("The notebook is not in UTF-8; it was read as Latin-1, so some letters may be wrong.")
            return data.decode("latin-1").removeprefix("\xef\xbb\xbf").rstrip("\0")
        notes.append(f"The notebook is not whole {encoding.upper()}; some letters may be wrong.")
        return data.decode(encoding, "replace")


def _load(text: str) -> Any:
    try:
        return json.loads(text, strict=False)  # line ends and zero characters within texts are forgiven
    except json.JSONDecodeError as error:
        raise not_json(text, error) from error
    except ValueError:  # a whole number of thousands of digits, in an output or in metadata
        pass
    try:
        return json.loads(text, strict=False, parse_int=float)
    except json.JSONDecodeError as error:
        raise not_json(text, error) from error


def _find_cells(content: Any) -> list[Any]:
    """Return the list of cells of any version, also where the notebook is packed as Jupyter's server sends it."""
    if isinstance(content, dict) and "cells" not in content and isinstance(content.get("content"), dict):
        content = content["content"]
    cells = content.get("cells") if isinstance(content, dict) else None
    sheets = content.get("worksheets") if isinstance(content, dict) else None
    if isinstance(cells, list):
        return cells
    if isinstance(sheets, list):
        found = [sheet["cells"] for sheet in sheets if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)]
        return [cell for cells in found for cell in cells]
    if isinstance(content, dict) and {"nbformat", "cells", "worksheets"} & set(content):
        raise UnreadableError("The notebook has no list of cells. Ask the student for a copy that opens in Jupyter.")
    raise UnreadableError(
        "The file is JSON, but no notebook: it has no cells. Ask for the .ipynb file (in Jupyter: File, Download)."
    )


def _cells(found: Iterable[Any], notes: list[str]) -> list[Cell]:
    cells, strays, seen, twice = [], 0, set(), set()
    for position, cell in enumerate(found, 1):
        if not isinstance(cell, dict):
            strays += 1
            continue
        new = Cell(position, _name(cell.get("id")), _grade_id(cell), _kind(cell), _source(cell))
        cells.append(new)
        if new.id in seen:
            twice.add(new.id)
        seen.add(new.id)
    if strays:
        notes.append(f"{strays} of its cells {'is no cell' if strays == 1 else 'are no cells'} and were passed over.")
    if twice - {""}:
        notes.append("Some of its cells have the same id.")
    return cells


def _grade_id(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return _name(marks.get("grade_id")) if isinstance(marks, dict) else ""


def _name(name: Any) -> str:
    return _clean(name)[:_MAX_NAME] if isinstance(name, str) else ""


def _kind(cell: dict[str, Any]) -> str:
    kind = cell.get("cell_type")
    if isinstance(kind, str) and kind:
        return _KINDS.get(kind, _name(kind))
    return "code" if any(key in cell for key in _CODE_FIELDS) else "raw"


def _source(cell: dict[str, Any]) -> str:
    source = next((cell[key] for key in _SOURCES if isinstance(cell.get(key), (str, list))), "")
    if isinstance(source, list):
        lines = [line for line in source if isinstance(line, str)]
        # Old versions, and some tools, list the lines without their ends.
        source = ("" if any("\n" in line or "\r" in line for line in lines[:-1]) else "\n").join(lines)
    return _clean(source).replace("\r\n", "\n").replace("\r", "\n")


def _clean(text: str) -> str:
    """Replace halves of characters, which no other text can carry."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
