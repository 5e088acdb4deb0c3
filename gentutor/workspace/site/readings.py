"""An executed lesson as it is read: outputs stay, answers go, and what only machines need is dropped."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from gentutor.workspace.canonical import KERNELSPEC
from gentutor.workspace.files import cell_source, cell_tags, read_notebook
from gentutor.workspace.lessons import Lesson
from gentutor.workspace.student import student_copy

INJECTED = "injected-parameters"
_MACHINE = "application/vnd.gentutor"


def reading(lesson: Lesson, executed: Path, *, solutions: bool = False) -> dict[str, Any]:
    """The executed notebook for readers, as plain dictionaries.

    The values that were injected take the place of the lesson's own in its parameters cell.

    Parameters
    ----------
    lesson : Lesson
        The master.
    executed : pathlib.Path
        What came out when it was executed.
    solutions : bool
        Whether exercises keep their answers; else they read as in the student copy.
    """
    notebook = read_notebook(executed)
    asked = {} if solutions else _student_sources(lesson)
    values = [cell_source(cell) for cell in notebook["cells"] if INJECTED in cell_tags(cell)]
    cells = []
    for cell in notebook["cells"]:
        if INJECTED in cell_tags(cell):
            continue
        source = asked.get(cell.get("id", ""), cell_source(cell))
        if "parameters" in cell_tags(cell) and values:
            source = values[0].removeprefix("# Parameters\n")
        plain = {"cell_type": cell["cell_type"], "id": cell.get("id", ""), "source": source}
        plain["metadata"] = {key: cell["metadata"][key] for key in ("tags", "nbgrader") if key in cell["metadata"]}
        if cell["cell_type"] == "code":
            plain |= {"execution_count": None, "outputs": [_output(output) for output in cell["outputs"]]}
        cells.append(plain)
    return {"cells": cells, "metadata": {"kernelspec": KERNELSPEC}, "nbformat": 4, "nbformat_minor": 5}


def as_node(notebook: dict[str, Any]) -> Any:
    """The notebook as nbconvert takes it: texts that were written line by line are joined."""
    import nbformat

    return nbformat.reads(json.dumps(notebook), as_version=4)  # type: ignore[no-untyped-call]


def is_solution(cell: dict[str, Any]) -> bool:
    """Whether a student writes in this cell."""
    return bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def is_check(cell: dict[str, Any]) -> bool:
    """Whether this cell only checks what a student wrote."""
    marks = cell["metadata"].get("nbgrader", {})
    return bool(marks.get("grade")) and not marks.get("solution")


def printable(cell: dict[str, Any]) -> None:
    """Put the still picture in the place of everything that needs a script or a loudspeaker, in a code cell."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        page = "".join(data.get("text/html", ""))
        if "image/png" in data and ("<script" in page or "<audio" in page):
            alt = escape("".join(data.get("text/plain", "")))
            picture = "".join(data["image/png"])
            data["text/html"] = f'<img alt="{alt}" src="data:image/png;base64,{picture}">'


def _student_sources(lesson: Lesson) -> dict[str, str]:
    """What the student copy has in the cells in which students write, by cell id."""
    copy = json.loads(student_copy(lesson))
    return {cell["id"]: cell_source(cell) for cell in copy["cells"] if is_solution(cell)}


def _output(output: dict[str, Any]) -> dict[str, Any]:
    """The output without what only gentutor's own commands read, and without live views, which need a kernel."""
    if "data" not in output:
        return output
    data = {
        kind: value
        for kind, value in output["data"].items()
        if not kind.startswith((_MACHINE, "application/vnd.jupyter.widget"))
    }
    return {**output, "data": data}
