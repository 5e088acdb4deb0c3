"""The canonical form: idempotent, complete, and every lesson has it."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gentutor.errors import LessonFormError, WorkspaceError
from gentutor.knobs import Knob, KnobSet, lesson_knobs
from gentutor.workspace.canonical import canonical, format_file, offences, parameters_source, to_json
from gentutor.workspace.cell_ids import assign_ids, is_words, words_of
from gentutor.workspace.files import read_notebook
from gentutor.workspace.lessons import lesson_paths
from tests.workspace.masters import code, exercise_cells, markdown, notebook, write_master

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
TYPICAL = st.sampled_from(["# Head\ntext ", "x = 1", "def f(x):\n  return x"])
SOURCE = st.one_of(TEXT, st.lists(TEXT, max_size=4), TYPICAL)
CELL = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "raw"]),
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "tags": st.lists(st.sampled_from(["parameters", "hide", "long"]), max_size=3),
                "collapsed": st.booleans(),
                "nbgrader": st.fixed_dictionaries({"grade_id": st.sampled_from(["elbo", "check_elbo"])}),
            },
        ),
        "source": SOURCE,
    },
    optional={
        "id": st.sampled_from(["idea", "the-loss", "3f9a02bc", "imports-2", "code", "code-2"]),
        "outputs": st.just([{"output_type": "stream", "name": "stdout", "text": "1"}]),
        "execution_count": st.integers(1, 9),
    },
)
KNOBS = KnobSet(Knob("lr", 1e-3, 1e-5, 1.0, help="Step.", effect="higher: faster.", scale="log"))


@given(st.lists(CELL, max_size=8), st.booleans())
def test_idempotent_valid_and_of_words(cells: list[dict[str, Any]], with_knobs: bool) -> None:
    knobs = KNOBS if with_knobs else None
    once = canonical(notebook(*cells), knobs)
    again = canonical(json.loads(to_json(once)), knobs)
    assert to_json(again) == to_json(once)
    ids = [cell["id"] for cell in once["cells"]]
    assert all(is_words(cell_id) for cell_id in ids)
    assert len(set(ids)) == len(ids)
    nbformat.validate(json.loads(to_json(once)))


def test_nothing_but_content_is_left() -> None:
    cell = code("x = 1  \ny = 2\n\n", collapsed=True, tags=["a", "a"], nbgrader={"grade_id": "g", "checksum": "0"})
    cell |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}], "execution_count": 3}
    messy = notebook(cell, code("  \n"))
    messy["metadata"] = {"widgets": {"state": {}}, "kernelspec": {"name": "conda-env"}}
    (left,) = canonical(messy)["cells"]
    assert left["source"] == "x = 1\ny = 2"
    assert left["metadata"] == {"tags": ["a"], "nbgrader": {"grade_id": "g"}}
    assert (left["outputs"], left["execution_count"]) == ([], None)
    assert canonical(messy)["metadata"]["kernelspec"]["name"] == "python3"
    assert "widgets" not in canonical(messy)["metadata"]


def test_a_changed_constant_is_a_diff_of_two_lines(tmp_path: Path) -> None:
    before = to_json(canonical(notebook(markdown("# A"), code("rate = 0.1\nprint(rate)\n"))))
    after = to_json(canonical(notebook(markdown("# A"), code("rate = 0.2\nprint(rate)\n"))))
    old, new = before.splitlines(), after.splitlines()
    assert len(old) == len(new)
    differing = sum(a != b for a, b in zip(old, new, strict=True))
    # The id is kept from the first time on; here it is made from the same name `rate` in both.
    assert differing == 1


def test_characters_stay_readable_and_the_file_ends_with_a_line_end() -> None:
    text = to_json(canonical(notebook(markdown("β and “quotes”"))))
    assert "β and “quotes”" in text
    assert text.endswith("}\n")


def test_parameters_come_from_the_declared_knobs() -> None:
    knobs = lesson_knobs("04_vaes")
    (cell,) = canonical(notebook(code("beta = 7", tags=["parameters"])), knobs)["cells"]
    assert cell["source"] == parameters_source(knobs)
    values: dict[str, Any] = {}
    exec(cell["source"], values)
    assert values["profile"] == "full"
    assert {name: values[name] for name in knobs} == knobs.values_for("full")
    (untouched,) = canonical(notebook(code("beta = 7", tags=["parameters"])), None)["cells"]
    assert untouched["source"] == "beta = 7"


def test_ids_say_what_the_cell_is() -> None:
    cells = canonical(
        notebook(
            markdown("## What β does\ntext"),
            code("import torch"),
            code("beta = 2"),
            code("for i in range(3):\n    pass"),
            code("panel(draw, KNOBS)"),
            *exercise_cells(),
            markdown("and so on"),
            markdown("??"),
        )
    )["cells"]
    assert [cell["id"] for cell in cells] == [
        "what-b-does", "imports", "beta", "what-b-does-code", "panel", "add", "check-add", "and-so-on",
        "what-b-does-text",
    ]  # fmt: skip


def test_a_kept_id_wins_over_a_made_one_above_it() -> None:
    cells = [code("beta = 1"), code("x = 2", tags=[]) | {"id": "beta"}, code("beta = 3") | {"id": "beta"}]
    assert assign_ids(cells) == ["beta-2", "beta", "beta-3"]


UUID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


@pytest.mark.parametrize("drawn", ["3f9a02bc", "deadbeef", UUID, "9", "A b", "None", "", "x" * 65])
def test_ids_that_editors_draw_are_no_words(drawn: str) -> None:
    assert not is_words(drawn)


def test_words_are_few_and_short() -> None:
    assert words_of("A heading of very many words indeed") == "a-heading-of-very-many"
    assert len(words_of("x" * 90 + " tail")) <= 40
    assert words_of("?!") == ""


def test_offences_are_named_and_mended(tmp_path: Path) -> None:
    path = write_master(tmp_path, code("x = 1 ") | {"execution_count": 2}, name="04_vaes")
    text = "\n".join(offences(path))
    for part in ("0 cells tagged 'parameters'", "notebook metadata", "(x): id None in place of 'x'",
                 "an execution count", "spaces at line ends"):  # fmt: skip
        assert part in text
    path = write_master(tmp_path, code("x = 1 "))
    assert format_file(path)
    assert offences(path) == []
    assert not format_file(path)
    path.write_text(json.dumps(read_notebook(path)), encoding="utf-8")
    assert offences(path) == ["layout of the JSON (indent, order of keys, final newline)"]


def test_an_unknown_type_of_cell_is_refused() -> None:
    with pytest.raises(LessonFormError, match="type 'heading'"):
        canonical(notebook({"cell_type": "heading", "metadata": {}, "source": "x"}))


def test_a_failed_write_leaves_the_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_master(tmp_path, code("x = 1 "))
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WorkspaceError, match=r"01_tiny\.ipynb: the disk is full"):
        format_file(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("path", lesson_paths(), ids=lambda path: path.stem)
def test_every_lesson_is_canonical(path: Path) -> None:
    assert offences(path) == [], "run `gentutor format`"
