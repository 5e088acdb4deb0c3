"""What is particular to the exercises of lesson 01; `test_every_exercise` has what holds for all."""

import pytest
import torch

from gentutor.exercises.contract import Exercise
from gentutor.exercises.data import EXERCISES as CONTRACTS
from gentutor.exercises.data.inputs import one_row_often, rows_with_copies, walk
from gentutor.exercises.judging import judge_function
from gentutor.seeding import generator

EXERCISES = [contract for contract in CONTRACTS if isinstance(contract, Exercise)]
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}


def test_points_are_those_of_the_lesson():
    assert {contract.name: contract.points for contract in CONTRACTS} == {
        "normalise": 2, "split_without_leakage": 4, "encode": 2, "decode": 1, "most_frequent_pair": 3, "merge_pair": 3,
        "too_good_to_be_true": 1, "where_stop_words_go": 1, "spend_the_budget": 3,
    }  # fmt: skip


@pytest.mark.parametrize("inputs", [rows_with_copies, one_row_often])
@pytest.mark.parametrize("seed", range(30))
def test_the_wanted_number_falls_into_the_middle_of_a_group(inputs, seed):
    x, order, n_validation = inputs(generator(seed, "inputs"))
    assert sorted(order.tolist()) == list(range(len(x)))
    filled = 0
    for group in walk(x, order):
        filled += len(group)
        if filled >= n_validation:
            break
    assert filled > n_validation


def test_a_leak_is_named_with_its_two_items():
    def split_without_leakage(x, order, n_validation):
        half = len(x) // 2
        return list(range(half, len(x))), list(range(half))

    verdict = judge_function(BY_NAME["split_without_leakage"], split_without_leakage)
    assert "and its copy, item" in verdict.message
    assert verdict.points == 0


def test_a_split_given_as_tensors_is_taken():
    def split_without_leakage(x, order, n_validation):
        train, validation = BY_NAME["split_without_leakage"].oracle(x, order, n_validation)
        return torch.tensor(train), torch.tensor(validation)

    assert judge_function(BY_NAME["split_without_leakage"], split_without_leakage).right


def test_bytes_that_overflow_are_recognised():
    def normalise(x, lo, hi):
        return lo + (x * int(hi - lo)) / 255

    assert "hold no more than 255" in judge_function(BY_NAME["normalise"], normalise).message
