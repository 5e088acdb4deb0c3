"""The registry reads what notebooks declare and refuses what they lack, in sentences."""

from pathlib import Path

import pytest

from gentutor.errors import LessonDamagedError, LessonFormError, LessonNotFoundError
from gentutor.workspace.lessons import Exercise, find_lesson, find_lessons, lessons_folder, read_lesson
from tests.workspace.masters import HEAD, code, exercise_cells, markdown, notebook, write_master


def test_reads_what_the_first_cell_and_the_marks_say(tmp_path: Path) -> None:
    write_master(tmp_path, *exercise_cells())
    (lesson,) = find_lessons(tmp_path)
    assert (lesson.name, lesson.number, lesson.minutes) == ("01_tiny", 1, 5)
    assert lesson.title == "Tiny: one and one"
    assert lesson.promise == "You learn that one and one is two."
    assert lesson.exercises == (Exercise("add", 2.0),)
    assert lesson.points == 2.0
    assert len(lesson.knobs) == 0


def test_lessons_come_in_the_order_of_the_course_and_other_files_are_passed_over(tmp_path: Path) -> None:
    for name in ("04_vaes", "01_tiny", "10_last"):
        write_master(tmp_path, name=name)
    (tmp_path / "Untitled.ipynb").write_text("no notebook")
    assert [lesson.name for lesson in find_lessons(tmp_path)] == ["01_tiny", "04_vaes", "10_last"]
    assert "beta" in find_lesson("04", tmp_path).knobs


@pytest.mark.parametrize("name", ["04_vaes", "vaes", "04", "4", "04_vaes.ipynb", "VAEs"])
def test_a_lesson_answers_to_its_names(tmp_path: Path, name: str) -> None:
    write_master(tmp_path, name="04_vaes")
    write_master(tmp_path, name="03_gans")
    assert find_lesson(name, tmp_path).name == "04_vaes"


def test_an_unknown_name_gets_the_nearest_ones(tmp_path: Path) -> None:
    write_master(tmp_path, name="04_vaes")
    write_master(tmp_path, name="03_gans")
    with pytest.raises(LessonNotFoundError, match=r"no lesson 'vase'\. Did you mean 04_vaes\?"):
        find_lesson("vase", tmp_path)
    with pytest.raises(LessonNotFoundError, match="There are: 03_gans, 04_vaes"):
        find_lesson("quantum", tmp_path)


def test_a_damaged_file_is_named_with_the_position(tmp_path: Path) -> None:
    path = write_master(tmp_path)
    path.write_text(path.read_text()[:-30])
    with pytest.raises(LessonDamagedError, match=r"01_tiny\.ipynb is damaged: at line \d+, column \d+"):
        read_lesson(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", "no list of cells"),
        (b'{"cells": [], "nbformat": 3}', "format 3, not 4"),
        (b'{"cells": [{"cell_type": "code"}], "nbformat": 4}', "Cell 1 of .* no source"),
        (b"\xff\xfe", "byte 0 is not UTF-8"),
    ],
)
def test_what_is_no_notebook_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "01_tiny.ipynb"
    path.write_bytes(content)
    with pytest.raises(LessonDamagedError, match=message):
        read_lesson(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# 01 · Tiny", "# Tiny", "a heading '# 04 · Title'"),
        ("# 01 ·", "# 02 ·", "heading says lesson 02, the file name says 01"),
        ("> ", "", "the promise"),
        ("**Time** 5 minutes", "short", "the time"),
    ],
)
def test_a_head_that_lacks_a_part_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = write_master(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(LessonFormError, match=message):
        read_lesson(path)


def test_other_names_are_no_lessons(tmp_path: Path) -> None:
    with pytest.raises(LessonFormError, match="no lesson's name"):
        read_lesson(tmp_path / "Tiny.ipynb")


def test_the_folder_can_be_chosen_and_its_absence_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(tmp_path))
    assert lessons_folder() == tmp_path
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(tmp_path / "gone"))
    with pytest.raises(LessonNotFoundError, match="folder of the lessons is missing"):
        lessons_folder()


def test_every_lesson_of_the_course_can_be_read() -> None:
    for lesson in find_lessons():
        assert lesson.promise.endswith((".", "!", "?"))
        assert 30 <= lesson.minutes <= 120
        assert lesson.exercises
        assert len({exercise.name for exercise in lesson.exercises}) == len(lesson.exercises)


def test_the_builders_of_these_tests_make_valid_notebooks(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    made = notebook(markdown(HEAD, tags=["a"]), code("1"))
    for number, cell in enumerate(made["cells"]):
        cell["id"] = f"cell-{number}"
    nbformat.validate(made)
