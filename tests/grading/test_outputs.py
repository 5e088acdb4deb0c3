"""The one writer: everything is there at the end, again and again, and marks by hand find their way back."""

import csv
import json
import sqlite3

import pytest
from nbgrader.api import Gradebook

from gentutor.errors import GradingError
from gentutor.grading import gradebook, outputs
from gentutor.grading.outputs import Outputs
from gentutor.grading.spreadsheets import BOM
from tests.grading.class_of_fakes import ASSIGNMENT, class_of, result

FILES = {
    "verdicts.jsonl", "verdicts.json", "grades.csv", "grades_canvas.csv", "grades_moodle.csv", "gradebook.db",
    "written.csv", "report.html", "report.png", "feedback",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_picture(monkeypatch):
    """Drawing takes longest and is tested elsewhere."""
    monkeypatch.setattr("gentutor.grading.class_report.draw", lambda *_, **__: b"\x89PNG")
    monkeypatch.setattr("gentutor.grading.report_picture.draw", lambda *_, **__: b"\x89PNG")


def run(out, results, resume=False):
    with Outputs(out, ASSIGNMENT, resume=resume) as writer:
        done = writer.earned()
        for one in results:
            if one.student not in done:
                writer.add(one)
        return writer.finish(results, limits="1 GB of memory.", seconds=1.0)


def table(path):
    return list(csv.DictReader(path.read_bytes().decode().removeprefix(BOM).splitlines(keepends=True)))


def mark(path, student, points):
    rows = table(path)
    for row in rows:
        row["points"] = points if row["student"] == student else row["points"]
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_everything_is_written_and_again_gives_the_same(tmp_path):
    results = class_of(40)
    run(tmp_path, results)
    files = {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")}
    assert files == FILES
    assert len(list((tmp_path / "feedback").iterdir())) == 40
    same = ("verdicts.json", "verdicts.jsonl", "grades.csv", "grades_moodle.csv", "written.csv", "report.html")
    before = {name: (tmp_path / name).read_bytes() for name in same}
    run(tmp_path, results, resume=True)
    fault = json.loads(before["verdicts.jsonl"].split(b"\n")[-2])  # only the fault is graded again
    assert (tmp_path / "verdicts.jsonl").read_bytes().count(b"\n{") == len(results) + 1, fault
    assert {name: (tmp_path / name).read_bytes() for name in same if name != "verdicts.jsonl"} == {
        name: text for name, text in before.items() if name != "verdicts.jsonl"
    }


def test_a_result_is_on_the_disk_before_the_next_is_graded(tmp_path):
    with Outputs(tmp_path, ASSIGNMENT) as writer:
        writer.add(result("anna"))
        assert b"anna" in (tmp_path / "verdicts.jsonl").read_bytes()
        assert "Feedback for anna" in (tmp_path / "feedback" / "anna.html").read_text()
        assert writer.seed == writer.journal.seed


def test_marks_by_hand_reach_every_table_and_page(tmp_path):
    run(tmp_path, [result("anna"), result("ben")])
    mark(tmp_path / "written.csv", "anna", "1.5")
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        grade = book.find_grade("why_blurry", "04_vaes", "04_vaes", "ben")
        grade.manual_score, grade.needs_manual_grade = 2.0, False
        book.db.commit()
    anna, ben = run(tmp_path, [result("anna"), result("ben")], resume=True)
    assert (anna.points, ben.points, anna.waiting) == (12.5, 13.0, 0)
    assert [row["points"] for row in table(tmp_path / "grades.csv")] == ["12.5", "13"]
    assert [row["Grade"] for row in table(tmp_path / "grades_moodle.csv")] == ["12.5", "13"]
    assert "12.5" in (tmp_path / "feedback" / "anna.html").read_text()
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        assert book.find_submission("04_vaes", "anna").score == 12.5
        assert book.find_grade("why_blurry", "04_vaes", "04_vaes", "anna").manual_score is None
        assert book.find_submission("04_vaes", "ben").score == 13.0
    mark(tmp_path / "written.csv", "ben", "1")
    _, ben = run(tmp_path, [result("anna"), result("ben")], resume=True)
    assert ben.points == 13.0
    assert "two marks by hand" in (tmp_path / "report.html").read_text()


def test_a_mark_that_cannot_be_is_said_before_anything_is_graded(tmp_path):
    run(tmp_path, [result("anna")])
    mark(tmp_path / "written.csv", "anna", "7")
    with pytest.raises(GradingError, match=r"line 2, anna"):
        Outputs(tmp_path, ASSIGNMENT, resume=True)
    mark(tmp_path / "written.csv", "anna", "2")
    assert run(tmp_path, [result("anna")], resume=True)[0].points == 13.0


def test_a_mark_beyond_the_maximum_in_formgrader_stops_nothing_and_is_told(tmp_path):
    run(tmp_path, [result("anna")])
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        book.find_grade("why_blurry", "04_vaes", "04_vaes", "anna").manual_score = 9.0
        book.db.commit()
    (anna,) = run(tmp_path, [result("anna")], resume=True)
    assert (anna.points, anna.waiting) == (11.0, 2.0)
    assert "9 points where 0 to 2 are possible" in (tmp_path / "report.html").read_text()


def test_a_maximum_that_was_changed_in_the_table_does_not_help(tmp_path):
    run(tmp_path, [result("anna")])
    path = tmp_path / "written.csv"
    path.write_bytes(path.read_bytes().replace(b",2,,,", b",99,50,,"))
    with pytest.raises(GradingError, match="gives anna 50 points for why_blurry, but there are 2"):
        Outputs(tmp_path, ASSIGNMENT, resume=True)


def test_a_locked_gradebook_costs_no_mark_and_is_said_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(gradebook, "_SECONDS", 0)
    monkeypatch.setattr(outputs, "BATCH", 2)
    run(tmp_path, [result("anna")])
    connection = sqlite3.connect(tmp_path / "gradebook.db")
    with Outputs(tmp_path, ASSIGNMENT, resume=True) as writer:
        connection.execute("begin exclusive")
        for name in ("ben", "cleo", "dora"):
            writer.add(result(name))
        with pytest.raises(GradingError, match="Close formgrader"):
            writer.finish([result(name) for name in ("anna", "ben", "cleo", "dora")], limits={}, seconds=1)
    connection.close()
    results = [result(name) for name in ("anna", "ben", "cleo", "dora")]
    run(tmp_path, results, resume=True)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        assert len(book.submission_dicts("04_vaes")) == 4


def test_the_seed_reaches_pages_only_when_asked(tmp_path):
    wrong = class_of(40)[0]
    with Outputs(tmp_path / "a", ASSIGNMENT) as writer:
        writer.add(wrong)
    with Outputs(tmp_path / "b", ASSIGNMENT, show_inputs=True) as writer:
        writer.add(wrong)
    pages = [next((tmp_path / name / "feedback").iterdir()).read_text() for name in "ab"]
    assert ["On what it was tried" in text for text in pages] == [False, True]
