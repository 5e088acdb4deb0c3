"""What holds for every lesson: it runs, keeps its promises, has its parts, and its student copy gives nothing away."""

import ast
import json
import re
import statistics
from html.parser import HTMLParser

import pytest

from gentutor.exercises.contract import Exercise
from gentutor.exercises.questions import WRITTEN_STUB, Written
from gentutor.exercises.registry import exercises as exercises_of
from gentutor.workspace.canonical import offences
from gentutor.workspace.files import cell_source, read_notebook
from gentutor.workspace.student import student_copy
from tests.lessons.conftest import LESSONS, OTHER_SETTINGS

each_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)


def text_of(lesson, kind="markdown"):
    return [cell_source(cell) for cell in read_notebook(lesson.path)["cells"] if cell["cell_type"] == kind]


class Images(HTMLParser):
    def __init__(self):
        super().__init__()
        self.alts = []

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.alts.append(dict(attrs).get("alt") or "")


@pytest.mark.lesson
@each_lesson
def test_the_master_runs_and_every_claim_and_exercise_holds(lesson, executed):
    before = {path: path.stat().st_mtime_ns for path in lesson.path.parent.iterdir()}
    outcome, _ = executed(lesson)
    assert outcome.verdict == "passed", "\n".join([outcome.cell, *outcome.tail])
    assert outcome.claims >= 8
    assert outcome.right == outcome.exercises == len([e for e in lesson.exercises if not e.by_hand]) > 0
    assert {path: path.stat().st_mtime_ns for path in lesson.path.parent.iterdir()} == before


@pytest.mark.lesson
@each_lesson
def test_every_picture_of_the_executed_lesson_has_alt_text(lesson, executed):
    _, cells = executed(lesson)
    n_pictures = 0
    for cell in cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                n_pictures += 1
                images = Images()
                images.feed("".join(data.get("text/html", "")))
                assert images.alts, f"{cell['id']}: a picture without HTML that carries its alt text"
                assert all(len(alt) > 15 for alt in images.alts), f"{cell['id']}: {images.alts}"
    assert n_pictures >= 5


@pytest.mark.lesson
@each_lesson
def test_the_empty_student_copy_runs_to_the_end_and_scores_nothing_with_another_seed_too(lesson, executed, copied):
    master, _ = executed(lesson)
    outcome, cells = copied(lesson)
    assert OTHER_SETTINGS[lesson.name]["seed"] != 0
    assert outcome.verdict == "check failed", "\n".join([outcome.cell, *outcome.tail])
    assert outcome.claims == master.claims
    assert outcome.right == 0
    assert set(outcome.wrong) == {exercise.name for exercise in lesson.exercises if not exercise.by_hand}
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code[-1]["execution_count"], "the last cell was not reached"
    (score,) = (
        output["data"]["application/vnd.gentutor.score+json"]
        for cell in code
        for output in cell["outputs"]
        if "application/vnd.gentutor.score+json" in output.get("data", {})
    )
    assert score["points"] == 0
    assert score["of"] == lesson.points


@each_lesson
def test_the_student_copy_holds_no_line_of_a_solution(lesson):
    copy = student_copy(lesson)
    for source in [*text_of(lesson, "code"), *text_of(lesson)]:
        for solution in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, flags=re.DOTALL):
            for line in filter(None, (line.strip() for line in solution.splitlines())):
                assert line not in copy
    assert "SOLUTION" not in copy


@each_lesson
def test_the_points_in_the_notebook_are_those_of_the_exercises(lesson):
    declared = exercises_of(lesson.name)
    contracts = [(contract.name, contract.points, isinstance(contract, Written)) for contract in declared]
    assert [(exercise.name, exercise.points, exercise.by_hand) for exercise in lesson.exercises] == contracts


@each_lesson
def test_the_questions_in_the_notebook_are_those_of_the_contracts(lesson):
    prose, master = "\n".join(text_of(lesson)), "\n".join(text_of(lesson, "code"))
    cells = [cell_source(cell) for cell in json.loads(student_copy(lesson))["cells"]]
    for contract in exercises_of(lesson.name):
        if isinstance(contract, Exercise):
            continue
        for sentence in re.split(r"(?<=[?.]) ", contract.question):
            assert sentence.split(", in ")[0].rstrip(".") in prose
        if isinstance(contract, Written):
            assert f"{contract.min_words} to {contract.max_words} words" in prose
            assert WRITTEN_STUB in cells
            continue
        for letter, (text, _) in contract.options.items():
            assert f"({letter}) {text}" in prose
        assert f'{contract.name} = "{contract.right}"  # {contract.letters}\n' in master
        assert f"{contract.name} = None  # {contract.letters}" in cells
        assert f'choose("{contract.name}", {contract.name})' in cells


@each_lesson
def test_the_master_is_in_canonical_form(lesson):
    assert offences(lesson.path) == []


@each_lesson
def test_the_lesson_has_its_parts_and_its_measure(lesson):
    prose = re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "", "\n".join(text_of(lesson)), flags=re.DOTALL)
    for part in ("**You will learn**", "**Predict", "**Change it", "**Exercise 1**", "## What we saw"):
        assert part in prose, f"{part} is missing"
    for part in ("**Common mistakes.**", "## Sources", "**In a group.**", "## Questions"):
        assert part in prose, f"{part} is missing"
    assert 900 <= len(prose.split()) <= 2200  # formulas count as words here
    lengths = [len(source.splitlines()) for source in text_of(lesson, "code")]
    assert max(lengths) <= 40
    assert statistics.median(lengths) <= 10
    assert 45 <= lesson.minutes <= 90


@each_lesson
def test_links_in_the_lesson_lead_somewhere(lesson):
    for link in re.findall(r"\]\(([^)#\s]+)", "\n".join(text_of(lesson))):
        assert link.startswith("https://") or (lesson.path.parent / link).exists(), link


@each_lesson
def test_every_lesson_has_a_teachers_page(lesson):
    page = lesson.path.parents[1] / "docs" / "teacher" / f"{lesson.name}.md"
    text = page.read_text(encoding="utf-8")
    for part in ("## Aim", "## Timing", "## Misconceptions", "## Discussion", "## Answers"):
        assert part in text, f"{page.name}: {part} is missing"
    for exercise in lesson.exercises:
        assert exercise.name in text


@each_lesson
def test_no_picture_is_made_that_nobody_sees(lesson):
    """A cell shows what its last line returns; a picture that is returned before it is lost."""
    for source in text_of(lesson, "code"):
        for line in ast.parse(source).body[:-1]:
            called = ast.unparse(line.value.func) if isinstance(getattr(line, "value", None), ast.Call) else ""
            assert not (isinstance(line, ast.Expr) and called.startswith("show_")), ast.unparse(line)
