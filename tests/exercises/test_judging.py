"""General diagnoses: what a student hears when no misconception explains the answer."""

import dataclasses
import json
import math
import sys
import time

import numpy as np
import pytest
import torch

from gentutor.errors import ExerciseError
from gentutor.exercises import judging
from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.judging import SPARE_S, judge, judge_function
from gentutor.exercises.observing import Observation, observe
from gentutor.exercises.values import MAX_VALUES


def inputs(generator, n=4):
    return (torch.randn(n, 3, generator=generator), 2.0)


def make(returns="B Z", oracle=lambda x, scale: x * scale, **changes):
    settings = {
        "name": "scaled",
        "lesson": "99_test",
        "task": "Scale x.",
        "arguments": {"x": "B Z", "scale": ""},
        "returns": returns,
        "points": 4,
        "oracle": oracle,
        "taught": "math:sqrt",
        "hints": ("a", "b", "c"),
        "checks": (Check("four rows", inputs, 0.5), Check("one row", lambda g: inputs(g, 1), 0.5)),
        "misconceptions": (),
        "differentiable": ("x",),
    }
    return Exercise(**(settings | changes))


SCALED = make()
SUMMED = make("B", lambda x, scale: (x * scale).sum(1))
SQUARE = make(checks=(Check("square", lambda g: (torch.randn(3, 3, generator=g), 2.0), 1.0),))


def own_draws(x, scale):
    return x * scale + torch.randn(3)


def numpy_draws(x, scale):
    return x * scale + float(np.random.default_rng().random())


def in_place(x, scale):
    x *= scale
    return x


def without_gradient(x, scale):
    with torch.no_grad():
        return x * scale


def half_gradient(x, scale):
    return 0.5 * (x * scale) + 0.5 * (x.detach() * scale)


def first_wrong(x, scale):
    y = x * scale
    return y + torch.eye(4, 3)[: len(x)] * torch.tensor([0.0, 7.0, 0.0])


def only_first_row(x, scale):
    return x[:1].expand_as(x) * scale


class Shouting(torch.Tensor):
    pass


CASES = [
    (SCALED, lambda x, s: None, "type", "returned nothing"),
    (SCALED, lambda x, s: "<b>hi</b>", "type", "returned text"),
    (SCALED, lambda x, s: (x * s).detach().numpy(), "type", "NumPy array"),
    (SCALED, lambda x, s: [x * s], "type", "a list of 1"),
    (SCALED, lambda x, s: (x, s), "type", "a tuple of 2"),
    (SCALED, lambda x, s: {"x": x}, "type", "a dict"),
    (SCALED, lambda x, s: 3, "plain number", "int"),
    (SCALED, lambda x, s: 3.0, "plain number", "plain Python number"),
    (SCALED, lambda x, s: 10**400, "plain number", "int"),
    (SCALED, lambda x, s: (x * s).long(), "dtype", "int64"),
    (SCALED, lambda x, s: x > 0, "dtype", "bool"),
    (SCALED, lambda x, s: (x * s).to(torch.complex64), "dtype", "complex64"),
    (SCALED, lambda x, s: x[:, :2], "shape", "shape (4, 2); wanted is (4, 3), which is (B, Z)"),
    (SCALED, lambda x, s: (x * s).T, "shape", "transpose"),
    (SCALED, lambda x, s: (x * s).flatten(), "shape", "only the shape is not"),
    (SUMMED, lambda x, s: x * s, "shape", "Its sum over Z would be right"),
    (SUMMED, lambda x, s: (x * s).sum(), "shape", "the sum of all wanted values"),
    (SUMMED, lambda x, s: (x * s).sum(1).mean(), "shape", "the mean of all wanted values"),
    (SCALED, lambda x, s: torch.zeros(MAX_VALUES // 100, 101), "shape", "shape ("),
    (SCALED, lambda x, s: torch.empty(4, 3, device="meta"), "type", "cannot be read"),
    (SQUARE, lambda x, s: (x * s).T, "transposed", "swapped"),
    (SCALED, lambda x, s: x * math.nan, "not finite", "All 12 values are not a number"),
    (SCALED, lambda x, s: x / 0, "not finite", "infinite"),
    (SCALED, lambda x, s: -x * s, "sign", "sign is flipped"),
    (SCALED, lambda x, s: 4 * x * s, "factor", "4 times too large, and 4 is B here"),
    (SCALED, lambda x, s: x * s / 12, "factor", "12 times too small, and 12 is B × Z here"),
    (SCALED, lambda x, s: -2.5 * x * s, "factor", "2.5 times too large and of the wrong sign."),
    (SCALED, lambda x, s: 0 * x, "zeros", "Every value is 0"),
    (SCALED, lambda x, s: x * s + 0.5, "offset", "0.5 too large"),
    (SCALED, lambda x, s: x * s - 2, "offset", "2 too small"),
    (SCALED, first_wrong, "numbers", "at most 7, first at index [1, 1]"),
    (SCALED, only_first_row, "numbers", "For a batch of one it is right"),
    (SCALED, own_draws, "not repeatable", "two different answers"),
    (SCALED, numpy_draws, "not repeatable", "two different answers"),
    (SCALED, in_place, "in place", "changes `x` in place"),
    (SCALED, without_gradient, "no gradient", "no gradient reaches `x`"),
    (SCALED, lambda x, s: torch.tensor((x * s).tolist()), "no gradient", "no gradient reaches `x`"),
    (SCALED, half_gradient, "gradient", "the gradient of `x` is not"),
]


@pytest.mark.parametrize(
    ("exercise", "function", "code", "words"), CASES, ids=lambda v: v[:20] if isinstance(v, str) else ""
)
def test_diagnosis(exercise, function, code, words):
    verdict = judge_function(exercise, function)
    assert verdict.kind == "differs"
    assert verdict.findings[0].code == code
    assert words in verdict.message
    json.dumps(verdict.to_json())


@pytest.mark.parametrize(
    "function",
    [
        lambda x, s: x * s,
        lambda x, s: (x.double() * s).requires_grad_(),
        lambda x, s: (x * s).as_subclass(Shouting),
        lambda x, s: torch.nn.Identity()(x) * s,
        lambda *values: values[0] * values[1],
        lambda x, s, extra=1: x * s * extra,
        lambda x, s: torch.stack([row * s for row in x]),
        lambda x, s: (x.t() * s).t(),
    ],
)
def test_right_answers_in_odd_clothes_pass(function):
    verdict = judge_function(SCALED, function)
    assert (verdict.kind, verdict.points) == ("right", 4)


def test_half_precision_is_too_coarse_and_the_difference_is_stated():
    verdict = judge_function(SCALED, lambda x, s: (x.bfloat16() * s).bfloat16())
    assert verdict.kind == "differs"
    assert 0 < verdict.by < 0.1


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x, "Your function takes (x), but it is called with 2 values"),
        (lambda x, s, more: x, "takes (x, s, more)"),
        (lambda: 1, "takes (nothing)"),
        (lambda x, s: undefined_name, "`(lambda x, s: undefined_name"),  # noqa: F821
        (lambda x, s: 1 // 0, "divided by zero"),
        (lambda x, s: sys.exit(), "not end the program"),
        (lambda x, s: x.reshape(5, 5), "invalid for input of size 12"),
    ],
)
def test_errors_become_sentences(function, words):
    verdict = judge_function(SCALED, function)
    assert verdict.kind == "raised"
    assert words in verdict.message
    assert "Traceback" not in verdict.message
    assert verdict.points == 0


def test_the_students_own_line_is_quoted_and_not_a_librarys():
    def scaled(x, s):
        y = x * s
        return torch.nn.functional.linear(y, torch.ones(2, 2))  # the guilty line

    message = judge_function(SCALED, scaled).message
    assert "`return torch.nn.functional.linear(y, torch.ones(2, 2))  # the guilty line`" in message
    assert "RuntimeError" in message


def test_an_exception_without_a_usable_text_is_survived():
    class BrokenError(Exception):
        def __str__(self):
            raise ValueError

    def scaled(x, s):
        raise BrokenError

    assert "BrokenError" in judge_function(SCALED, scaled).message


def test_not_attempted_is_no_error():
    def scaled(x, s):
        raise NotImplementedError("still to be written")

    verdict = judge_function(SCALED, scaled)
    assert (verdict.kind, verdict.points, len(verdict.findings)) == ("not attempted", 0, 1)


def replies(*observations):
    """An observer that answers with these observations, one after the other, and notes the deadlines it was given."""
    waiting, deadlines = list(observations), []

    def observer(arguments, positions, seconds):
        deadlines.append(seconds)
        reply = waiting.pop(0)
        return reply(arguments) if callable(reply) else reply

    observer.deadlines = deadlines
    return observer


def right(arguments):
    return observe(lambda x, s: x * s, arguments, wanted_gradients=(0,))


TIMED_OUT = Observation("timed out")
THREE = make(checks=tuple(Check(f"check {i}", inputs, share) for i, share in enumerate((0.25, 0.25, 0.5))))


def test_a_process_that_died_costs_its_check_and_not_the_others():
    died = Observation("died", trouble="Your function ended its process.")
    verdict = judge(THREE, replies(right, died, right))
    assert [finding.kind for finding in verdict.findings] == ["right", "died", "right"]
    assert (verdict.kind, verdict.message) == ("died", "Your function ended its process.")
    assert verdict.points == 3


def test_a_loop_costs_its_deadline_and_a_second_for_all_others_together():
    observer = replies(right, TIMED_OUT, right)
    verdict = judge(THREE, observer)
    assert [finding.kind for finding in verdict.findings] == ["right", "timed out", "right"]
    assert (verdict.kind, verdict.points) == ("timed out", 3)
    assert observer.deadlines == [2.0, 2.0, SPARE_S]
    observer = replies(TIMED_OUT, TIMED_OUT, right)
    assert judge(THREE, observer).points == 2
    assert observer.deadlines[:2] == [2.0, SPARE_S / 2]
    assert observer.deadlines[2] <= SPARE_S


def test_after_two_loops_a_check_is_not_tried_when_the_second_is_over():
    def loops(arguments):
        time.sleep(1.2 * SPARE_S)
        return TIMED_OUT

    observer = replies(TIMED_OUT, loops)
    verdict = judge(THREE, observer)
    assert [finding.kind for finding in verdict.findings] == ["timed out"] * 3
    assert len(observer.deadlines) == 2
    assert "after 2 seconds" in verdict.message
    assert "left after an earlier check" in verdict.findings[2].message


def test_a_real_loop_leaves_the_points_of_the_other_checks():
    def scaled(x, s):
        while len(x) == 4:
            pass
        return x * s

    quick = tuple(dataclasses.replace(check, seconds=0.2) for check in SCALED.checks)
    verdict = judge_function(make(checks=quick), scaled)
    assert (verdict.kind, verdict.points) == ("timed out", 2)
    assert "0.2 seconds" in verdict.message


def test_oracle_and_inputs_are_computed_once_for_a_seed_and_never_for_a_namesake():
    calls = []

    def oracle(x, scale):
        calls.append(x)
        return x * scale

    exercise = make(oracle=oracle)
    for _ in range(5):
        judge_function(exercise, lambda x, s: x * s, seed=3)
    assert len(calls) == len(exercise.checks)
    judge_function(exercise, lambda x, s: x * s, seed=4)
    assert len(calls) == 2 * len(exercise.checks)
    namesake = dataclasses.replace(exercise, oracle=lambda x, scale: x + scale)
    assert judge_function(namesake, lambda x, s: x + s, seed=3).right
    assert not judge_function(namesake, lambda x, s: x * s, seed=3).right


def test_planted_answers_are_tried_once_for_a_seed():
    calls = []

    def planted(x, scale):
        calls.append(x)
        return x + scale

    exercise = make(misconceptions=(Misconception("added", planted, "You add."),))
    for _ in range(4):
        assert judge_function(exercise, lambda x, s: x + s, seed=3).misconception == "added"
    assert len(calls) == len(exercise.checks)


def test_what_is_kept_is_bounded():
    assert judging._expected.cache_info().maxsize <= 128
    assert judging._planted.cache_info().maxsize <= 1024


def test_a_students_function_cannot_spoil_what_is_kept():
    exercise = make(
        oracle=lambda ids, scale: [i + 1 for i in ids],
        checks=(Check("a list", lambda g: ([1, 2, 3], 2.0), 1.0),),
        differentiable=(),
    )

    def spoils(ids, scale):
        ids.append(9)
        return [i + 1 for i in ids]

    assert judge_function(exercise, spoils).findings[0].code == "in place"
    assert judge_function(exercise, lambda ids, scale: [i + 1 for i in ids]).right


def test_partial_points():
    verdict = judge_function(SCALED, lambda x, s: x * s if len(x) == 1 else x)
    assert (verdict.kind, verdict.points) == ("differs", 2)


def test_a_property_can_replace_the_oracle():
    def grows(arguments, value):
        return None if bool((value.abs() >= arguments[0].abs()).all()) else "It should not shrink."

    exercise = make(checks=(Check("any", inputs, 1.0, property=grows, gradients=False),))
    assert judge_function(exercise, lambda x, s: 5 * x).right
    assert judge_function(exercise, lambda x, s: x / 5).message == "It should not shrink."


def test_a_misconception_must_explain_every_failed_check():
    added = Misconception("added", lambda x, s: x + s, "You add.")
    exercise = make(misconceptions=(added,))
    assert judge_function(exercise, lambda x, s: x + s).misconception == "added"
    both = judge_function(exercise, lambda x, s: x + s if len(x) > 1 else x - s)
    assert both.misconception == ""


def test_same_seed_same_verdict_and_inputs_follow_the_seed():
    seen = []

    def scaled(x, s):
        seen.append(x.clone())
        return x

    first, again = judge_function(SCALED, scaled, 0), judge_function(SCALED, scaled, 0)
    assert first == again
    judge_function(SCALED, scaled, 1)
    assert torch.equal(seen[0], seen[4])
    assert not torch.equal(seen[0], seen[8])


def test_a_check_leaves_torch_as_it_was():
    torch.manual_seed(5)
    expected = torch.randn(3)
    torch.manual_seed(5)
    with torch.no_grad():
        assert judge_function(SCALED, lambda x, s: x * s + 0 * torch.randn(3)).right
        assert not torch.is_grad_enabled()
    assert torch.equal(torch.randn(3), expected)


@pytest.mark.parametrize(
    "changes",
    [{"hints": ("one",)}, {"checks": (Check("half", inputs, 0.5),)}, {"differentiable": ("y",)}],
)
def test_contradicting_declarations_are_refused(changes):
    with pytest.raises(ExerciseError, match="scaled"):
        make(**changes)


def test_the_signature_is_written_in_letters():
    assert SUMMED.signature == "scaled(x (B, Z), scale ()) -> (B,)"
