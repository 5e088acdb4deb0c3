"""Marks as CSV: what Canvas and Moodle read, what a spreadsheet must not run."""

import csv

import pytest

from gentutor.grading.spreadsheets import BOM, cell, uncell, write_canvas, write_grades, write_moodle
from tests.grading.class_of_fakes import CHOICE, CONTRACTS, TOTAL, result, verdict

COMPLETE = tuple(verdict(contract) for contract in CONTRACTS)


def rows(path, bom=True):
    text = path.read_bytes().decode()
    assert text.startswith(BOM) == bom
    return list(csv.reader(text.removeprefix(BOM).splitlines()))


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\x00=1", "＝1", "|x", "%x"]
)
def test_text_that_would_be_a_formula_becomes_text(evil):
    assert cell(evil).startswith("'")
    assert uncell(cell(evil)) == evil.strip("\t\r\n \x00")


@pytest.mark.parametrize("text", ["a;=1", 'a; "=1', "a\t=1", "a|@x"])
def test_no_formula_begins_where_another_separator_would_split(text):
    for part in cell(text).replace("|", ";").replace("\t", ";").split(";"):
        assert not part.strip(' "').startswith(("=", "@", "+", "-"))


def test_plain_names_stay_as_they_are_and_apostrophes_come_back():
    for name in ("Anna", "Zoë O'Neil", "'tis", "李雷", "'=x"):
        assert uncell(cell(name)) == name
    assert cell("Zoë") == "Zoë"


def test_grades_hold_points_kinds_and_what_waits(tmp_path):
    notes = ("Ignored 1 other file.",)
    write_grades(tmp_path / "g.csv", [result("zoe", *COMPLETE), result("=anna", notes=notes)], CONTRACTS)
    head, anna, zoe = rows(tmp_path / "g.csv")
    first, last = dict(zip(head, anna, strict=True)), dict(zip(head, zoe, strict=True))
    assert first["student"] == "'=anna"
    assert (first["points"], first["of"], first["waiting"]) == ("11", str(TOTAL), "2")
    assert (first["why_blurry"], first["why_blurry: verdict"]) == ("", "by hand")
    assert (first["kl_divergence"], first["kl_divergence: verdict"]) == ("3", "right")
    assert (first["wall"], first["notes"]) == ("bubblewrap", "Ignored 1 other file.")
    assert (last["points"], last["percent"], last["waiting"]) == ("13", "100", "0")


def test_a_fault_has_an_empty_mark_and_an_unreadable_one_has_0(tmp_path):
    results = [
        result("ada", kind="fault", message="The zygote ended."),
        result("ben", kind="unreadable", message="No."),
    ]
    write_grades(tmp_path / "g.csv", results, CONTRACTS)
    head, ada, ben = rows(tmp_path / "g.csv")
    first, second = dict(zip(head, ada, strict=True)), dict(zip(head, ben, strict=True))
    assert (first["result"], first["points"], first["percent"], first["elbo"]) == ("fault", "", "", "")
    assert first["notes"] == "The zygote ended."
    assert (second["result"], second["points"], second["elbo: verdict"]) == ("unreadable", "0", "unreadable")
    write_canvas(tmp_path / "c.csv", results, "VAEs", TOTAL)
    write_moodle(tmp_path / "m.csv", results, TOTAL)
    assert [row[-1] for row in rows(tmp_path / "c.csv", bom=False)[2:]] == ["", "0"]
    assert [row[3] for row in rows(tmp_path / "m.csv")[1:]] == ["", "0"]


def test_canvas_finds_its_columns_and_its_students(tmp_path):
    known, login = result("anna", *COMPLETE, canvas_id="4711"), result("ben")
    hostile = result("Points Possible", *COMPLETE, canvas_id="1); DROP")
    write_canvas(tmp_path / "c.csv", [known, login, hostile], "04 VAEs", TOTAL)
    head, possible, *students = rows(tmp_path / "c.csv", bom=False)
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "04 VAEs"]
    assert possible == ["    Points Possible", "", "", "", "", "13"]
    assert students[1] == ["anna", "4711", "", "", "", "13"]
    assert students[2] == ["ben", "", "", "ben", "", ""], "half a mark is not shown"
    assert students[0][:2] == ["Points-Possible", ""], "no student sets what the assignment is worth"


def test_moodle_finds_its_columns_and_students(tmp_path):
    wrong = verdict(CHOICE, "differs", 'Not <b>"this"</b>;=1')
    write_moodle(tmp_path / "m.csv", [result("anna", wrong, moodle_id="1234567"), result("ben")], TOTAL)
    head, anna, ben = rows(tmp_path / "m.csv")
    first = dict(zip(head, anna, strict=True))
    assert (first["Identifier"], first["Grade"], first["Maximum Grade"]) == ("Participant 1234567", "0", "13")
    assert "Last modified (grade)" in head
    assert "&lt;b&gt;" in first["Feedback comments"]
    assert "<b>" not in first["Feedback comments"]
    assert (ben[0], ben[3]) == ("", "")
