"""The whole command: a class goes in, marks, pages and a report come out, whatever happens on the way."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from gentutor.cli import app
from gentutor.errors import GradingError, SubmissionsError
from gentutor.grading.grade import Options, grade
from gentutor.grading.inside.confinement import Limits
from gentutor.grading.marking import Marker
from gentutor.grading.walls import choose_wall
from gentutor.workspace import sandbox
from tests.grading.submissions import LESSON, as_bytes, filled

WRONG = "def kl_divergence(mu, logvar):\n    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(1)\n"
LOOP = "def kl_divergence(mu, logvar):\n    while True:\n        pass\n"


@pytest.fixture(scope="module", autouse=True)
def _a_wall():
    try:
        choose_wall()
    except GradingError as error:
        pytest.skip(str(error))


@pytest.fixture
def handed_in(tmp_path):
    """Four students: right, wrong in one exercise, unreadable, and one who did nothing."""
    folder = tmp_path / "handed in"
    contents = {
        "anna": as_bytes(filled()),
        "ben": as_bytes(filled(kl_divergence=WRONG)),
        "cem": b"this is no notebook",
        "dora": as_bytes(filled(reparameterise=None, kl_divergence=None, elbo=None)),
    }
    for student, content in contents.items():
        (folder / student).mkdir(parents=True)
        (folder / student / f"{LESSON}.ipynb").write_bytes(content)
    return folder


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_a_class_gets_marks_pages_and_a_report(handed_in, tmp_path):
    out = tmp_path / "marks"
    done = CliRunner().invoke(app, ["grade", str(handed_in), "--lesson", "vaes", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "unreadable: cem" in done.output
    assert "1 × kl_divergence: mean over latent units" in done.output
    table = rows(out / "grades.csv")
    assert [table[name]["kl_divergence"] for name in ("anna", "ben", "dora")] == ["3", "0", "0"]
    assert table["ben"]["elbo"] == "5", "a wrong answer costs its own points and not those of the next"
    assert table["cem"]["result"] == "unreadable"
    assert {path.stem for path in (out / "feedback").iterdir()} == {"anna", "ben", "cem", "dora"}
    tables = ("grades_canvas.csv", "grades_moodle.csv", "written.csv")
    for name in ("report.html", "gradebook.db", "verdicts.json", *tables):
        assert (out / name).stat().st_size > 0, name
    verdicts = json.loads((out / "verdicts.json").read_text(encoding="utf-8"))
    assert Limits().sentence in json.dumps(verdicts), "the limits that were used"
    assert not list(out.glob(".unpacked*"))


def test_several_workers_give_the_same_marks_as_one(handed_in, tmp_path):
    one = grade(handed_in, LESSON, tmp_path / "one", Options(jobs=1))
    two = grade(handed_in, LESSON, tmp_path / "two", Options(jobs=2))
    assert [(r.student, r.kind, r.points) for r in one] == [(r.student, r.kind, r.points) for r in two]


def test_a_zip_is_graded_and_what_was_unpacked_is_gone(handed_in, tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for path in handed_in.rglob("*.ipynb"):
            name = path.parent.name
            archive.write(path, f"{name.title()} Doe_12345{len(name)}_assignsubmission_file_/{LESSON}.ipynb")
    results = grade(tmp_path / "class.zip", LESSON, tmp_path / "marks", Options())
    assert {result.kind for result in results} == {"graded", "unreadable"}
    assert all(result.moodle_id for result in results)
    assert not list((tmp_path / "marks").glob(".unpacked*"))


def test_resume_grades_only_what_is_new_or_changed(handed_in, tmp_path):
    out = tmp_path / "marks"
    grade(handed_in, LESSON, out, Options())
    with pytest.raises(GradingError, match="--resume"):
        grade(handed_in, LESSON, out, Options())
    (handed_in / "ben" / f"{LESSON}.ipynb").write_bytes(as_bytes(filled()))
    graded = []
    results = grade(handed_in, LESSON, out, Options(resume=True), on_result=lambda r: graded.append(r.student))
    assert graded == ["ben"]
    assert len(results) == 4
    assert rows(out / "grades.csv")["ben"]["kl_divergence"] == "3"


def test_resume_sees_a_change_in_a_file_beside_the_notebook(handed_in, tmp_path):
    out, options = tmp_path / "marks", Options(allowed=("help.py",))
    (handed_in / "anna" / "help.py").write_text("ONE = 1\n")
    grade(handed_in, LESSON, out, options)
    (handed_in / "anna" / "help.py").write_text("ONE = 2\n")
    graded = []
    options = replace(options, resume=True)
    grade(handed_in, LESSON, out, options, on_result=lambda r: graded.append(r.student))
    assert graded == ["anna"]


def test_only_grades_one_anew_and_keeps_the_others(handed_in, tmp_path):
    out = tmp_path / "marks"
    grade(handed_in, LESSON, out, Options())
    graded = []
    grade(handed_in, LESSON, out, Options(only=("ben",)), on_result=lambda r: graded.append(r.student))
    assert graded == ["ben"]
    assert len(rows(out / "grades.csv")) == 4
    with pytest.raises(SubmissionsError, match="Did you mean anna"):
        grade(handed_in, LESSON, out, Options(only=("ana",)))


def test_a_grader_that_is_killed_loses_nothing_and_leaves_nothing(tmp_path):
    folder, out = tmp_path / "class", tmp_path / "marks"
    folder.mkdir()
    for number in range(12):
        (folder / f"student{number:02d}.ipynb").write_bytes(as_bytes(filled()))
    command = [sys.executable, "-m", "gentutor", "grade", str(folder), "--lesson", LESSON, "--out", str(out)]
    running = subprocess.Popen([*command, "--jobs", "2"], stdout=subprocess.DEVNULL, start_new_session=True)
    journal, family = out / "verdicts.jsonl", []
    until = time.monotonic() + 120
    while time.monotonic() < until and not (journal.exists() and journal.read_bytes().count(b"fingerprint") >= 3):
        time.sleep(0.05)
    family = psutil.Process(running.pid).children(recursive=True)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert family, "it was killed while it worked"
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
    whole = [line for line in journal.read_text(encoding="utf-8").split("\n") if line.endswith("}")]
    stored = {json.loads(line)["result"]["student"] for line in whole}
    assert 3 <= len(stored) < 12
    graded = []
    results = grade(folder, LESSON, out, Options(resume=True), on_result=lambda r: graded.append(r.student))
    assert len(results) == 12
    assert not set(graded) & stored, "nothing is graded twice"
    assert {result.points for result in results} == {results[0].points}
    assert len(rows(out / "grades.csv")) == 12


def test_one_endless_loop_costs_its_own_deadline_and_a_second(bench_seconds):
    ordinary, looping = bench_seconds(WRONG), bench_seconds(LOOP)
    assert looping - ordinary < 2.0 + 1.0 + 1.5, "the check's two seconds, the second for the others, and slack"


@pytest.fixture
def bench_seconds(best_bench):
    def seconds(source):
        return best_bench.mark(as_bytes(filled(kl_divergence=source))).seconds

    return seconds


def test_own_checks_count_and_share_the_points(handed_in, tmp_path):
    own = tmp_path / "own.py"
    own.write_text(
        "import torch\nfrom gentutor.exercises.contract import Check\n"
        "def sure(g):\n    return torch.randn(7, 3, generator=g), torch.full((7, 3), -6.0)\n"
        'CHECKS = {"kl_divergence": (Check("very sure codes", sure, share=0.5),)}\n',
        encoding="utf-8",
    )
    results = {r.student: r for r in grade(handed_in, LESSON, tmp_path / "marks", Options(checks=own))}
    findings = next(v for v in results["anna"].verdicts if v.exercise == "kl_divergence").findings
    assert "very sure codes" in [finding.check for finding in findings]
    assert results["anna"].points == results["anna"].of - results["anna"].waiting


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("CHECKS = 3", "must bind CHECKS"),
        ("1/0", "ZeroDivisionError"),
        ("from gentutor.exercises.contract import Check\nCHECKS = {'no': (Check('a', print, 1.0),)}", "'no'"),
    ],
)
def test_a_file_of_checks_that_is_not_in_order_is_refused_before_grading(handed_in, tmp_path, source, words):
    own = tmp_path / "own.py"
    own.write_text(source, encoding="utf-8")
    with pytest.raises(GradingError, match=words):
        grade(handed_in, LESSON, tmp_path / "marks", Options(checks=own))


def test_without_a_wall_it_refuses_unless_told_to_trust(handed_in, tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "bubblewrap_works", lambda: False)
    monkeypatch.setattr(sandbox, "namespaces_work", lambda: False)
    with pytest.raises(GradingError, match="--trust"):
        grade(handed_in, LESSON, tmp_path / "marks", Options())
    results = grade(handed_in, LESSON, tmp_path / "marks", Options(trust=True))
    assert {result.wall for result in results} == {"none"}
    assert "none" in (tmp_path / "marks" / "report.html").read_text(encoding="utf-8")
    assert next(r for r in results if r.student == "anna").points > 10


def test_a_fault_of_the_grader_is_no_zero_and_is_tried_again(handed_in, tmp_path, monkeypatch):
    out = tmp_path / "marks"
    marked = Marker._marked

    def broken(self, task, result):
        if task.submission.student == "ben":
            raise RuntimeError("the grader itself")
        return marked(self, task, result)

    monkeypatch.setattr(Marker, "_marked", broken)
    done = CliRunner().invoke(app, ["grade", str(handed_in), "--lesson", LESSON, "--out", str(out)])
    assert done.exit_code == 1
    assert "run again with --resume" in done.output
    assert rows(out / "grades.csv")["ben"]["points"] == ""
    monkeypatch.undo()
    again = CliRunner().invoke(app, ["grade", str(handed_in), "--lesson", LESSON, "--out", str(out), "--resume"])
    assert again.exit_code == 0
    assert float(rows(out / "grades.csv")["ben"]["points"]) > 0


def test_results_do_not_go_among_the_submissions(handed_in):
    with pytest.raises(GradingError, match="beside"):
        grade(handed_in, LESSON, handed_in / "marks", Options())


def test_a_cluster_grades_the_same_with_a_worker_killed_in_the_middle(handed_in, tmp_path):
    distributed = pytest.importorskip("distributed")
    for number in range(12):
        (handed_in / f"more{number:02d}.ipynb").write_bytes(as_bytes(filled()))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, worker_dashboard_address=None
    ) as cluster:
        workers = [worker.process.pid for worker in cluster.workers.values()]
        graded = []

        def kill_one(result):
            graded.append(result.student)
            if len(graded) == 2:
                os.kill(workers[0], signal.SIGKILL)

        options = Options(scheduler=cluster.scheduler_address)
        results = grade(handed_in, LESSON, tmp_path / "marks", options, on_result=kill_one)
    assert sorted(graded) == sorted(result.student for result in results)
    assert len(results) == 16
    assert {result.kind for result in results} == {"graded", "unreadable"}
    assert len({result.points for result in results if result.student.startswith("more")}) == 1


def test_every_lesson_gives_its_master_full_marks(tmp_path):
    """What a lesson's solutions need must be there where they are graded."""
    from gentutor.workspace.lessons import find_lessons

    for lesson in find_lessons():
        folder = tmp_path / lesson.name / "handed in"
        folder.mkdir(parents=True)
        (folder / "master.ipynb").write_bytes(Path(lesson.path).read_bytes())
        (result,) = grade(folder, lesson.name, tmp_path / lesson.name / "marks", Options())
        assert result.points == result.of - result.waiting, [v.message for v in result.verdicts if not v.right]
