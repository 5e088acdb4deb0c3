"""Marks by hand: what the teacher wrote is never lost, and a wrong mark is named with its line."""

import csv
from dataclasses import replace

import pytest

from gentutor.errors import GradingError
from gentutor.grading.spreadsheets import BOM
from gentutor.grading.written import apply_marks, read_marks, write_written
from tests.grading.class_of_fakes import CONTRACTS, WRITTEN, result, verdict


def rows(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(keepends=True)))


def save(path, table, delimiter=",", encoding="utf-8-sig"):
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, table[0].keys(), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(table)


def answered(student, text, **values):
    return result(student, *(verdict(c) for c in CONTRACTS[:4]), verdict(WRITTEN, "by hand", answer=text), **values)


@pytest.fixture
def path(tmp_path):
    write_written(tmp_path / "written.csv", [answered("ben", "B"), answered("anna", "=A\nsecond line")], CONTRACTS)
    return tmp_path / "written.csv"


def test_one_row_for_each_answer_with_rubric_and_room_for_the_mark(path):
    anna, ben = rows(path)
    assert (anna["student"], anna["exercise"], anna["of"], anna["points"]) == ("anna", "why_blurry", "2", "")
    assert anna["answer"].startswith("'=A")
    assert anna["rubric"].startswith("1: names the average")
    assert ben["answer"] == "B"
    assert read_marks(path) == {}


def test_no_answers_no_file(tmp_path):
    write_written(tmp_path / "w.csv", [answered("ben", "B")], CONTRACTS[:3])
    assert not (tmp_path / "w.csv").exists()
    assert read_marks(tmp_path / "w.csv") == {}


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16")])
def test_marks_come_back_from_whatever_spreadsheet_saved_them(path, delimiter, encoding):
    table = rows(path)
    table[0] |= {"points": "1,5", "comment": "Gut, aber – kürzer; bitte"}
    save(path, table, delimiter, encoding)
    assert read_marks(path) == {("anna", "why_blurry"): (1.5, "Gut, aber – kürzer; bitte")}


def test_a_later_run_keeps_marks_and_adds_students_and_says_when_an_answer_changed(path):
    table = rows(path)
    table[0] |= {"points": "2", "comment": "=fine"}
    save(path, table)
    write_written(path, [answered("anna", "another"), answered("zoe", "Z"), answered("ben", "B")], CONTRACTS)
    anna, ben, zoe = rows(path)
    assert (anna["points"], anna["comment"], anna["answer"]) == ("2", "=fine", "another")
    assert "changed after you marked it" in anna["note"]
    assert (ben["note"], zoe["student"], zoe["points"]) == ("", "zoe", "")
    before = path.stat().st_mtime_ns
    write_written(path, [answered("zoe", "Z")], CONTRACTS)
    assert path.stat().st_mtime_ns == before, "nothing new, so the file is not touched"
    assert len(rows(path)) == 3


def test_an_answer_that_was_taken_back_keeps_its_row(path):
    gone = result("ben", *(verdict(c) for c in CONTRACTS[:4]), verdict(WRITTEN, "not attempted"))
    write_written(path, [gone, answered("anna", "=A\nsecond line")], CONTRACTS)
    anna, ben = rows(path)
    assert (anna["note"], ben["answer"]) == ("", "B")
    assert "no answer any more" in ben["note"]


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ("two", "line 4, ben.*'two' is not a number"),
        ("3", "line 4, ben.*0 to 2 are possible"),
        ("-1", "0 to 2"),
        ("nan", "not a num"),
    ],
)
def test_a_mark_that_cannot_be_is_named_with_line_and_student(path, points, said):
    table = rows(path)
    table[1]["points"] = points
    save(path, table)
    with pytest.raises(GradingError, match=said):
        read_marks(path)


def test_two_different_marks_for_one_answer_are_refused(path):
    table = rows(path)
    save(path, [table[0] | {"points": "1"}, table[0] | {"points": "2"}])
    with pytest.raises(GradingError, match="marked twice"):
        read_marks(path)


def test_a_file_that_is_no_table_is_never_overwritten(path):
    path.write_text("something else\n1\n")
    with pytest.raises(GradingError, match="no column named exercise or points or student"):
        write_written(path, [answered("zoe", "Z")], CONTRACTS)
    assert path.read_text() == "something else\n1\n"


def test_marks_turn_waiting_into_right_or_differs():
    one = answered("=anna", "A")
    full = apply_marks(one, {("=anna", "why_blurry"): (2.0, "Well said.")}).verdicts[-1]
    assert (full.kind, full.points, full.message) == ("right", 2.0, "Well said.")
    half = apply_marks(one, {("=anna", "why_blurry"): (1.0, "")})
    assert (half.verdicts[-1].kind, half.waiting, half.points) == ("differs", 0, 12.0)
    assert half.verdicts[-1].message == "1 of 2 points by your teacher's mark."
    assert apply_marks(one, {("ben", "why_blurry"): (2.0, "")}) == one


def test_a_teacher_may_overrule_a_check_but_not_beyond_the_maximum():
    wrong = result("anna", verdict(CONTRACTS[1], "raised", "Line 1."))
    ruled = apply_marks(wrong, {("anna", "kl_divergence"): (2.5, "A typo.")}).verdicts[0]
    assert (ruled.kind, ruled.points) == ("raised", 2.5)
    assert ruled.message == "2.5 of 3 points by your teacher's mark. A typo. Line 1."
    with pytest.raises(GradingError, match=r"anna was given 4 points.*0 to 3"):
        apply_marks(wrong, {("anna", "kl_divergence"): (4.0, "")})


def test_a_name_that_looks_like_a_formula_finds_its_mark(tmp_path):
    one = replace(answered("x", "A"), student="-anna")
    write_written(tmp_path / "w.csv", [one], CONTRACTS)
    assert (tmp_path / "w.csv").read_text(encoding="utf-8").startswith(BOM)
    table = rows(tmp_path / "w.csv")
    assert table[0]["student"] == "'-anna"
    save(tmp_path / "w.csv", [table[0] | {"points": "2"}])
    assert apply_marks(one, read_marks(tmp_path / "w.csv")).points == 13.0
