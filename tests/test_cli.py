"""The command line: sentences in place of stack traces, exit codes, and an answer at once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gentutor import __version__, cli
from gentutor.knobs import lesson_knobs
from tests.workspace.masters import code, exercise_cells, write_master

runner = CliRunner()
HEAVY = ("torch", "numpy", "nbformat", "nbgrader", "papermill", "matplotlib", "IPython", "ipywidgets")


@pytest.fixture
def masters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "masters"
    write_master(folder, *exercise_cells())
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(folder))
    return folder


def said_by_main(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command as installed; it must fail with exit code 1. What it printed on standard error."""
    monkeypatch.setattr(sys, "argv", ["gentutor", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    return capsys.readouterr().err


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['gentutor', '--help']; import gentutor.cli as c\n"
        "try: c.main()\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "Learn how generative AI is trained" in done.stdout


def test_every_command_says_what_it_does() -> None:
    for command in cli.app.registered_commands:
        assert command.callback is not None
        assert (command.callback.__doc__ or "").strip().endswith(".")


def test_version() -> None:
    assert runner.invoke(cli.app, ["version"]).output.strip() == __version__


def test_an_error_is_a_sentence(
    masters: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = said_by_main(monkeypatch, capsys, "student", "tinny", "--out", "-")
    assert said.strip() == "There is no lesson 'tinny'. Did you mean 01_tiny? There are: 01_tiny."


def test_debug_shows_where_an_error_came_from(masters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gentutor.errors import LessonNotFoundError

    monkeypatch.setattr(sys, "argv", ["gentutor", "--debug", "student", "nothing", "--out", "-"])
    with pytest.raises(LessonNotFoundError):
        cli.main()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "--profile", "fast"], "The profile must be 'quick' or 'full'; got 'fast'."),
        (["run", "--set", "beta"], "--set takes knob=value, such as --set beta=4; got 'beta'."),
        (["knobs", "quantum"], "There is no lesson 'quantum'."),
    ],
)
def test_wrong_options_are_refused_in_a_sentence(
    masters: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    assert sentence in said_by_main(monkeypatch, capsys, *arguments)


def test_lessons_lists_what_is_there(masters: Path) -> None:
    shown = runner.invoke(cli.app, ["lessons"]).output
    assert "01_tiny" in shown
    assert "Tiny: one and one" in shown


def test_knobs_as_table_and_as_markdown() -> None:
    assert "beta" in runner.invoke(cli.app, ["knobs", "04_vaes"]).output
    shown = runner.invoke(cli.app, ["knobs", "vaes", "--markdown"]).output
    assert lesson_knobs("vaes").markdown_table() in shown


def test_format_checks_and_mends(masters: Path) -> None:
    checked = runner.invoke(cli.app, ["format", "--check"])
    assert checked.exit_code == 1
    assert "01_tiny.ipynb: cell 2 (add): id None in place of 'add'" in checked.output
    assert "1 of 1 notebooks are not in canonical form" in checked.output
    assert runner.invoke(cli.app, ["format", "tiny"]).output == "01_tiny.ipynb: written\n"
    assert runner.invoke(cli.app, ["format", "--check"]).exit_code == 0
    assert "is in canonical form" in runner.invoke(cli.app, ["format"]).output


def test_student_writes_the_copy(masters: Path, tmp_path: Path) -> None:
    out = tmp_path / "copy.ipynb"
    assert runner.invoke(cli.app, ["student", "tiny", "--out", str(out)]).exit_code == 0
    assert "total_of_both" not in out.read_text()
    assert runner.invoke(cli.app, ["student", "tiny", "--out", "-"]).output == out.read_text()


def test_run_prints_a_table_writes_a_report_and_fails_when_a_lesson_does(masters: Path, tmp_path: Path) -> None:
    write_master(masters, code("print('fine')"), name="02_fine")
    file = tmp_path / "report.json"
    ended = runner.invoke(cli.app, ["run", "--report", str(file)])
    assert ended.exit_code == 1
    assert "Lessons, quick profile" in ended.output
    assert "01_tiny check failed" in ended.output
    verdicts = {lesson["lesson"]: lesson["verdict"] for lesson in json.loads(file.read_text())["lessons"]}
    assert verdicts == {"01_tiny": "check failed", "02_fine": "passed"}
    assert runner.invoke(cli.app, ["run", "02_fine"]).exit_code == 0


def test_a_study_is_stopped_resumed_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gentutor.tuning import Study

    file = str(tmp_path / "a.study")
    whole = Study.run

    def interrupted(self: Study, **options: object) -> Study:
        whole(self, until=2, progress=False)
        raise KeyboardInterrupt

    monkeypatch.setattr(Study, "run", interrupted)
    study = ["study", "names", "--trials", "4", "--budget", "900", "--file", file]
    ended = runner.invoke(cli.app, study)
    assert (ended.exit_code, "Interrupted after 2 of 4" in ended.output) == (130, True)
    monkeypatch.undo()
    done = runner.invoke(cli.app, study)
    assert done.exit_code == 0, done.output
    assert "Best of 4 trials" in done.output


def test_a_study_that_cannot_be_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "there is: names" in said_by_main(monkeypatch, capsys, "study", "cats")
    assert "--file" in said_by_main(monkeypatch, capsys, "study", "names", "--workers", "2")
    assert "none, halving, hyperband" in said_by_main(monkeypatch, capsys, "study", "names", "--pruner", "luck")
    assert "No Dask scheduler" in said_by_main(
        monkeypatch, capsys, "study", "names", "--trials", "1", "--scheduler", "tcp://127.0.0.1:1"
    )


@pytest.mark.parametrize("name", ["4", "04", "vaes", "04_vaes", "04_vaes.ipynb"])
def test_knobs_of_a_lesson_are_found_by_any_of_its_names(name: str) -> None:
    done = CliRunner().invoke(cli.app, ["knobs", name, "--markdown"])
    assert done.exit_code == 0
    assert "latent_dim" in done.output
