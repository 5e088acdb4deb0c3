"""What is particular to the exercises of lesson 06; `test_every_exercise` has what holds for all."""

import torch

from gentutor.datasets.chorale_tokens import tokens_of
from gentutor.datasets.chorales import load_chorales
from gentutor.exercises.contract import Exercise
from gentutor.exercises.judging import judge_function
from gentutor.exercises.sequences import EXERCISES as CONTRACTS
from gentutor.exercises.sequences.inputs import FIRST_CLOCK, HOLD, OFFSET, ORDER, REST

BY_NAME = {contract.name: contract for contract in CONTRACTS if isinstance(contract, Exercise)}


def test_points_are_those_of_the_lesson():
    assert {contract.name: contract.points for contract in CONTRACTS} == {
        "quantise": 2, "dequantise": 2, "tokens_to_roll": 4, "out_of_scale_rate": 3, "why_soprano_first": 1,
        "which_measure_is_deaf": 1, "why_several_completions": 3,
    }  # fmt: skip


def test_the_alphabet_of_the_exercise_is_that_of_the_data():
    from gentutor.datasets import chorale_tokens as package

    assert (HOLD, REST, tuple(ORDER), FIRST_CLOCK) == (0, 1, package.ORDER, package.FIRST_CLOCK)
    assert OFFSET == package.LOWEST - package.FIRST_PITCH


def test_every_way_of_writing_the_roll_gives_bach_back():
    chorale = load_chorales("test", 2)[3]
    exercise = BY_NAME["tokens_to_roll"]
    for function in (exercise.own_function(), exercise.oracle, *exercise.alternatives):
        assert torch.equal(function(tokens_of(chorale)), chorale.roll)


def test_holding_after_a_rest_has_its_own_message():
    def tokens_to_roll(tokens):
        roll, last = torch.zeros(len(tokens) // 5, 4, dtype=torch.int64), [0] * 4
        for t, step in enumerate(tokens.reshape(-1, 5)[:, 1:].tolist()):
            for token, voice in zip(step, ORDER, strict=True):
                if token > REST:
                    last[voice] = token + OFFSET
                roll[t, voice] = 0 if token == REST else last[voice]
        return roll

    verdict = judge_function(BY_NAME["tokens_to_roll"], tokens_to_roll)
    assert verdict.misconception == "rests are forgotten"
    assert verdict.points == 0
