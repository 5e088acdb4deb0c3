"""The printable handout of a lesson: prose, formulas, code and figures, and lined room where students write."""

from __future__ import annotations

from html import escape
from typing import Any

from gentutor.workspace.lessons import Lesson
from gentutor.workspace.site.formulas import to_html
from gentutor.workspace.site.readings import as_node, is_check, is_solution, printable

_STUBS = ("# YOUR CODE HERE", "raise NotImplementedError(")
_LINES = {"code": 9, "letter": 1, "markdown": 12}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>TITLE: handout</title><link rel="stylesheet" href="handout.css"></head>
<body><main>
<p class="name"><span>Name</span><span>Date</span></p>
BODY
</main></body></html>
"""


def handout(lesson: Lesson, notebook: dict[str, Any]) -> str:
    """The handout of a lesson as a page with its own style for print.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    notebook : dict
        Its executed cells without answers, as `reading` returns them.
    """
    import nbconvert

    cells = []
    for cell in notebook["cells"]:
        if is_check(cell) or "parameters" in cell["metadata"].get("tags", []):
            continue
        source = cell["source"]
        printable(cell)
        if is_solution(cell):
            source = "\n".join(line for line in source.split("\n") if not line.strip().startswith(_STUBS)).rstrip()
        if source.strip():
            cells.append({**cell, "source": source})
        if is_solution(cell):
            cells.append(_room(cell))
    copy = as_node({**notebook, "cells": cells})
    make: Any = nbconvert.HTMLExporter
    exporter = make(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
    exporter.register_filter("markdown2html", to_html)
    body = str(exporter.from_notebook_node(copy)[0])
    return _PAGE.replace("TITLE", escape(f"{lesson.number:02d} · {lesson.title}")).replace("BODY", body)


def _room(cell: dict[str, Any]) -> dict[str, Any]:
    """Lined room to write in; a letter needs one line."""
    letter = cell["cell_type"] == "code" and "def " not in cell["source"]
    lines = _LINES["letter" if letter else cell["cell_type"]]
    name = escape(str(cell["metadata"]["nbgrader"].get("grade_id", "")))
    room = f'<div class="room" role="img" aria-label="Room to write: {name}" style="height: {8.5 * lines}mm"></div>'
    return {"cell_type": "markdown", "id": f"{cell['id']}-room", "metadata": {}, "source": room}
