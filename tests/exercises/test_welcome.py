"""What is particular to the exercises of lesson 00; `test_every_exercise` has what holds for all."""

import torch

from gentutor.exercises.contract import Exercise
from gentutor.exercises.judging import judge_function
from gentutor.exercises.welcome import EXERCISES as CONTRACTS

EXERCISES = [contract for contract in CONTRACTS if isinstance(contract, Exercise)]
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}


def test_points_are_those_of_the_lesson():
    assert {contract.name: contract.points for contract in CONTRACTS} == {
        "bayes_posterior": 3, "training_flops": 2, "which_can_invent": 1, "ten_times_larger": 1, "when_is_it_new": 3,
    }  # fmt: skip


def test_a_student_who_forgets_the_way_back_is_told_so():
    def training_flops(n_weights, batch_size, steps):
        return 2 * n_weights * batch_size * steps

    verdict = judge_function(BY_NAME["training_flops"], training_flops)
    assert verdict.misconception == "forward only"
    assert verdict.points == 0


def test_answers_in_whole_numbers_and_in_decimals_pass():
    def training_flops(n_weights, batch_size, steps):
        return 6.0 * n_weights * batch_size * steps

    assert judge_function(BY_NAME["training_flops"], training_flops).right


def test_bayes_rule_agrees_with_a_sum_by_hand():
    likelihoods, priors = torch.tensor([[0.2, 0.1]]), torch.tensor([1 / 3, 2 / 3])
    value = BY_NAME["bayes_posterior"].own_function()(likelihoods.log(), priors.log())
    torch.testing.assert_close(value, torch.tensor([[0.5, 0.5]]))
