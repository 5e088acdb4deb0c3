"""Nbgrader itself reads what was entered; entering twice changes nothing; a mark by hand stays."""

import csv
import sqlite3
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from gentutor.errors import GradingError
from gentutor.grading import gradebook
from gentutor.grading.gradebook import manual_scores, write_gradebook
from tests.grading.class_of_fakes import CONTRACTS, class_of, result, verdict

LESSON = "04_vaes"


@pytest.fixture
def db(tmp_path):
    return tmp_path / "gradebook.db"


def enter(db, *results):
    write_gradebook(db, LESSON, CONTRACTS, results)


def opened(db):
    return Gradebook(f"sqlite:///{db}")


def counts(db):
    with sqlite3.connect(db) as connection:
        tables = (
            "student",
            "submitted_assignment",
            "submitted_notebook",
            "grade",
            "comment",
            "base_cell",
            "assignment",
        )
        found = {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}
    connection.close()
    return found


def test_nbgraders_own_queries_read_the_marks(db):
    enter(db, result("anna"), result("ben", *(verdict(c, "differs" if c.points == 1 else "right") for c in CONTRACTS)))
    with opened(db) as book:
        found = {one["student"]: one for one in book.submission_dicts(LESSON)}
        assert (found["anna"]["score"], found["anna"]["max_score"]) == (11.0, 13.0)
        assert (found["anna"]["written_score"], found["anna"]["needs_manual_grade"]) == (0.0, 1)
        assert (found["ben"]["score"], found["ben"]["needs_manual_grade"]) == (12.0, 0)
        assert book.average_assignment_score(LESSON) == 11.5
        assert book.average_notebook_code_score(LESSON, LESSON) == 10.5
        assert book.find_grade("check_kl_divergence", LESSON, LESSON, "anna").auto_score == 3.0
        assert book.find_grade("why_blurry", LESSON, LESSON, "anna").auto_score is None
        assert book.find_comment("kl_divergence", LESSON, LESSON, "anna").comment == "Every check passed."


def test_a_fault_is_not_entered_and_an_unreadable_one_has_0(db):
    enter(db, result("ada", kind="fault"), result("ben", kind="unreadable"), result("anna"))
    with opened(db) as book:
        assert {one["student"]: one["score"] for one in book.submission_dicts(LESSON)} == {"anna": 11.0, "ben": 0.0}


def test_entering_again_doubles_nothing_and_brings_marks_up_to_date(db):
    enter(db, *class_of(60))
    before = counts(db)
    enter(db, *class_of(60))
    assert counts(db) == before
    enter(db, result("Ada"))
    assert counts(db) == before
    with opened(db) as book:
        assert book.find_submission(LESSON, "Ada").score == 11.0


def test_a_mark_given_in_formgrader_is_kept_and_read_back(db):
    enter(db, result("anna"), result("ben"))
    with opened(db) as book:
        for cell, points in (("why_blurry", 1.5), ("check_elbo", 4.0)):
            grade = book.find_grade(cell, LESSON, LESSON, "anna")
            grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()
    enter(db, result("anna"), result("ben"))
    assert manual_scores(db) == {("anna", "why_blurry"): 1.5, ("anna", "elbo"): 4.0}
    assert manual_scores(db, "another") == {}
    with opened(db) as book:
        assert book.find_submission(LESSON, "anna").score == 11.5
        assert not book.find_submission(LESSON, "anna").needs_manual_grade


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own add_submission gives it
def test_an_assignment_that_nbgrader_made_is_used(db):
    with opened_fresh(db) as book:
        book.add_assignment(LESSON)
        book.add_notebook(LESSON, LESSON)
        book.add_grade_cell("check_elbo", LESSON, LESSON, max_score=1, cell_type="code")
        book.add_student("anna", first_name="Anna")
        book.add_submission(LESSON, "anna")
    enter(db, result("anna"))
    with opened(db) as book:
        assert book.find_submission(LESSON, "anna").score == 11.0
        assert book.find_student("anna").first_name == "Anna"
        assert book.find_grade_cell("check_elbo", LESSON, LESSON).max_score == 5.0


def opened_fresh(db):
    gradebook._state_version(db)
    return opened(db)


def test_nbgraders_commands_read_it(db, tmp_path):
    enter(db, result("anna"))
    options = [f"--CourseDirectory.db_url=sqlite:///{db}", f"--CourseDirectory.root={tmp_path}"]
    run = [sys.executable, "-m", "nbgrader"]
    listing = [*run, "db", "student", "list", *options]
    listed = subprocess.run(listing, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert "anna" in listed.stdout + listed.stderr
    subprocess.run([*run, "export", *options, "--to=g.csv"], check=True, capture_output=True, cwd=tmp_path)
    (row,) = csv.DictReader((tmp_path / "g.csv").read_text().splitlines())
    assert (row["student_id"], row["score"], row["max_score"]) == ("anna", "11.0", "13.0")


def test_the_version_is_that_of_nbgraders_own_tables(db):
    enter(db, result("anna"))
    with sqlite3.connect(db) as connection:
        ((version,),) = connection.execute("select version_num from alembic_version").fetchall()
    connection.close()
    assert len(version) == 12


def test_a_database_in_use_or_damaged_is_a_sentence(db, monkeypatch):
    monkeypatch.setattr(gradebook, "_SECONDS", 0)
    enter(db, result("anna"))
    connection = sqlite3.connect(db)
    connection.execute("begin exclusive")
    with pytest.raises(GradingError, match=r"database is locked.*Close formgrader.*--resume"):
        enter(db, result("ben"))
    connection.close()
    db.write_bytes(b"no database at all" * 100)
    with pytest.raises(GradingError, match="not a database"):
        enter(db, result("ben"))


def test_no_gradebook_no_marks_by_hand(db):
    assert manual_scores(db) == {}
