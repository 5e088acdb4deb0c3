"""The canonical form of a master notebook: a changed constant is a two-line diff, and nothing else ever differs.

No outputs, counts, timing or widget state; cell ids that are words; of the metadata only tags, nbgrader's marks and
one kernel; the parameters cell written from the declared knobs.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from gentutor.errors import LessonFormError
from gentutor.knobs import KnobSet
from gentutor.workspace.cell_ids import assign_ids
from gentutor.workspace.files import cell_source, cell_tags, read_notebook, write_text
from gentutor.workspace.lessons import knobs_or_none

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
"""The one kernel of every lesson: that of the environment in which JupyterLab runs."""

_NBGRADER_FIELDS = ("grade", "grade_id", "locked", "points", "schema_version", "solution", "task")
_CELL_TYPES = ("code", "markdown", "raw")


def parameters_source(knobs: KnobSet) -> str:
    """The source of a lesson's ``parameters`` cell."""
    return 'profile = "full"\n' + knobs.parameters_source()


def canonical(notebook: dict[str, Any], knobs: KnobSet | None = None) -> dict[str, Any]:
    """Return the notebook in canonical form, as plain dictionaries; the given one stays as it is.

    Parameters
    ----------
    notebook : dict
        A notebook of format 4, as `read_notebook` returns it.
    knobs : KnobSet, optional
        The lesson's declared knobs; its cell tagged ``parameters`` is written from them.

    Raises
    ------
    LessonFormError
        When a cell has a type that lessons do not use.
    """
    cells = [_canonical_cell(cell, knobs) for cell in notebook["cells"]]
    cells = [cell for cell in cells if cell["source"] or "nbgrader" in cell["metadata"]]
    for cell, cell_id in zip(cells, assign_ids(cells), strict=True):
        cell["id"] = cell_id
    return {
        "cells": cells,
        "metadata": {"kernelspec": dict(KERNELSPEC), "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _canonical_cell(cell: dict[str, Any], knobs: KnobSet | None) -> dict[str, Any]:
    kind = cell["cell_type"]
    if kind not in _CELL_TYPES:
        raise LessonFormError(f"A cell has the type {kind!r}; expected one of {', '.join(_CELL_TYPES)}.")
    tags = list(dict.fromkeys(cell_tags(cell)))
    metadata: dict[str, Any] = {"tags": tags} if tags else {}
    marks = cell.get("metadata", {}).get("nbgrader")
    if marks:
        metadata["nbgrader"] = {field: marks[field] for field in _NBGRADER_FIELDS if field in marks}
    source = _clean_source(cell_source(cell))
    if knobs and kind == "code" and "parameters" in tags:
        source = _clean_source(parameters_source(knobs))
    result = {"id": cell.get("id", ""), "cell_type": kind, "metadata": metadata, "source": source}
    if kind == "code":
        result |= {"execution_count": None, "outputs": []}
    elif cell.get("attachments"):
        result["attachments"] = cell["attachments"]
    return result


def _clean_source(source: str) -> str:
    """Unix line ends, no spaces at line ends, no blank lines around the whole."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def to_json(notebook: dict[str, Any]) -> str:
    """A notebook as the text of its file: sources as lists of lines, keys sorted, indent 1, a final newline."""
    cells = [cell | {"source": _lines(cell["source"])} for cell in notebook["cells"]]
    return json.dumps(notebook | {"cells": cells}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _lines(source: str) -> list[str]:
    """Split after each line end, as notebook files do; other separators of Unicode do not split."""
    return [line for line in re.split(r"(?<=\n)", source) if line]


def offences(path: Path) -> list[str]:
    """What keeps a lesson's file from being canonical, one sentence each; empty when nothing does.

    Raises
    ------
    LessonDamagedError
        When the file is no readable notebook.
    """
    notebook = read_notebook(path)
    knobs = knobs_or_none(path.stem)
    wanted = canonical(notebook, knobs)
    found = _parameters_offences(notebook, knobs)
    if path.read_bytes().decode() == to_json(wanted):
        return found
    if notebook.get("metadata") != wanted["metadata"]:
        found.append("notebook metadata other than the one kernel")
    if notebook.get("nbformat_minor") != 5:
        found.append(f"notebook format 4.{notebook.get('nbformat_minor')} in place of 4.5")
    if len(notebook["cells"]) != len(wanted["cells"]):
        return [*found, f"{len(notebook['cells']) - len(wanted['cells'])} empty cells"]
    for position, (cell, right) in enumerate(zip(notebook["cells"], wanted["cells"], strict=True), start=1):
        found += [f"cell {position} ({right['id']}): {text}" for text in _cell_offences(cell, right)]
    return found or ["layout of the JSON (indent, order of keys, final newline)"]


def _parameters_offences(notebook: dict[str, Any], knobs: KnobSet | None) -> list[str]:
    n_cells = sum("parameters" in cell_tags(cell) for cell in notebook["cells"])
    if knobs and n_cells != 1:
        return [f"{n_cells} cells tagged 'parameters' in place of one"]
    return []


def _cell_offences(cell: dict[str, Any], right: dict[str, Any]) -> list[str]:
    found = []
    if cell.get("id") != right["id"]:
        found.append(f"id {cell.get('id')!r} in place of {right['id']!r}")
    if cell.get("outputs"):
        found.append("outputs")
    if cell.get("execution_count") is not None:
        found.append("an execution count")
    if cell.get("metadata", {}) != right["metadata"]:
        found.append("metadata other than tags and nbgrader's marks")
    if cell_source(cell) != right["source"]:
        differs_by = "not what the declared knobs say" if "parameters" in cell_tags(cell) else "spaces at line ends"
        found.append(f"source: {differs_by}")
    return found


def format_file(path: Path) -> bool:
    """Bring a lesson's file into canonical form; say whether it had to be changed.

    Raises
    ------
    LessonDamagedError
        When the file is no readable notebook.
    WorkspaceError
        When it cannot be written; it is then unchanged.
    """
    text = to_json(canonical(read_notebook(path), knobs_or_none(path.stem)))
    if path.read_bytes().decode() == text:
        return False
    write_text(path, text)
    return True
