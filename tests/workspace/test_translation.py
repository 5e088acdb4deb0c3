"""Translations are whole and up to date, the code is the same in every language, and so are the marks."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gentutor.cli import app
from gentutor.errors import GradingError, LanguageError
from gentutor.exercises.contract import Choice, Written
from gentutor.exercises.registry import exercises
from gentutor.grading.grade import Options, grade
from gentutor.grading.walls import choose_wall
from gentutor.language import catalogue, languages
from gentutor.language.catalogue import COMMON, SOURCE
from gentutor.workspace import translation
from gentutor.workspace.files import cell_source, read_notebook
from gentutor.workspace.lessons import find_lesson, find_lessons, lesson_path
from gentutor.workspace.student import student_copy
from gentutor.workspace.student_folder import make_workspace
from gentutor.workspace.translation import gaps, read_catalogue, template, translate_cells, translated_lessons, update
from tests.workspace.masters import code, exercise_cells, markdown, write_master

LANGUAGES = [chosen for chosen in languages() if chosen != SOURCE]
TRANSLATED = [(lesson, chosen) for chosen in LANGUAGES for lesson in translated_lessons(chosen)]


def copies(lesson: str, chosen: str) -> tuple[list[dict], list[dict]]:
    """The cells of the student copy in English and in another language."""
    english, other = (json.loads(student_copy(find_lesson(lesson), one))["cells"] for one in (SOURCE, chosen))
    return english, other


def test_the_first_two_lessons_are_translated() -> None:
    assert {("00_welcome", "de"), ("01_data", "de")} <= set(TRANSLATED)


@pytest.mark.parametrize(("lesson", "chosen"), [*TRANSLATED, *((COMMON, chosen) for chosen in LANGUAGES)])
def test_nothing_is_missing_or_stale(lesson: str, chosen: str) -> None:
    left = [gap.sentence for gap in gaps(lesson, chosen)]
    assert not left, f"`gentutor translate {chosen}` updates the files; then translate:\n" + "\n".join(left)


@pytest.mark.parametrize(("lesson", "chosen"), TRANSLATED)
def test_code_is_written_once_and_only_prose_is_translated(lesson: str, chosen: str) -> None:
    for english, other in (copies(lesson, chosen), masters(lesson, chosen)):
        assert [cell["id"] for cell in english] == [cell["id"] for cell in other]
        for one, same in zip(english, other, strict=True):
            assert one["metadata"] == same["metadata"], one["id"]
            assert one["cell_type"] == same["cell_type"]
            if one["cell_type"] == "code":
                assert cell_source(one) == cell_source(same), one["id"]
            elif "nbgrader" not in one["metadata"]:
                assert cell_source(one) != cell_source(same), one["id"]


def masters(lesson: str, chosen: str) -> tuple[list[dict], list[dict]]:
    english, other = (read_notebook(lesson_path(lesson))["cells"] for _ in range(2))
    translate_cells(other, lesson, chosen)
    return english, other


@pytest.mark.parametrize(("lesson", "chosen"), TRANSLATED)
def test_a_translation_keeps_the_form_and_length_of_a_lesson(lesson: str, chosen: str) -> None:
    english, other = masters(lesson, chosen)
    prose = [cell_source(cell) for cell in other if cell["cell_type"] == "markdown" and not cell["metadata"]]
    assert 900 <= len(" ".join(prose).split()) <= 2200  # English has 2,000; German needs a few more
    for one, same in zip(english, other, strict=True):
        for sign in (r"^#+ ", r"^- ", r"\*\*", r"^> ", r"\d{3,}"):
            counts = [len(re.findall(sign, cell_source(cell), re.MULTILINE)) for cell in (one, same)]
            assert sign == r"\d{3,}" or counts[0] == counts[1], f"{one['id']}: {sign}"
        assert '"' not in re.sub(r"`[^`]*`", "", cell_source(same)) or same["cell_type"] == "code", same["id"]


def test_an_untranslated_lesson_stays_english() -> None:
    name = next(lesson.name for lesson in find_lessons() if lesson.name not in translated_lessons("de"))
    assert student_copy(find_lesson(name), "de") == student_copy(find_lesson(name))


def test_a_changed_lesson_makes_its_translation_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "masters"
    say = "print(1)\nclaim('One and one is two', True)"
    cells = [markdown("Some prose that is long enough to be found again."), code(say), *exercise_cells()]
    path = write_master(folder, *cells)
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(folder))
    monkeypatch.setattr(translation, "of_exercises", lambda lesson: ())
    monkeypatch.setattr(catalogue, "_HERE", tmp_path / "language")
    assert {gap.what for gap in gaps("01_tiny", "de")} == {"missing"}
    file = update("01_tiny", "de")
    assert file == update("01_tiny", "de")
    text = file.read_text(encoding="utf-8")
    assert '"One and one is two"\nmsgstr ""' in text
    text = re.sub(r'msgid "(.+)"\nmsgstr ""', r'msgid "\1"\nmsgstr "Gesagt: \1"', text)
    file.write_text(text, encoding="utf-8")
    assert [gap.where for gap in gaps("01_tiny", "de")] == ["cell 01-tiny-one-and-one"]  # the head, of several lines
    cells[0]["source"] = "Some prose that is long enough to be found once more."
    write_master(folder, *cells)
    assert "missing" in {gap.what for gap in gaps("01_tiny", "de")}
    update("01_tiny", "de")
    assert "stale" in {gap.what for gap in gaps("01_tiny", "de")}
    changed = student_copy(path, "de")
    assert "found once more" in changed, "what is stale stays English"
    assert "Gesagt: Some prose" not in changed


def test_lost_code_and_unknown_marks_are_found() -> None:
    (wanted,) = (m for m in template("01_data") if "`é` may be" in str(m.id))
    said = template("01_data").get(wanted.id, wanted.context)
    said.string = "Text ohne das Zeichen."
    assert translation._fault(wanted, said) == "`é` is lost"
    said.string = f"{wanted.id} {{7}}"
    assert translation._fault(wanted, said) == "{7} is no mark of the English"


def test_a_workspace_changes_its_language_and_keeps_a_students_work(tmp_path: Path) -> None:
    folder = tmp_path / "masters"
    write_master(folder, *exercise_cells())
    work = tmp_path / "work"
    assert [one.what for one in make_workspace(work, folder)] == ["made"]
    assert [one.what for one in make_workspace(work, folder, "de")] == ["unchanged"], "it has no German"
    assert catalogue.remembered(work) == "de"


def test_bad_languages_get_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LanguageError, match="there are: en, de"):
        translation.require_language("xx")
    with pytest.raises(LanguageError, match="'de' or 'pt_BR'"):
        translation.require_code("klingon")
    with pytest.raises(LanguageError, match="nothing to translate"):
        translation.require_code("en")
    monkeypatch.setattr(catalogue, "_HERE", tmp_path)
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "01_data.po").write_text('nonsense\n', encoding="utf-8")
    with pytest.raises(LanguageError, match="is no PO file"):
        read_catalogue("01_data", "de")


def test_the_command_says_that_all_is_done() -> None:
    done = CliRunner().invoke(app, ["translate", "de", "--check"])
    assert (done.exit_code, done.output) == (0, "Everything is translated.\n")


def answered(lesson: str, chosen: str) -> bytes:
    """A submission in a language: the first function and the words are left out, the rest is as in the master."""
    notebook = json.loads(student_copy(find_lesson(lesson), chosen))
    solutions = {cell["id"]: cell_source(cell) for cell in read_notebook(lesson_path(lesson))["cells"]}
    contracts = {contract.name: contract for contract in exercises(lesson)}
    wrong = next(name for name, one in contracts.items() if not isinstance(one, (Choice, Written)))
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        name = marks.get("grade_id", "")
        if marks.get("solution") and name != wrong and not isinstance(contracts[name], Written):
            cell["source"] = solutions[cell["id"]]
    return json.dumps(notebook).encode()


@pytest.mark.parametrize("lesson", ["00_welcome"])
def test_submissions_get_the_same_marks_in_every_language(tmp_path: Path, lesson: str) -> None:
    try:
        choose_wall()
    except GradingError as error:
        pytest.skip(str(error))
    for chosen in languages():
        (tmp_path / "in" / chosen).mkdir(parents=True)
        (tmp_path / "in" / chosen / f"{lesson}.ipynb").write_bytes(answered(lesson, chosen))
    results = grade(tmp_path / "in", lesson, tmp_path / "out", Options())
    marks = {one.student: [(v.exercise, v.kind, v.points, v.message) for v in one.verdicts] for one in results}
    assert len(marks) == len(languages())
    assert all(mark == marks["en"] for mark in marks.values())
    kinds = {kind for _, kind, _, _ in marks["en"]}
    assert kinds == {"not attempted", "right"}
