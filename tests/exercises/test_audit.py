"""The audit counts what it should, and its command fails when a check cannot be trusted."""

import dataclasses
import json

import pytest
from typer.testing import CliRunner

from gentutor.cli import app
from gentutor.exercises import registry
from gentutor.exercises.audit import audit
from gentutor.exercises.contract import Check, Misconception
from gentutor.exercises.questions import Choice, Written
from gentutor.exercises.vaes import EXERCISES
from gentutor.exercises.vaes.kl_divergence import KL_DIVERGENCE

QUICK = 10  # other seeds than those of the lessons' own tests


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(app, ["exercises", *words])


@pytest.fixture
def broken(monkeypatch):
    """The exercises of lesson 04, the second with a check that lets everything pass."""
    lax = Check("anything", KL_DIVERGENCE.checks[0].inputs, 1.0, property=lambda arguments, value: None)
    lenient = dataclasses.replace(KL_DIVERGENCE, checks=(dataclasses.replace(lax, gradients=False),))
    monkeypatch.setattr("gentutor.exercises.vaes.EXERCISES", (lenient,))
    return lenient


@pytest.mark.parametrize("contract", registry.exercises(), ids=lambda contract: contract.name)
def test_no_exercise_is_judged_wrongly(contract):
    result = audit(contract, range(1000, 1000 + QUICK))
    assert result.wrong_tries > 0
    assert (result.false_passes, result.false_fails, result.unrecognised) == (0, 0, [])
    assert result.clean


def test_a_check_that_lets_everything_pass_is_counted(broken):
    result = audit(broken, range(3))
    by_values = [m for m in KL_DIVERGENCE.misconceptions if m.name in ("sign", "half forgotten")]
    assert result.false_passes >= 3 * len(by_values)
    assert result.most_marks["sign"] == 1.0
    assert "sign" in result.unrecognised
    assert not result.clean


def test_a_check_that_refuses_right_answers_is_counted():
    strict = dataclasses.replace(KL_DIVERGENCE.checks[0], share=1.0, rtol=0.0, atol=1e-12)
    result = audit(dataclasses.replace(KL_DIVERGENCE, checks=(strict,), misconceptions=()), range(3))
    assert 0 < result.false_fails <= result.right_tries


def test_a_misconception_taken_for_another_is_counted():
    sign = next(m for m in KL_DIVERGENCE.misconceptions if m.name == "sign")
    twin = Misconception("twin", sign.function, "The same again.")
    result = audit(dataclasses.replace(KL_DIVERGENCE, misconceptions=(sign, twin)), range(2))
    assert result.recognised_as["twin"] == {"sign": 2}
    assert result.unrecognised == ["twin"]


def test_the_options_of_a_question_are_judged():
    choice = Choice("q", "99_test", "Which?", {"a": ("A.", "No."), "b": ("B.", "Yes.")}, "b", 1)
    result = audit(choice, range(5))
    assert (result.false_passes, result.false_fails, result.right_tries) == (0, 0, 3)
    assert result.recognised_as == {"A.": {"A.": 3}}
    assert result.messages == {"A.": "No."}
    assert audit(Written("w", "99_test", "Why?", ((2, "Because."),), 2), range(5)).clean


def test_the_command_prints_the_rates_and_writes_a_report(run, tmp_path):
    report = tmp_path / "audit.json"
    done = run("audit", "04", "--seeds", "2", "--report", str(report))
    assert done.exit_code == 0, done.output
    assert "reparameterise: false passes 0 of 16 (0.00%), false fails 0 of 8 (0.00%)" in done.output
    assert "sign: Your KL is negative" in done.output
    content = json.loads(report.read_text())
    assert (content["seeds"], content["clean"]) == (2, True)
    assert [exercise["exercise"] for exercise in content["exercises"]] == [e.name for e in EXERCISES]


def test_the_command_fails_when_a_wrong_answer_passes(run, broken):
    done = run("audit", "vaes", "--seeds", "2")
    assert done.exit_code == 1
    assert "a general diagnosis" in done.output


def test_the_list_names_every_exercise(run):
    done = run("list", "vaes")
    assert done.exit_code == 0
    assert all(contract.name in done.output for contract in registry.exercises("vaes"))
