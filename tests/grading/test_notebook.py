"""The reader takes every form in which a notebook is handed in, and says of everything else what it is."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gentutor.grading.inside.notebook import Cell, UnreadableError, read_cells, read_notebook
from gentutor.grading.inside.written import MAX_ANSWER, written_answer
from tests.grading.submissions import as_bytes, solved

CELL = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None, "source": "x = 1"}


def notebook(*cells: Any, **fields: Any) -> bytes:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **fields}).encode()


def test_cells_are_read_with_what_names_them() -> None:
    marks = {"nbgrader": {"grade_id": "f"}}
    cells = read_cells(notebook({**CELL, "metadata": marks}, {"cell_type": "markdown", "source": ["one\n", "two"]}))

    assert cells == [Cell(1, "a", "f", "code", "x = 1"), Cell(2, "", "", "markdown", "one\ntwo")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_every_encoding_is_read(encoding: str) -> None:
    text = json.dumps({"cells": [{**CELL, "source": "name = 'Zoë'"}]}, ensure_ascii=False)

    found = read_notebook(text.encode(encoding))

    assert found.cells[0].source == "name = 'Zoë'"
    assert bool(found.notes) == (encoding == "latin-1")


OLD = {
    "format 3": {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "y"]}]}]},
    "lines without ends": {"nbformat": 2, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1", "y"]}]}]},
    "two worksheets": {
        "worksheets": [
            {"cells": []},
            None,
            {"cells": [{"cell_type": "code", "language": "python", "input": "x = 1\ny"}]},
        ]
    },
    "format 1": {"cells": [{"cell_type": "code", "code": "x = 1\ny"}]},
    "as Jupyter's server sends it": {"type": "notebook", "content": {"cells": [{**CELL, "source": "x = 1\ny"}]}},
    "Windows line ends": {"cells": [{**CELL, "source": "x = 1\r\ny"}]},
    "no cell_type": {"cells": [{"outputs": [], "source": "x = 1\ny"}]},
}


@pytest.mark.parametrize("content", OLD.values(), ids=OLD)
def test_every_version_of_the_format_is_read(content: dict[str, Any]) -> None:
    (cell,) = read_cells(json.dumps(content).encode())

    assert (cell.kind, cell.source) == ("code", "x = 1\ny")


def test_headings_of_old_notebooks_are_text() -> None:
    content = {"worksheets": [{"cells": [{"cell_type": "heading", "level": 2, "source": ["Title"]}]}]}

    assert read_cells(json.dumps(content).encode())[0] == Cell(1, "", "", "markdown", "Title")


def test_odd_cells_are_passed_over_and_noted() -> None:
    odd = [None, 3, "x", [], {}, {**CELL, "source": None}, {**CELL, "source": ["a", None, 3]}, {**CELL, "metadata": 7}]

    found = read_notebook(notebook(*odd))

    assert [cell.position for cell in found.cells] == [5, 6, 7, 8]
    assert [cell.source for cell in found.cells] == ["", "", "a", "x = 1"]
    assert found.notes == ["4 of its cells are no cells and were passed over.", "Some of its cells have the same id."]


@pytest.mark.parametrize("marks", [None, 3, [], {"nbgrader": None}, {"nbgrader": {"grade_id": [1]}}])
def test_odd_metadata_name_nothing(marks: Any) -> None:
    assert read_cells(notebook({**CELL, "id": 5, "metadata": marks}))[0] == Cell(1, "", "", "code", "x = 1")


@pytest.mark.parametrize(
    "text",
    ['{"cells": [{"cell_type": "code", "source": "x = 1", "outputs": [NaN, -Infinity]}]}',
     '{"cells": [{"cell_type": "code", "source": "x = 1", "outputs": [%s]}]}' % ("9" * 10_000),
     '{"cells": [{"cell_type": "code", "source": "x = 1"}]}\n\0\0\0\0',
     '{"cells": [{"cell_type": "code", "source": "x = 1", "id": "line\nend and \0"}]}'],
    ids=["no numbers", "a huge number", "zeros at the end", "raw control characters"],
)  # fmt: skip
def test_json_that_is_not_quite_json_is_read(text: str) -> None:
    assert read_cells(text.encode())[0].source == "x = 1"


def test_halves_of_characters_are_replaced() -> None:
    (cell,) = read_cells(b'{"cells": [{"cell_type": "code", "source": "x = \\"\\ud83d \\ud83d\\ude00\\""}]}')

    assert cell.source == 'x = "\N{REPLACEMENT CHARACTER} \N{GRINNING FACE}"'


UNREADABLE = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n", "is empty"),
    "zeros": (b"\0" * 4096, "zero bytes"),
    "web page": (b"<!DOCTYPE html><html></html>", "web page"),
    "zip": (b"PK\x03\x04rest", "zip archive"),
    "PDF": (b"%PDF-1.7", "a PDF"),
    "PNG": (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
    "gzip": (b"\x1f\x8b\x08", "compressed"),
    "script": (b"import torch\n\nprint(1)\n", "Python script"),
    "percent script": (b"# %%\nx = 1\n", "Python script"),
    "prose": (b"Dear teacher, here is my work.", "line 1, column 1"),
    "conflict": (b'{\n "cells": [\n<<<<<<< HEAD\n {}\n=======\n>>>>>>> other\n]}', "conflict markers"),
    "cut off": (notebook(CELL)[:60], "breaks off at line 1, column"),
    "damaged": (b'{"cells": [}, "more": 1}', "damaged: at line 1, column 12"),
    "other JSON": (b'{"name": "package", "version": 1}', "JSON, but no notebook"),
    "list": (b"[1, 2]", "JSON, but no notebook"),
    "number": (b"3", "JSON, but no notebook"),
    "no list of cells": (b'{"nbformat": 4, "cells": null}', "no list of cells"),
    "deep": (b'{"cells": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested deeper"),
}


@pytest.mark.parametrize(("data", "says"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_notebook_is_named(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_cells(data)

    assert says in str(caught.value)
    assert "Ask " in str(caught.value)


@pytest.mark.parametrize("output", ["x" * 50_000_000, ["0.123456789 " * 8] * 500_000], ids=["one text", "many lines"])
def test_large_outputs_are_read_in_time(output: Any) -> None:
    data = notebook({**CELL, "outputs": [{"output_type": "stream", "name": "stdout", "text": output}]})
    assert len(data) > 45_000_000

    started = time.process_time()
    cells = read_cells(data)

    assert cells[0].source == "x = 1"
    assert time.process_time() - started < 1.5


def read_or_refuse(data: bytes) -> None:
    """Fails where anything but `UnreadableError` is raised, or where what is read is not of the right types."""
    try:
        cells = read_cells(data)
    except UnreadableError:
        return
    for cell in cells:
        assert all(type(text) is str for text in (cell.id, cell.grade_id, cell.kind, cell.source))
        cell.source.encode()  # no half characters


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["cells", "worksheets", "source", "input", "metadata", "nbgrader", "grade_id", "id",
                         "cell_type", "content", "outputs"]), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_any_json_is_read_or_refused(content: Any, encoding: str) -> None:
    read_or_refuse(json.dumps(content).encode(encoding))


REAL = as_bytes(solved())


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 20))
def test_any_damage_to_a_real_notebook_is_read_or_refused(seed: int, n_changes: int) -> None:
    dice, data = random.Random(seed), bytearray(REAL)
    for _ in range(n_changes):
        at = dice.randrange(len(data))
        match dice.randrange(4):
            case 0:
                data[at] = dice.randrange(256)
            case 1:
                del data[at : at + dice.randrange(200)]
            case 2:
                data[at:at] = bytes(dice.choices(b'{}[]",:\\\0\xff', k=3))
            case _:
                data[at:at] = data[at : at + dice.randrange(200)]
    read_or_refuse(bytes(data))


WRITTEN_PLAN = {
    "cells": [
        {"id": "question", "grade_id": "", "role": "text", "source": "Why?"},
        {"id": "why", "grade_id": "why_dice", "role": "written", "source": "*Write your answer here.*"},
        {"id": "after", "grade_id": "", "role": "text", "source": "Well done."},
    ],
    "names": {"why_dice": {"cell": "why"}},
}
QUESTION, AFTER = Cell(1, "question", "", "markdown", "Why?"), Cell(9, "after", "", "markdown", "Well done.")
HERE = Cell(2, "why", "why_dice", "markdown", "*Write your answer here.*")
OWN = Cell(3, "own", "", "markdown", "My own.")


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ([QUESTION, Cell(2, "why", "x", "markdown", "Because."), AFTER], "Because."),
        ([QUESTION, Cell(2, "", "why_dice", "markdown", "Because."), AFTER], "Because."),
        ([QUESTION, Cell(2, "why", "why_dice", "code", "Because."), AFTER], "Because."),
        ([QUESTION, HERE, Cell(3, "why", "", "raw", "Because."), AFTER], "Because."),
        ([QUESTION, HERE, OWN, AFTER], "My own."),
        ([Cell(1, "", "", "markdown", "Why?"), OWN, AFTER], "My own."),
        ([QUESTION, HERE, AFTER, OWN], ""),
        ([QUESTION, AFTER], ""),
        ([], ""),
    ],
    ids=["id", "grade_id", "a code cell", "twice", "below the stub", "all names lost", "not further down", "deleted",
         "nothing"],
)  # fmt: skip
def test_written_answers_are_found(cells: list[Cell], answer: str) -> None:
    assert written_answer(cells, WRITTEN_PLAN, "why_dice") == answer


def test_written_answers_are_bounded() -> None:
    cells = [Cell(1, "why", "", "markdown", "x" * 1_000_000)]

    assert len(written_answer(cells, WRITTEN_PLAN, "why_dice")) == MAX_ANSWER
