"""Letters and words: what is right, what waits for a mark, and what counts as no answer."""

import json

import pytest

from gentutor.errors import ExerciseError
from gentutor.exercises.answering import MAX_ANSWER
from gentutor.exercises.contract import Choice, Written
from gentutor.exercises.judging import judge_choice, judge_written
from gentutor.exercises.questions import WRITTEN_STUB
from gentutor.exercises.values import write_down
from gentutor.exercises.verdict import Verdict

OPTIONS = {"a": ("Red.", "Red is warm."), "b": ("Blue.", "Blue it is."), "c": ("Green.", "Green is for leaves.")}
CHOICE = Choice("sky", "99_test", "Which colour has the sky?", OPTIONS, "b", 2)
WRITTEN = Written("why_blue", "99_test", "Why?", ((1, "Short waves scatter."), (2, "A number.")), 3, 3, 6)


@pytest.mark.parametrize("answer", ["b", "B", " b\n", "(b)", "b)", "b."])
def test_the_right_letter_earns_the_points_however_it_is_written(answer):
    verdict = judge_choice(CHOICE, write_down(answer))
    assert (verdict.kind, verdict.points, verdict.of, verdict.answer) == ("right", 2, 2, "b")
    assert verdict.message == "Blue it is."


def test_a_wrong_letter_gets_its_own_reason():
    verdict = judge_choice(CHOICE, write_down("C"))
    assert (verdict.kind, verdict.points, verdict.answer) == ("differs", 0, "c")
    assert (verdict.message, verdict.misconception) == ("Green is for leaves.", "Green.")
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


@pytest.mark.parametrize("value", [None, write_down(None), write_down(...), write_down("")])
def test_no_letter_is_not_attempted(value):
    verdict = judge_choice(CHOICE, value)
    assert (verdict.kind, verdict.points, verdict.misconception) == ("not attempted", 0, "")
    assert '"a", "b" or "c"' in verdict.message


class EqualsAll(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__

    def strip(self, *_):
        return "b"


@pytest.mark.parametrize("answer", ["d", "bb", "a or b", 2, True, ["b"], ("b",), {"b"}, EqualsAll("x"), object(), b"b"])
def test_anything_else_is_no_answer_and_says_what_is_wanted(answer):
    verdict = judge_choice(CHOICE, write_down(answer))
    assert (verdict.kind, verdict.points, verdict.answer) == ("differs", 0, "")
    assert verdict.message == 'The answer must be one letter in quotes: "a", "b" or "c".'


@pytest.mark.parametrize(
    "text", ["", " \n\t", WRITTEN_STUB, f"\n{WRITTEN_STUB}  \n", WRITTEN_STUB.strip("*"), "\x00\x1b"]
)
def test_an_empty_or_untouched_cell_is_no_answer(text):
    verdict = judge_written(WRITTEN, text)
    assert (verdict.kind, verdict.points, verdict.of, verdict.answer) == ("not attempted", 0, 3, "")


def test_a_written_answer_waits_for_its_mark():
    verdict = judge_written(WRITTEN, f"{WRITTEN_STUB}\n\nShort waves\r\nscatter\x1b[31m more.")
    assert (verdict.kind, verdict.points, verdict.of) == ("by hand", 0, 3)
    assert verdict.answer == "Short waves\nscatter[31m more."
    assert verdict.message == "Your teacher marks this by hand. It has 4 words."
    assert "3 to 6 were asked for" in judge_written(WRITTEN, "Scattering.").message
    assert len(judge_written(WRITTEN, "long " * MAX_ANSWER).answer) <= MAX_ANSWER


@pytest.mark.parametrize(
    "changes",
    [
        {"right": "d"},
        {"options": {"a": ("A.", "a")}, "right": "a"},
        {"options": {"a": ("A.", "a"), "c": ("C.", "c")}, "right": "a"},
        {"options": {"a": ("A.", "a"), "b": ("A.", "b")}},
        {"options": {"a": ("A.", "a"), "b": ("B.", "")}},
    ],
)
def test_contradicting_choices_are_refused(changes):
    settings = {"name": "q", "lesson": "l", "question": "?", "options": OPTIONS, "right": "b", "points": 1}
    with pytest.raises(ExerciseError, match="q: "):
        Choice(**(settings | changes))


@pytest.mark.parametrize("changes", [{"points": 2}, {"min_words": 9, "max_words": 8}, {"min_words": 0}])
def test_contradicting_rubrics_are_refused(changes):
    settings = {"name": "w", "lesson": "l", "question": "?", "rubric": ((1, "x"),), "points": 1}
    with pytest.raises(ExerciseError, match="w: "):
        Written(**(settings | changes))
