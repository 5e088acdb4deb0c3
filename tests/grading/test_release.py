"""A release is nbgrader's course folder, and nbgrader's own tools make the same of it and mark by it."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gentutor import cli
from gentutor.errors import LessonFormError, WorkspaceError
from gentutor.grading.release import CONFIG, Released, release, teacher_copy
from gentutor.workspace.lessons import find_lesson, find_lessons
from gentutor.workspace.student import student_copy
from tests.workspace.masters import code, exercise_cells, markdown, marks, write_master

NAME = "01_tiny"
SOURCE, RELEASE = f"source/{NAME}/{NAME}.ipynb", f"release/{NAME}/{NAME}.ipynb"

RIGHT = "    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(1)"
HALF = RIGHT.replace("return", "value =") + "\n    return value if PART else value * 2"
KL = f"def kl_divergence(mu, logvar):\n    ### BEGIN SOLUTION\n{RIGHT}\n    ### END SOLUTION"


@pytest.fixture
def masters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lessons with an exercise that gentutor checks and one that a bare assertion checks."""
    folder = tmp_path / "masters"
    cells = [
        code("from gentutor.exercises import check, choose"),
        code(KL, nbgrader=marks("kl_divergence", solution=True)),
        code("kl_divergence = check(kl_divergence)", nbgrader=marks("check_kl_divergence", grade=True, points=3)),
        code(
            '### BEGIN SOLUTION\nwhy_log_variance = "c"  # or another\n### END SOLUTION',
            nbgrader=marks("why_log_variance", solution=True),
        ),
        code(
            'choose("why_log_variance", why_log_variance)',
            nbgrader=marks("check_why_log_variance", grade=True, points=1),
        ),
        markdown(
            "### BEGIN SOLUTION\nBecause.\n### END SOLUTION",
            nbgrader=marks("why", solution=True, grade=True, points=3),
        ),
        *exercise_cells(),
    ]
    write_master(folder, *cells)
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(folder))
    return folder


@pytest.fixture
def course(tmp_path: Path, masters: Path) -> Path:
    return tmp_path / "course"


def whats(released: list[Released]) -> dict[str, str]:
    return {one.name: one.what for one in released}


def sources(text: str) -> dict[str, str]:
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads(text)["cells"]}


def test_the_layout(course: Path) -> None:
    assert whats(release(find_lessons(), course)) == {CONFIG: "made", SOURCE: "made", RELEASE: "made"}
    assert (course / RELEASE).read_text(encoding="utf-8") == student_copy(find_lesson(NAME))
    assert (course / SOURCE).read_text(encoding="utf-8") == teacher_copy(find_lesson(NAME))


def test_the_teachers_copy_hands_over_the_points(course: Path) -> None:
    teachers = sources(teacher_copy(find_lesson(NAME)))
    hidden = teachers["check-kl-divergence"]
    assert hidden.startswith("kl_divergence = check(kl_divergence)\n### BEGIN HIDDEN TESTS\n")
    assert hidden.endswith("### END HIDDEN TESTS")
    assert "### BEGIN HIDDEN TESTS" in teachers["check-why-log-variance"]
    assert "### BEGIN SOLUTION" in teachers["kl-divergence"]
    assert "HIDDEN" not in teachers["check-add"]  # a bare assertion needs no points handed over


def test_a_second_release_changes_nothing(course: Path) -> None:
    release(find_lessons(), course)
    before = {path: path.stat().st_mtime_ns for path in course.rglob("*") if path.is_file()}
    assert set(whats(release(find_lessons(), course)).values()) == {"unchanged"}
    assert {path: path.stat().st_mtime_ns for path in course.rglob("*") if path.is_file()} == before


def test_what_the_teacher_changed_stays(course: Path, masters: Path) -> None:
    release(find_lessons(), course)
    mine = course / SOURCE
    mine.write_text(mine.read_text() + "\n")
    (course / CONFIG).write_text("c = get_config()\n")
    work = mine.read_bytes()
    write_master(masters, *exercise_cells(), code("print('second')"))
    done = {one.name: one for one in release(find_lessons(), course)}
    assert {name: one.what for name, one in done.items()} == {CONFIG: "beside", SOURCE: "beside", RELEASE: "updated"}
    assert mine.read_bytes() == work
    assert done[SOURCE].path.name == f"{NAME}.ipynb.release-2"  # which nbgrader does not take for a notebook
    assert "stays as it is" in done[SOURCE].sentence
    assert done[SOURCE].path.read_text() == teacher_copy(find_lesson(NAME))
    assert whats(release(find_lessons(), course))[SOURCE] == "unchanged"


def test_a_course_of_the_teachers_own_keeps_its_configuration(course: Path) -> None:
    course.mkdir()
    (course / CONFIG).write_text("c = get_config()\n")
    assert whats(release(find_lessons(), course))[CONFIG] == "unchanged"
    assert (course / CONFIG).read_text() == "c = get_config()\n"


def test_a_lost_record_is_the_safe_side(course: Path, masters: Path) -> None:
    release(find_lessons(), course)
    (course / ".gentutor-release.json").write_text("[")
    write_master(masters, *exercise_cells(), code("print('second')"))
    assert whats(release(find_lessons(), course))[RELEASE] == "beside"


def test_the_masters_are_not_a_course(masters: Path) -> None:
    for folder in (masters, masters / "course"):
        with pytest.raises(WorkspaceError, match="master lessons"):
            release(find_lessons(), folder)


def test_nothing_of_a_lesson_that_is_not_in_order(course: Path, masters: Path) -> None:
    write_master(masters, code("def f():\n    ### BEGIN SOLUTION\n    pass", nbgrader=marks("f", solution=True)))
    with pytest.raises(LessonFormError, match="END SOLUTION"):
        release(find_lessons(), course)
    assert not (course / "source").exists()


def test_the_command(course: Path, masters: Path) -> None:
    write_master(masters, *exercise_cells(), name="02_other")
    runner = CliRunner()
    done = runner.invoke(cli.app, ["release", "tiny", "--out", str(course)])
    assert done.exit_code == 0, done.output
    assert f"{RELEASE}: written." in done.output
    assert not (course / "release" / "02_other").exists()
    assert runner.invoke(cli.app, ["release", "--all", "--out", str(course)]).exit_code == 0
    assert (course / "release" / "02_other" / "02_other.ipynb").exists()
    for wrong in (["--out", str(course)], ["tiny", "--all", "--out", str(course)]):
        assert runner.invoke(cli.app, ["release", *wrong]).exit_code == 2


def nbgrader(course: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """nbgrader's own interface, with the course's own configuration."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import PyFileConfigLoader

    # nbgrader starts the program alembic, which lies beside Python.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    config = PyFileConfigLoader(CONFIG, path=str(course)).load_config()
    config.CourseDirectory.root = str(course)
    return NbGraderAPI(config=config)


def hand_in(course: Path, student: str, body: str, letter: str) -> None:
    notebook = json.loads((course / RELEASE).read_text())
    for cell in notebook["cells"]:
        if cell["id"] == "kl-divergence":
            cell["source"] = f"def kl_divergence(mu, logvar):\n{body}"
        if cell["id"] == "why-log-variance":
            cell["source"] = f'why_log_variance = "{letter}"'
        if cell["id"] == "check-kl-divergence":
            cell["source"] = "3.0"  # nbgrader puts its own cell back
    path = course / "submitted" / student / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook))


@pytest.mark.filterwarnings("ignore")  # nbgrader's own
def test_nbgraders_own_tools(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release(find_lessons(), course)
    ours = (course / RELEASE).read_bytes()
    api = nbgrader(course, monkeypatch)
    assert api.get_source_assignments() == {NAME}
    assert api.get_released_assignments() == set()  # known to its exchange only
    done = api.generate_assignment(NAME, force=True)
    assert done["success"], done["log"]
    assert (course / RELEASE).read_bytes() == ours
    assert api.get_assignment(NAME)["max_code_score"] == 6
    hand_in(course, "right", RIGHT, "c")
    hand_in(course, "half", HALF.replace("PART", "len(mu) == 4 and bool((mu.detach().abs() < 4).all())"), "c")
    hand_in(course, "none", "    raise NotImplementedError", "a")
    scores = {}
    for student in ("right", "half", "none"):
        done = api.autograde(NAME, student)
        assert done["success"], done["log"]
        with api.gradebook as book:
            scores[student] = book.find_submission(NAME, student).notebooks[0].score
    assert scores["right"] == 3 + 1
    assert scores["half"] == pytest.approx(2 + 1)
    assert scores["none"] == 0
