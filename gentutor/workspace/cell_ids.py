"""Cell ids that are words, so that a diff, a link or an error message says which cell it means."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_PART = r"(?:[a-z]+[0-9]{0,2}|[0-9]{1,4})"
_WORDS = re.compile(rf"(?=.*[a-z]){_PART}(?:[-_]{_PART})*")
_RANDOM = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){0,3}(?:-[0-9a-f]{12})?")
_MAX_WORDS = 5
_MAX_LENGTH = 40
_LONGEST_ID = 64  # of the notebook format

_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
_DEFINITION = re.compile(r"^(?:def|class) +(\w+)", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^(\w+)(?:, *\w+)* *(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_CALL = re.compile(r"^(?:\w+\.)*(\w+)\(", re.MULTILINE)
_IMPORT = re.compile(r"^(?:import|from) ", re.MULTILINE)


def is_words(cell_id: str) -> bool:
    """Whether a cell id is made of words and not drawn at random by an editor.

    Examples
    --------
    >>> is_words("kl-divergence"), is_words("3f9a02bc"), is_words("imports-2")
    (True, False, True)
    """
    return len(cell_id) <= _LONGEST_ID and _WORDS.fullmatch(cell_id) is not None and _RANDOM.fullmatch(cell_id) is None


def words_of(text: str) -> str:
    """The first words of `text`, in ASCII and joined by hyphens; empty where there are none.

    Examples
    --------
    >>> words_of("What *β* does to the KL term")
    'what-b-does-to-the'
    """
    plain = unicodedata.normalize("NFKD", text.lower().replace("β", "b")).encode("ascii", "ignore").decode()
    parts = [part for part in re.split(r"[^a-z0-9]+", plain) if re.fullmatch(_PART, part)]
    words = "-".join(parts[:_MAX_WORDS])
    while len(words) > _MAX_LENGTH:
        words = words.rpartition("-")[0] if "-" in words else words[:_MAX_LENGTH]
    return words


def assign_ids(cells: list[dict[str, Any]]) -> list[str]:
    """An id for every cell: the one it has where that is words and not taken, else one made from its content.

    Cells carry ``cell_type``, ``source`` as one text, ``metadata`` and perhaps ``id``. Kept ids come first, so
    that moving or adding a cell does not rename another.
    """
    taken: set[str] = set()
    ids: list[str] = []
    for cell in cells:
        own = str(cell.get("id"))
        keep = is_words(own) and own not in taken
        ids.append(own if keep else "")
        if keep:
            taken.add(own)
    section = ""
    for position, cell in enumerate(cells):
        heading = _HEADING.search(cell["source"]) if cell["cell_type"] == "markdown" else None
        section = words_of(heading[1]) if heading else section
        if not ids[position]:
            ids[position] = _free(_proposal(cell, section), taken)
            taken.add(ids[position])
    return ids


def _proposal(cell: dict[str, Any], section: str) -> str:
    """A name for one cell from what it says, without regard to the others."""
    grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
    source = cell["source"]
    if grade_id:
        name = words_of(str(grade_id).replace("_", " "))
    elif "parameters" in cell["metadata"].get("tags", []):
        name = "parameters"
    elif cell["cell_type"] == "code":
        name = _code_name(source) or (f"{section}-code" if section else "code")
    else:
        heading = _HEADING.search(source)
        name = words_of(heading[1] if heading else source) or (f"{section}-text" if section else "text")
    return name if is_words(name) else f"cell-{name}" if is_words(f"cell-{name}") else "cell"


def _code_name(source: str) -> str:
    """What a code cell defines, else that it imports, else what it assigns or calls first."""
    for pattern in (_DEFINITION, _IMPORT, _ASSIGNMENT, _CALL):
        found = pattern.search(source)
        if found:
            return "imports" if pattern is _IMPORT else words_of(found[1].replace("_", " "))
    return ""


def _free(name: str, taken: set[str]) -> str:
    """`name`, or `name` with the first number that makes it unique."""
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
