"""What a student shares: only with consent, only numbers and gentutor's own words, and it can be taken back."""

import errno
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from typer.testing import CliRunner

from gentutor import cli
from gentutor.errors import SharingError, WorkspaceError
from gentutor.exercises.number_line import Axis
from gentutor.exercises.predictions import _read_range
from gentutor.workspace.files import cell_source, read_notebook
from gentutor.workspace.lessons import lesson_path
from gentutor.workspace.shared import KIND, Shared, SharedExercise, SharedLesson, SharedPrediction
from gentutor.workspace.shared_reading import read_shared
from gentutor.workspace.sharing import WHAT_NOT, consent, prepare, share, withdraw, workspace_of
from gentutor.workspace.steps import all_steps, steps_of
from gentutor.workspace.summary import summarise

runner = CliRunner()
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECRET = "sk-very-secret in my_own_function at /home/ada/thesis.py"


def entry(minute: float, kind: str, lesson: str = "04_vaes", **values: object) -> dict[str, object]:
    when = START + timedelta(minutes=minute)
    return {"v": 1, "time": when.isoformat(), "kind": kind, "lesson": lesson, **values}


def tried(minute: float, verdict: str, **values: object) -> dict[str, object]:
    found = {"exercise": "kl_divergence", "verdict": verdict, "misconception": "", "code": "", "message": SECRET}
    return entry(minute, "check", **found | values)


WEEK = [
    tried(0, "not attempted"),
    tried(3, "raised", code="raised"),
    tried(4, "raised", code="raised"),  # the same cell, run again
    entry(5, "hint", exercise="kl_divergence", number=1),
    tried(7, "differs", misconception="half forgotten", code="factor", message="256 times"),
    tried(9, "differs", misconception=SECRET, code=SECRET, message="own"),
    tried(10, "right", message="Every check passed."),
    tried(11, "differs", code="shape", message="played on"),
    entry(12, "prediction", "", name="kl-at-beta-8", guess=3.0),
    entry(13, "prediction", "", name="kl-at-beta-8", guess=5.0, range=[4.0, 6.0]),
    entry(14, "reveal", "", name="kl-at-beta-8", guess=5.0, measured=4.123456789, score=9.0),
    entry(15, "prediction", "", name="kl-at-beta-8", guess=4.1),
    entry(120, "prediction", "", name="less-likely-than-black", guess=20.0),
    entry(121, "quiz", "00_welcome", name="real-or-fake", ratings=[0]),
    entry(122, "check", SECRET, exercise=SECRET, verdict="right"),
]  # fmt: skip


@pytest.fixture(scope="module")
def steps():
    return all_steps()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / ".gentutor").mkdir()
    lines = "".join(json.dumps(one) + "\n" for one in WEEK)
    (tmp_path / ".gentutor" / "progress.jsonl").write_text(lines)
    return tmp_path


def test_progress_becomes_numbers_and_known_names(steps) -> None:
    misconceptions = {one.name for one in steps["04_vaes"].exercises["kl_divergence"].misconceptions}
    assert "half forgotten" in misconceptions, "the test needs another name"
    lesson = summarise(WEEK, steps)["04_vaes"]
    way = lesson.exercises["kl_divergence"]
    assert (way.attempts, way.right, way.hints, way.minutes) == (4, True, 1, 11)
    assert way.met == {"raised": 1, "half forgotten": 1}
    assert lesson.predictions["kl-at-beta-8"] == SharedPrediction(5.0, (4.0, 6.0), 4.12346)
    assert lesson.predictions["less-likely-than-black"] == SharedPrediction(20.0)
    assert lesson.minutes == 15  # the pause of 105 minutes is none of it


def test_nothing_that_was_typed_gets_into_the_file(workspace: Path) -> None:
    text = prepare(workspace).to_text()
    for word in ("secret", "thesis", "my_own", "home"):
        assert word not in text
    assert read_shared(text.encode()).lessons["04_vaes"].exercises["kl_divergence"].right


@pytest.mark.parametrize(
    "junk",
    [{"time": 3}, {"verdict": None}, {"number": "x"}, {"guess": [1]}, {"range": [1, "a"]}, {"guess": 10**400},
     {"guess": True}, {"measured": "nan"}, {"exercise": {"a": 1}}],
)  # fmt: skip
def test_a_progress_file_that_somebody_edited_costs_no_more_than_itself(junk: dict[str, object], steps) -> None:
    strange = [{**one, **{key: value for key, value in junk.items() if key in one}} for one in WEEK]
    for lesson in summarise([*WEEK, *strange], steps).values():
        read_shared(Shared("0" * 16, START.isoformat(), {"04_vaes": lesson}).to_text().encode())


def run(workspace: Path, *arguments: str, answer: str = "") -> str:
    outcome = runner.invoke(cli.app, ["share", "--workspace", str(workspace), *arguments], input=answer)
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
    return outcome.output


def files(workspace: Path) -> list[Path]:
    return sorted(workspace.glob("gentutor-share-*.json"))


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "what?\nn\n"])
def test_without_a_yes_nothing_is_written(workspace: Path, answer: str) -> None:
    before = sorted(workspace.rglob("*"))
    said = run(workspace, answer=answer)
    assert "Write this file" in said
    assert sorted(workspace.rglob("*")) == before
    assert consent(workspace) == {}


def test_a_yes_writes_exactly_what_was_shown_and_the_consent(workspace: Path) -> None:
    said = run(workspace, answer="y\n")
    (path,) = files(workspace)
    assert path.read_text() in said
    assert WHAT_NOT in said
    assert "Nothing was sent" in said
    found = json.loads(path.read_text())
    assert (found["kind"], found["consent"], "name" in found) == (KIND, True, False)
    assert consent(workspace)["consent"] is True
    assert os.environ.get("USER", "root-no-such") not in path.read_text()
    run(workspace, "--yes", "--lesson", "vaes", "--name", " Ada  Lovelace ")
    assert files(workspace) == [path], "the pseudonym stays the same"
    assert json.loads(path.read_text())["name"] == "Ada Lovelace"


def test_consent_is_withdrawn_and_the_next_pseudonym_is_another(workspace: Path) -> None:
    run(workspace, "--yes")
    (path,) = files(workspace)
    said = run(workspace, "--withdraw")
    assert files(workspace) == []
    assert path.stem.removeprefix("gentutor-share-") in said
    assert consent(workspace) == {"v": 1, "consent": False, "time": consent(workspace)["time"]}
    assert "ask to delete" not in run(workspace, "--withdraw"), "there is nothing more to withdraw"
    run(workspace, "--yes")
    assert files(workspace) != [path]


@pytest.mark.parametrize("name", ["x" * 81, "a\x00b", "a\u202eb"])
def test_a_name_is_short_and_visible(workspace: Path, name: str) -> None:
    with pytest.raises(SharingError, match="at most 80"):
        prepare(workspace, name)


def test_nothing_to_share_and_no_workspace_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(SharingError, match="--workspace"):
        workspace_of(tmp_path)
    (tmp_path / "workspace" / ".gentutor").mkdir(parents=True)
    assert workspace_of(tmp_path) == tmp_path / "workspace"
    with pytest.raises(SharingError, match="Nothing was recorded"):
        prepare(tmp_path / "workspace")


def test_a_full_disk_shares_nothing_and_says_so(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    shared = prepare(workspace)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        share(workspace, shared)
    assert files(workspace) == []
    monkeypatch.undo()
    assert withdraw(workspace) == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "else"}, "not written by"),
        ({"v": 2}, "update your gentutor"),
        ({"v": None}, "ask for a new one"),
        ({"consent": False}, "consented"),
        ({"consent": "true"}, "consented"),
        ({"pseudonym": "<script>"}, "pseudonym"),
        ({"made": "yesterday"}, "when it was made"),
        ({"made": None}, "when it was made"),
        ({"name": ["a"]}, "name"),
        ({"name": "x" * 1000}, "name"),
        ({"lessons": []}, "lessons are not"),
        ({"lessons": {"a": 1}}, "lessons are not"),
        ({"lessons": {"a" * 300: {}}}, "lessons are not"),
        ({"lessons": {str(i): {} for i in range(999)}}, "lessons are not"),
        ({"lessons": {"a": {"minutes": -1}}}, "whole number"),
        ({"lessons": {"a": {"minutes": True}}}, "whole number"),
        ({"lessons": {"a": {"exercises": {"e": {"attempts": 10**30}}}}}, "whole number"),
        ({"lessons": {"a": {"exercises": {"e": {"hints": 4}}}}}, "from 0 to 3"),
        ({"lessons": {"a": {"exercises": {"e": {"right": True}}}}}, "more was found than was tried"),
        ({"lessons": {"a": {"exercises": {"e": {"attempts": 1, "met": {"m": 2}}}}}}, "more was found"),
        ({"lessons": {"a": {"exercises": {"e": {"attempts": 1, "met": [2]}}}}}, "not as gentutor"),
        ({"lessons": {"a": {"predictions": {"p": {}}}}}, "no number"),
        ({"lessons": {"a": {"predictions": {"p": {"guess": "1"}}}}}, "no number"),
        ({"lessons": {"a": {"predictions": {"p": {"guess": 10**400}}}}}, "finite"),
        ({"lessons": {"a": {"predictions": {"p": {"guess": 1, "range": [2, 1]}}}}}, "empty"),
        ({"lessons": {"a": {"predictions": {"p": {"guess": 1, "range": 3}}}}}, "two numbers"),
    ],
)
def test_a_file_that_cannot_be_is_refused_with_its_reason(change: dict[str, object], words: str) -> None:
    good = json.loads(Shared("0" * 16, START.isoformat(), {}).to_text())
    assert read_shared(json.dumps(good).encode()).lessons == {}
    with pytest.raises(SharingError, match=words):
        read_shared(json.dumps(good | change).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 200_000, b"\xff\xfe", b'{"kind": NaN}', b"9" * 5000, b"[]"])
def test_what_is_no_json_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(SharingError, match="it "):
        read_shared(data)
    with pytest.raises(SharingError, match="larger than 256 kB"):
        read_shared(b" " * 300_000)


def test_every_prediction_of_every_lesson_is_found(steps) -> None:
    for name, one in steps.items():
        cells = [cell_source(cell) for cell in read_notebook(lesson_path(name))["cells"] if cell["cell_type"] == "code"]
        assert len(one.predictions) == sum(source.count("predict(\"") for source in cells), name
        assert set(one.order) == {*one.exercises, *one.predictions}


def test_a_cell_with_magic_commands_costs_only_its_own_predictions(tmp_path: Path) -> None:
    from tests.workspace.masters import code, exercise_cells, write_master

    asked = 'predict("x", "How many?", low=0, high=9, guess=None)'
    path = write_master(tmp_path, *exercise_cells(), code(f"%time\n{asked}"), code(asked),
                        code("predict(name, low=1, high=low)"))  # fmt: skip
    assert set(steps_of(path).predictions) == {"x"}


@pytest.mark.parametrize(("guess", "span"), [((20, 40), (20.0, 40.0)), ([40, 20], (20.0, 40.0)), ((5, 5), None),
                                             ((1,), None), ((0, 101), None), (("a", 3), None), (7, None)])  # fmt: skip
def test_a_range_is_two_numbers_on_the_line(guess: object, span: object) -> None:
    assert _read_range(guess, Axis(0, 100)) == span


LESSON = """
from gentutor.exercises import check, choose, hint, predict, reveal

def kl_divergence(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).mean(1)

kl_divergence = check(kl_divergence)
hint("kl_divergence")
predict("kl-at-beta-8", "How many nats?", low=0, high=30, unit="nats", guess=(3, 8))
reveal("kl-at-beta-8", 4.5)
choose("why_log_variance", "z")
"""


def test_from_a_kernel_in_a_workspace_to_what_the_teacher_reads(tmp_path: Path) -> None:
    (tmp_path / ".gentutor").mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(LESSON)])
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    run(tmp_path, "--yes")
    (path,) = files(tmp_path)
    lesson = read_shared(path.read_bytes()).lessons["04_vaes"]
    way = lesson.exercises["kl_divergence"]
    assert (way.attempts, way.right, way.hints, sum(way.met.values())) == (1, False, 1, 1)
    assert lesson.predictions["kl-at-beta-8"] == SharedPrediction(5.5, (3.0, 8.0), 4.5)
    assert lesson.exercises["why_log_variance"] == SharedExercise(1, False, 0, 0, {"no letter": 1})
    assert isinstance(lesson, SharedLesson)
