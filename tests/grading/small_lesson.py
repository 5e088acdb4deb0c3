"""A lesson of a few lines in the shape of a real one's plan, and submissions of it, for tests of what runs."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

from gentutor.grading.inside.program import Built, build

STUB = '''def {name}(x):
    """Return x, shifted."""
    # YOUR CODE HERE, in place of the line below.
    raise NotImplementedError("{name} is still to be written")'''

RELEASE: list[dict[str, str]] = [
    {"id": "imports", "grade_id": "", "role": "given", "source": "import math\nfrom gentutor.exercises import check"},
    {"id": "helper", "grade_id": "", "role": "given", "source": "SHIFT = 10\n\ndef shifted(x):\n    return x + SHIFT"},
    {"id": "f", "grade_id": "f", "role": "exercise", "source": STUB.format(name="f")},
    {"id": "check-f", "grade_id": "check_f", "role": "check", "source": "f = check(f)"},
    {"id": "train", "grade_id": "", "role": "given", "source": "import time\ntime.sleep(60)\nlosses = [f(1)]"},
    {"id": "g", "grade_id": "g", "role": "exercise", "source": STUB.format(name="g")},
    {"id": "check-g", "grade_id": "check_g", "role": "check", "source": "g = check(g)"},
    {"id": "letter", "grade_id": "letter", "role": "choice", "source": 'letter = None  # "a" or "b"'},
    {"id": "check-letter", "grade_id": "check_letter", "role": "check", "source": 'choose("letter", letter)'},
]
PLAN: dict[str, Any] = {
    "lesson": "small",
    "cells": RELEASE,
    "names": {cell["grade_id"]: {"cell": cell["id"]} for cell in RELEASE if cell["role"] in ("exercise", "choice")},
}


def cell(source: str, cell_id: str = "", grade_id: str = "", kind: str = "code") -> dict[str, Any]:
    """A cell of a notebook file."""
    metadata = {"nbgrader": {"grade_id": grade_id}} if grade_id else {}
    source = dedent(source).strip("\n") if source.startswith("\n") else source
    return {"cell_type": kind, "id": cell_id, "metadata": metadata, "source": source}


def submission(changed: dict[str, str | None] | None = None, **own: str) -> bytes:
    """The small lesson with cells changed by id, or taken away, and own ones before or after: ``before_f="..."``."""
    cells = []
    for released in RELEASE:
        key = released["id"].replace("-", "_")
        source = (changed or {}).get(released["id"], released["source"])
        if f"before_{key}" in own:
            cells.append(cell(own[f"before_{key}"], f"own-{len(cells)}"))
        if source is not None:
            cells.append(cell(source, released["id"], released["grade_id"]))
        if f"after_{key}" in own:
            cells.append(cell(own[f"after_{key}"], f"own-{len(cells)}"))
    return notebook(cells)


def notebook(cells: list[dict[str, Any]]) -> bytes:
    """A notebook file."""
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def built(data: bytes, name: str = "f", ours: dict[str, str] | None = None, seconds: float = 5.0) -> Built:
    """What becomes of an answer to the small lesson."""
    return build(data, PLAN, name, ours or {}, seconds=seconds)
