"""The exercises of lesson 00: over many seeds no wrong answer passes, no right one fails, each gets its message."""

import pytest
import torch

from gentutor.exercises.audit import audit
from gentutor.exercises.contract import Exercise
from gentutor.exercises.judging import judge_function
from gentutor.exercises.welcome import EXERCISES as CONTRACTS

EXERCISES = [contract for contract in CONTRACTS if isinstance(contract, Exercise)]
N_SEEDS = 20  # `gentutor exercises audit` takes 200
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}


@pytest.fixture(scope="module", params=EXERCISES, ids=lambda e: e.name)
def audited(request):
    return request.param, audit(request.param, range(N_SEEDS))


def test_many_seeds_without_a_false_pass_or_a_false_fail(audited):
    exercise, result = audited
    assert result.wrong_tries == N_SEEDS * len(exercise.misconceptions)
    assert result.right_tries == N_SEEDS * (1 + len(exercise.alternatives))
    assert (result.false_passes, result.false_fails) == (0, 0)


def test_every_wrong_answer_gets_its_own_message(audited):
    assert audited[1].unrecognised == []


def test_wrong_answers_earn_nothing_but_for_the_unstable_one(audited):
    assert {name for name, share in audited[1].most_marks.items() if share} <= {"exp underflows"}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_enough_wrong_and_right_answers_are_planted(exercise):
    assert len(exercise.misconceptions) >= 4
    assert len(exercise.alternatives) >= 2
    assert len({m.message for m in exercise.misconceptions}) == len(exercise.misconceptions)


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
