"""What is particular to the exercises of lesson 03; `test_every_exercise` has what holds for all."""

import pytest
import torch

from gentutor.exercises.contract import Exercise
from gentutor.exercises.gans import EXERCISES as CONTRACTS
from gentutor.exercises.judging import judge_function
from gentutor.seeding import generator

EXERCISES = [contract for contract in CONTRACTS if isinstance(contract, Exercise)]
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}


def test_points_are_those_of_the_lesson():
    assert {contract.name: contract.points for contract in CONTRACTS} == {
        "discriminator_loss": 3, "generator_loss": 3, "gradient_penalty": 5, "why_non_saturating": 1,
        "losses_stand_still": 1, "why_it_collapsed": 3,
    }  # fmt: skip


def test_the_penalty_of_a_straight_line_is_its_slope_squared_for_any_discriminator():
    function = BY_NAME["gradient_penalty"].own_function()
    x = torch.randn(6, 1, 2, 2, generator=generator(0))
    value = function(x, discriminator=lambda x: x.flatten(1) @ torch.tensor([3.0, 0.0, 4.0, 0.0]))
    assert value.item() == pytest.approx(25.0)


def test_a_penalty_cut_off_from_the_weights_is_told_of_the_graph():
    def gradient_penalty(x, w, v):
        x = x.detach().requires_grad_(True)
        (slope,) = torch.autograd.grad((torch.tanh(x @ w.T) @ v).sum(), x)
        return slope.square().sum(1).mean()

    verdict = judge_function(BY_NAME["gradient_penalty"], gradient_penalty)
    assert verdict.misconception == "graph not kept"
    assert "create_graph=True" in verdict.message
    assert verdict.points == 0
