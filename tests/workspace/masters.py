"""Small master notebooks that the tests of the workspace write to a temporary folder."""

import json
from pathlib import Path
from typing import Any

HEAD = """# {number} · Tiny: one and one
> You learn that one and one
> is two.

**Time** 5 minutes · **Before this** nothing · **Level** first
**You will learn**
- to add"""

SOLUTION = '''def add(a, b):
    """The sum of two numbers."""
    ### BEGIN SOLUTION
    total_of_both = a + b
    return total_of_both
    ### END SOLUTION'''


def markdown(source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def code(source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def marks(grade_id: str, *, grade: bool = False, solution: bool = False, points: int | None = None) -> dict[str, Any]:
    """nbgrader's metadata of a solution cell or a check cell."""
    result: dict[str, Any] = {
        "grade": grade, "grade_id": grade_id, "locked": not solution, "schema_version": 3,
        "solution": solution, "task": False,
    }  # fmt: skip
    return result if points is None else result | {"points": points}


def exercise_cells() -> list[dict[str, Any]]:
    """An exercise without gentutor's own check: it only needs the marks."""
    return [
        code(SOLUTION, nbgrader=marks("add", solution=True)),
        code("assert add(1, 1) == 2", nbgrader=marks("check_add", grade=True, points=2)),
    ]


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def write_master(folder: Path, *cells: dict[str, Any], name: str = "01_tiny") -> Path:
    """Write a lesson of the given cells below the head that every lesson has."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    head = markdown(HEAD.format(number=name[:2]))
    path.write_text(json.dumps(notebook(head, *cells), ensure_ascii=False), encoding="utf-8")
    return path
