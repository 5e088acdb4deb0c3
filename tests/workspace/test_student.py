"""Student copies: nothing of a solution is left, and nbgrader knows the copy for its own."""

import json
from pathlib import Path

import pytest
from nbformat import from_dict
from nbgrader.utils import compute_checksum

from gentutor.errors import LessonFormError
from gentutor.exercises.questions import WRITTEN_STUB
from gentutor.workspace.files import cell_source, read_notebook
from gentutor.workspace.lessons import Exercise, lesson_paths, read_lesson
from gentutor.workspace.student import student_copy
from tests.workspace.masters import SOLUTION, code, exercise_cells, markdown, marks, write_master


def solution_lines(path: Path) -> set[str]:
    """Every line between the markers, without its indent."""
    lines: set[str] = set()
    for cell in read_notebook(path)["cells"]:
        parts = cell_source(cell).split("### BEGIN SOLUTION")[1:]
        for part in parts:
            body = part.split("### END SOLUTION")[0]
            lines |= {line.strip() for line in body.splitlines() if line.strip()}
    return lines


def leaked(path: Path, copy: str) -> list[str]:
    text = [line.strip() for cell in json.loads(copy)["cells"] for line in cell_source(cell).splitlines()]
    return [line for line in solution_lines(path) if line in text]


def test_the_solution_is_gone_and_the_rest_stays(tmp_path: Path) -> None:
    path = write_master(tmp_path, *exercise_cells(), code("print('after')"))
    assert solution_lines(path) == {"total_of_both = a + b", "return total_of_both"}
    copy = student_copy(path)
    assert leaked(path, copy) == []
    assert "total_of_both" not in copy
    _, solution, check, after = json.loads(copy)["cells"]
    assert '"""The sum of two numbers."""' in cell_source(solution)
    assert 'raise NotImplementedError("add is still to be written")' in cell_source(solution)
    assert 'hint("add")' in cell_source(solution)
    assert check["metadata"]["editable"] is False
    assert solution["metadata"]["deletable"] is False
    assert cell_source(after) == "print('after')"


def test_the_stub_is_code_that_stops_where_the_solution_was(tmp_path: Path) -> None:
    copy = json.loads(student_copy(write_master(tmp_path, *exercise_cells())))
    names: dict[str, object] = {}
    exec(cell_source(copy["cells"][1]), names)
    with pytest.raises(NotImplementedError, match="add is still to be written"):
        names["add"](1, 1)  # type: ignore[operator]


LETTER = '### BEGIN SOLUTION\ncolour = "b"  # "a" or "b"\n### END SOLUTION'
WORDS = "### BEGIN SOLUTION\nBecause short waves scatter.\n### END SOLUTION"


def questions(tmp_path: Path) -> list[dict[str, object]]:
    letter = code(LETTER, nbgrader=marks("colour", solution=True))
    chosen = code('choose("colour", colour)', nbgrader=marks("check_colour", grade=True, points=1))
    words = markdown(WORDS, nbgrader=marks("why_blue", grade=True, solution=True, points=3))
    copy = student_copy(write_master(tmp_path, letter, chosen, words))
    assert "scatter" not in copy
    cells: list[dict[str, object]] = json.loads(copy)["cells"]
    return cells


def test_a_question_is_left_open_without_an_error(tmp_path: Path) -> None:
    _, letter, check, _ = questions(tmp_path)
    assert cell_source(letter) == 'colour = None  # "a" or "b"'
    assert cell_source(check) == 'choose("colour", colour)'


def test_a_written_answer_becomes_a_place_to_write(tmp_path: Path) -> None:
    words = questions(tmp_path)[3]
    assert cell_source(words) == WRITTEN_STUB == "*Write your answer here.*"
    assert words["cell_type"] == "markdown"
    lesson = read_lesson(write_master(tmp_path / "more", markdown(WORDS, nbgrader=marks(
        "why_blue", grade=True, solution=True, points=3))))  # fmt: skip
    assert lesson.exercises == (Exercise("why_blue", 3.0, by_hand=True),)


def test_checksums_of_questions_are_nbgraders_own_too(tmp_path: Path) -> None:
    for cell in questions(tmp_path)[1:]:
        cell["source"] = cell_source(cell)
        assert cell["metadata"]["nbgrader"]["checksum"] == compute_checksum(from_dict(cell))  # type: ignore[index]


def test_only_a_single_letter_for_the_cells_own_name_is_a_question(tmp_path: Path) -> None:
    other = code(LETTER, nbgrader=marks("hue", solution=True))
    copy = json.loads(student_copy(write_master(tmp_path, other)))
    assert "raise NotImplementedError" in cell_source(copy["cells"][1])


def test_checksums_are_nbgraders_own(tmp_path: Path) -> None:
    copy = json.loads(student_copy(write_master(tmp_path, *exercise_cells())))
    for cell in copy["cells"][1:]:
        cell["source"] = cell_source(cell)
        assert cell["metadata"]["nbgrader"]["checksum"] == compute_checksum(from_dict(cell))


def test_hidden_tests_are_cut_out(tmp_path: Path) -> None:
    secret = "assert True\n### BEGIN HIDDEN TESTS\nassert add(20, 22) == 42\n### END HIDDEN TESTS"
    solution = exercise_cells()[0]
    check = code(secret, nbgrader=marks("check_add", grade=True, points=1))
    copy = student_copy(write_master(tmp_path, solution, check))
    assert "42" not in copy
    assert "assert True" in copy


def test_the_same_master_gives_the_same_copy(tmp_path: Path) -> None:
    path = write_master(tmp_path, *exercise_cells())
    assert student_copy(path) == student_copy(path)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (code(SOLUTION), "cell 'add' holds a solution, but its nbgrader metadata"),
        (code(SOLUTION.replace("### END", "### end"), nbgrader=marks("add", solution=True)), "1 times .* but 0 times"),
        (code("x = 1", nbgrader=marks("add", solution=True)), "no '### BEGIN SOLUTION' line"),
        (markdown("x", nbgrader=marks("f", grade=True, solution=True, points=1)), "no '### BEGIN SOLUTION' line"),
        (code("assert 1", nbgrader=marks("check_add", grade=True, points=1) | {"points": -1}), "nbgrader cannot make"),
        (code("### BEGIN HIDDEN TESTS", nbgrader=marks("f", grade=True, points=1)), "nbgrader cannot make"),
    ],
)  # fmt: skip
def test_a_master_out_of_order_is_refused(tmp_path: Path, cell: dict[str, object], message: str) -> None:
    with pytest.raises(LessonFormError, match=message):
        student_copy(write_master(tmp_path, cell))


@pytest.mark.parametrize("path", lesson_paths(), ids=lambda path: path.stem)
def test_no_lesson_leaks_its_solutions(path: Path) -> None:
    assert solution_lines(path)
    assert leaked(path, student_copy(path)) == []
