"""What is particular to the exercises of lesson 04; `test_every_exercise` has what holds for all."""

import dataclasses

import pytest
import torch

from gentutor.exercises.audit import audit
from gentutor.exercises.contract import Exercise, Misconception
from gentutor.exercises.judging import judge_function
from gentutor.exercises.vaes import EXERCISES as CONTRACTS
from gentutor.seeding import generator

EXERCISES = [contract for contract in CONTRACTS if isinstance(contract, Exercise)]
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}


def test_an_audit_counts_false_passes_and_false_fails():
    kl = BY_NAME["kl_divergence"]
    not_wrong = Misconception("not wrong", kl.own_function(), "")
    broken = dataclasses.replace(kl, misconceptions=(not_wrong,), alternatives=(lambda mu, logvar: mu,))
    result = audit(broken, range(2))
    assert (result.false_passes, result.false_fails, result.unrecognised) == (2, 2, ["not wrong"])


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)
def test_the_sizes_tell_every_axis_apart(exercise):
    arguments = exercise.checks[0].inputs(generator(0))
    sizes = [n for n in exercise.sizes(arguments).values() if n > 1]
    assert len(set(sizes)) == len(sizes) >= 2


def test_points_are_those_of_the_lesson():
    assert {contract.name: contract.points for contract in CONTRACTS} == {
        "reparameterise": 2, "kl_divergence": 3, "elbo": 5, "why_log_variance": 1, "samples_all_alike": 1,
        "why_dice_fail": 3,
    }  # fmt: skip


def test_the_message_computes_its_factor():
    def kl_divergence(mu, logvar):
        return (mu**2 + logvar.exp() - 1 - logvar).mean(1) / 2

    verdict = judge_function(BY_NAME["kl_divergence"], kl_divergence)
    assert verdict.misconception == "mean over latent units"
    assert verdict.message.startswith("Your KL is 3 times too small, and 3 is the number of latent units")
    assert verdict.points == 0
    assert verdict.by > 0.1


def test_a_stable_answer_in_double_precision_passes():
    def kl_divergence(mu, logvar):
        mu, logvar = mu.double(), logvar.double()
        return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)

    assert judge_function(BY_NAME["kl_divergence"], kl_divergence).right


def test_elbo_agrees_with_the_closed_form_of_a_coin_flip():
    ones = torch.ones(2, 1, 1, 3)
    value = BY_NAME["elbo"].own_function()(0 * ones, ones, torch.ones(2, 2), torch.zeros(2, 2))
    assert value.item() == pytest.approx(-3 * torch.log(torch.tensor(2.0)).item() - 1.0)
