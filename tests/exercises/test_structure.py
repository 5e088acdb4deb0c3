"""Exercises that return numbers, text, lists, tuples and dicts: what passes, and what a student hears."""

import itertools
import json
import math

import numpy as np
import pytest
import torch

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.judging import judge_function


def make(oracle, **changes):
    settings = {
        "name": "made",
        "lesson": "99_test",
        "task": "Make it.",
        "arguments": {"x": "B Z"},
        "returns": "list of int",
        "points": 2,
        "oracle": oracle,
        "taught": "math:sqrt",
        "hints": ("a", "b", "c"),
        "checks": (Check("four rows", lambda g: (torch.randn(4, 3, generator=g),), 1.0),),
        "misconceptions": (),
    }
    return Exercise(**(settings | changes))


def ids(n=5):
    return [3, 1, 4, 1, 5][:n]


IDS = make(lambda x: ids())
PAIR = make(lambda x: ("t", "h"))
STEP = make(lambda x: (x, 2 * x, x.sum(1)), arguments={"x": "B Z"})
SPLIT = make(lambda x: (torch.arange(4), torch.arange(3)))
COUNTS = make(lambda x: {("t", "h"): 2, ("h", "e"): 1})
MEAN = make(lambda x: float(x.mean()))
TEXT = make(lambda x: "a cat")
FLAG = make(lambda x: True)
NOTHING = make(lambda x: None)
NESTED = make(lambda x: [[1, 2], [3, 4]])
LABELS = make(lambda x: x.argmax(1))
FLOATS = make(lambda x: [0.5, 1.5])
NAMED = make(lambda x: {"mean": 1.0, "ids": [1, 2]})

RIGHT = [
    (IDS, lambda x: [*ids()]),
    (IDS, lambda x: [np.int64(i) for i in ids()]),
    (IDS, lambda x: [float(i) for i in ids()]),
    (IDS, lambda x: [*ids(4), np.int32(5)]),
    (PAIR, lambda x: tuple("th")),
    (STEP, lambda x: (x.clone(), x + x, torch.einsum("bz->b", x))),
    (SPLIT, lambda x: (torch.arange(4, dtype=torch.int32), torch.arange(3))),
    (COUNTS, lambda x: {("h", "e"): 1, ("t", "h"): 2}),
    (MEAN, lambda x: np.float32(x.mean().item())),
    (MEAN, lambda x: x.mean().item() + 1e-7),
    (TEXT, lambda x: "a " + "cat"),
    (FLAG, lambda x: np.bool_(True)),
    (NOTHING, lambda x: None),
    (NESTED, lambda x: [[1, 2], [3.0, 4]]),
    (LABELS, lambda x: x.argmax(1).int()),
    (FLOATS, lambda x: [0.5 + 1e-7, 1.5]),
    (NAMED, lambda x: {"ids": [1, 2], "mean": 1}),
]

WRONG = [
    (IDS, lambda x: tuple(ids()), "type", "It returned a tuple; wanted is a list. Write square brackets"),
    (IDS, lambda x: torch.tensor(ids()), "type", "It returned a torch tensor; wanted is a list. Add `.tolist()`."),
    (IDS, lambda x: (i for i in ids()), "type", "It returned a generator; wanted is a list."),
    (IDS, lambda x: None, "type", "It returned nothing; wanted is a list. Is the `return` missing"),
    (IDS, lambda x: ids(4), "size", "has 4 items; wanted are 5"),
    (IDS, lambda x: [3, 1, 4, 2, 5], "value", "Item 3 is 2; wanted is 1."),
    (IDS, lambda x: [3, 1, 4, "1", 5], "type", "Item 3 is text; wanted is a whole number."),
    (IDS, lambda x: [3, 1, 4, 1.00001, 5], "value", "Item 3 is 1.00001; wanted is 1."),
    (IDS, lambda x: [3, True, 4, 1, 5], "type", "Item 1 is True or False; wanted is a whole number."),
    (PAIR, lambda x: ["t", "h"], "type", "It returned a list; wanted is a tuple. Write round brackets"),
    (PAIR, lambda x: ("t", "H"), "value", "Item 1 is `H`; wanted is `h`."),
    (PAIR, lambda x: "th", "type", "It returned text; wanted is a tuple."),
    (STEP, lambda x: x, "type", "It returned a torch tensor; wanted is a tuple."),
    (STEP, lambda x: (x, 2 * x), "size", "has 2 items; wanted are 3"),
    (STEP, lambda x: (x, 4 * x, x.sum(1)), "factor", "Item 1 is not right. Your result is 2 times too large."),
    (STEP, lambda x: (x, 2 * x, x.sum(0)), "shape", "Item 2 is not right. It returned shape (3,); wanted is (4,)."),
    (STEP, lambda x: (x, 2 * x, x.sum(1).tolist()), "type", "Item 2 is a list; wanted is a torch tensor."),
    (SPLIT, lambda x: (torch.arange(4.0), torch.arange(3)), "dtype", "wanted are whole numbers (int64)"),
    (SPLIT, lambda x: (torch.arange(1, 5), torch.arange(3)), "offset", "Item 0 is not right. Every value is 1 too"),
    (COUNTS, lambda x: {("t", "h"): 2}, "keys", "has no key (`h`, `e`), which is wanted"),
    (COUNTS, lambda x: {("t", "h"): 3, ("h", "e"): 1}, "value", "The value of key (`t`, `h`) is 3; wanted is 2."),
    (COUNTS, lambda x: {("t", "h"): 2, ("h", "e"): 1, 7: 1}, "keys", "has a key 7, which is not wanted"),
    (COUNTS, lambda x: [2, 1], "type", "It returned a list; wanted is a dict."),
    (MEAN, lambda x: x.mean(), "type", "It returned a torch tensor; wanted is a number. Add `.item()`."),
    (MEAN, lambda x: x.mean().item() + 1, "value", "wanted is"),
    (MEAN, lambda x: math.nan, "value", "What it returned is nan"),
    (MEAN, lambda x: True, "type", "True or False"),
    (TEXT, lambda x: "a dog", "value", "What it returned is `a dog`; wanted is `a cat`."),
    (TEXT, lambda x: "<b>`\x1b" + 100 * "y", "value", "is `<b>��yyy"),
    (TEXT, lambda x: "", "value", "What it returned is empty text"),
    (TEXT, lambda x: "x" * 10**6, "too large", "far longer"),
    (TEXT, lambda x: list("a cat"), "type", 'Put the pieces together with `"".join(...)`.'),
    (FLAG, lambda x: False, "value", "What it returned is False; wanted is True."),
    (FLAG, lambda x: 1, "type", "It returned a number; wanted is True or False."),
    (NESTED, lambda x: [[1, 2], [3, 5]], "value", "Item 1 of item 1 is 5; wanted is 4."),
    (NESTED, lambda x: [[1, 2], [3]], "size", "Item 1 has 1 item; wanted are 2."),
    (NESTED, lambda x: [1, 2], "type", "Item 0 is a number; wanted is a list."),
    (LABELS, lambda x: x.argmax(1).float(), "dtype", "wanted are whole numbers (int64)"),
    (LABELS, lambda x: x.argmax(1) + 1, "offset", "1 too large"),
    (FLOATS, lambda x: [0.5, 1.6], "value", "Item 1 is 1.6; wanted is 1.5."),
    (NAMED, lambda x: {"mean": 2.0, "ids": [1, 2]}, "value", "The value of key `mean` is 2; wanted is 1."),
    (NAMED, lambda x: {"mean": 1, "ids": [1, 3]}, "value", "Item 1 of the value of key `ids` is 3; wanted is 2."),
    (IDS, lambda x: [int(torch.randint(9, ())) for _ in range(5)], "not repeatable", "two different answers"),
]


@pytest.mark.parametrize(("exercise", "function"), RIGHT)
def test_right_answers_pass(exercise, function):
    assert judge_function(exercise, function).right, judge_function(exercise, function).message


@pytest.mark.parametrize(("exercise", "function", "code", "words"), WRONG)
def test_wrong_answers_hear_where_they_differ(exercise, function, code, words):
    verdict = judge_function(exercise, function)
    assert (verdict.kind, verdict.findings[0].code) == ("differs", code)
    assert words in verdict.message
    json.dumps(verdict.to_json())


def test_whole_numbers_are_exact_even_where_a_tolerance_would_let_them_pass():
    large = make(lambda x: [50_000])
    assert not judge_function(large, lambda x: [50_001]).right
    assert not judge_function(make(lambda x: 2**62), lambda x: 2**62 + 1).right
    assert not judge_function(make(lambda x: torch.tensor([50_000])), lambda x: torch.tensor([50_001])).right


def test_misconceptions_are_recognised_in_lists_and_text():
    off = Misconception("one less", lambda x: [i - 1 for i in ids()], "Count from 0 to {B}.")
    exercise = make(lambda x: ids(), misconceptions=(off,))
    verdict = judge_function(exercise, lambda x: [i + 1 - 2 for i in ids()])
    assert (verdict.misconception, verdict.message) == ("one less", "Count from 0 to 4.")
    assert judge_function(exercise, lambda x: [9, 9, 9, 9, 9]).misconception == ""


def test_a_property_sees_lists_and_may_stumble_over_them():
    def rises(arguments, values):
        return None if all(a < b for a, b in itertools.pairwise(values)) else "It must rise."

    exercise = make(lambda x: [1, 2], checks=(Check("any", lambda g: (torch.ones(2, 2),), 1.0, property=rises),))
    assert judge_function(exercise, lambda x: [1, 5, 9]).right
    assert judge_function(exercise, lambda x: [5, 1]).message == "It must rise."
    assert "another form" in judge_function(exercise, lambda x: [5, None]).message
    assert "wanted is a list" in judge_function(exercise, lambda x: "abc").message


def test_types_stand_in_the_signature():
    exercise = make(lambda text: [1], arguments={"text": "str", "x": "B Z"})
    assert exercise.signature == "made(text: str, x (B, Z)) -> list of int"
