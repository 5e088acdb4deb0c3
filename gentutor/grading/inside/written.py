"""Finds what a student wrote in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gentutor.grading.inside.notebook import Cell

MAX_ANSWER = 20_000  # characters


def written_answer(cells: Sequence[Cell], plan: dict[str, Any], name: str) -> str:
    """Return the text of a written answer; empty where nothing was written.

    It stands in the cell of the release, found by id or grade_id, or, where that is as it was or gone, in cells of the
    student's own right after it, or after the question.

    Parameters
    ----------
    cells : sequence of Cell
        The submission.
    plan : dict
        See `gentutor.grading.records.Assignment`.
    name : str
        Name of the exercise.
    """
    released: list[dict[str, Any]] = plan["cells"]
    at = next((i for i, cell in enumerate(released) if cell["id"] == plan["names"][name]["cell"]), None)
    if at is None:
        return ""
    answer = released[at]
    places = [
        i for i, cell in enumerate(cells) if _is(cell, answer["id"], "") or _is(cell, "", answer["grade_id"] or name)
    ]
    for i in places:
        if _is_written(cells[i], answer):
            return cells[i].source[:MAX_ANSWER]
    question = released[at - 1] if at else None
    if not places and question:
        places = [i for i, cell in enumerate(cells) if _matches(cell, question)]
    for i in places:
        own = _own_after(cells, i, released)
        if own:
            return own[:MAX_ANSWER]
    return ""


def _is(cell: Cell, id: str, grade_id: str) -> bool:
    return bool(id and cell.id == id) or bool(grade_id and cell.grade_id == grade_id)


def _matches(cell: Cell, released: dict[str, Any]) -> bool:
    """Whether a cell is one of the release."""
    by_name = _is(cell, released["id"], released["grade_id"])
    return by_name or bool(cell.source.strip() and cell.source.strip() == released["source"].strip())


def _is_written(cell: Cell, stub: dict[str, Any]) -> bool:
    return cell.source.strip() not in ("", stub["source"].strip())


def _own_after(cells: Sequence[Cell], at: int, released: list[dict[str, Any]]) -> str:
    """Return the texts that a student put right after a cell."""
    texts = []
    for cell in cells[at + 1 :]:
        if cell.kind == "code" or any(_matches(cell, other) for other in released):
            break
        texts.append(cell.source.strip())
    return "\n\n".join(text for text in texts if text)
