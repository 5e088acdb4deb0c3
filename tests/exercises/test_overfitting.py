"""What is particular to the exercises of lesson 11; `test_every_exercise` has what holds for all."""

import pytest
import torch

from gentutor.exercises.contract import Exercise
from gentutor.exercises.judging import judge_function
from gentutor.exercises.overfitting import EXERCISES as CONTRACTS
from gentutor.exercises.overfitting.inputs import pictures, units
from gentutor.seeding import generator

BY_NAME = {contract.name: contract for contract in CONTRACTS if isinstance(contract, Exercise)}


def test_points_are_those_of_the_lesson():
    assert {contract.name: contract.points for contract in CONTRACTS} == {
        "dropout": 3, "augment": 4, "should_stop": 3, "both_losses_high": 1, "the_best_looking_samples": 1,
        "patients_by_heart": 3,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_the_dice_drop_some_units_of_every_row_and_not_the_same_ones(seed):
    _, dice, p, _ = units(generator(seed, "units"), 0.3)
    dropped = dice < p
    assert (dropped.sum(1) == 2).all()
    assert not torch.equal(dropped[0], dropped[1])


def test_dropout_keeps_the_mean():
    dice = torch.rand(400, 50, generator=generator(0))
    kept = BY_NAME["dropout"].own_function()(torch.ones(400, 50), dice, 0.3, True)
    assert kept.mean() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("seed", range(20))
def test_some_pictures_are_mirrored_and_no_two_move_alike(seed):
    _, flip, shift = pictures(generator(seed, "pictures"))
    assert flip.sum() == 2
    assert len({tuple(row) for row in shift.tolist()}) == len(shift)


def test_a_picture_changed_in_place_is_told_so():
    def augment(x, flip, shift):
        x[flip] = x[flip].flip(-1)
        return BY_NAME["augment"].oracle(x, torch.zeros_like(flip), shift)

    verdict = judge_function(BY_NAME["augment"], augment)
    assert not verdict.right
    assert verdict.points < 4


@pytest.mark.parametrize("answer", [True, False])
def test_always_the_same_answer_does_not_pass(answer):
    verdict = judge_function(BY_NAME["should_stop"], lambda losses, patience: answer)
    assert not verdict.right
    assert verdict.points < 2
