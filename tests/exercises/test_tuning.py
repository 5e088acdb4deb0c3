"""What is particular to the exercises of lesson 08; `test_every_exercise` has what holds for all."""

import warnings

import pytest
import torch

from gentutor.exercises.contract import Exercise
from gentutor.exercises.judging import judge_function
from gentutor.exercises.observing import observe
from gentutor.exercises.tuning import EXERCISES as CONTRACTS
from gentutor.exercises.tuning.inputs import losses_over_seeds, losses_with_failures
from gentutor.seeding import generator

BY_NAME = {contract.name: contract for contract in CONTRACTS if isinstance(contract, Exercise)}


def test_points_are_those_of_the_lesson():
    assert {contract.name: contract.points for contract in CONTRACTS} == {
        "log_uniform": 3, "survivors": 4, "pick_best": 4, "why_random_beats_grid": 1, "what_halving_risks": 1,
        "better_or_lucky": 3,
    }  # fmt: skip


def test_a_nan_given_to_a_function_is_not_taken_for_a_change():
    losses = torch.tensor([1.0, float("nan"), 2.0])
    assert observe(lambda x: x.argsort(), (losses,)).changed == ()

    def spoil(x):
        x[0] = float("nan")
        return x.argsort()

    assert observe(spoil, (losses,)).changed == (0,)


def test_an_empty_answer_is_judged_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        verdict = judge_function(BY_NAME["survivors"], lambda losses, factor: losses.argsort()[:0])
    assert verdict.points == 0


def test_who_forgets_the_broken_ones_keeps_most_points():
    def survivors(losses, factor):
        return losses.nan_to_num().argsort()[: max(1, len(losses) // factor)]

    verdict = judge_function(BY_NAME["survivors"], survivors)
    assert verdict.misconception == "NaN wins"
    assert verdict.points == pytest.approx(3.2)


@pytest.mark.parametrize("seed", range(20))
def test_inputs_tell_the_mistakes_apart(seed):
    (losses,) = losses_over_seeds(generator(seed))
    picks = [int(losses.mean(1).argmin()), int(losses.median(1).values.argmin()), int(losses.min(1).values.argmin()),
             int(losses.std(1).argmin()), int(losses.mean(1).argmax())]  # fmt: skip
    assert len(set(picks[:4])) == 4
    broken, factor = losses_with_failures(generator(seed))
    assert broken.isnan().sum() == 3
    assert len(broken) // factor == 3
