"""What is particular to the exercises of lesson 02; `test_every_exercise` has what holds for all."""

# ruff: noqa: PLR0917  (arguments stand in the order of the formula)
import pytest
import torch

from gentutor.exercises.contract import Exercise
from gentutor.exercises.judging import judge_function
from gentutor.exercises.training import EXERCISES as CONTRACTS
from gentutor.models.two_layers import loss
from gentutor.seeding import generator

EXERCISES = [contract for contract in CONTRACTS if isinstance(contract, Exercise)]
BY_NAME = {exercise.name: exercise for exercise in EXERCISES}


def test_the_sizes_tell_every_axis_apart():
    sizes = BY_NAME["backward"].sizes(BY_NAME["backward"].checks[0].inputs(generator(0)))
    assert len(set(sizes.values())) == len(sizes) == 4


def test_points_are_those_of_the_lesson():
    assert {contract.name: contract.points for contract in CONTRACTS} == {
        "backward": 5, "init_std": 2, "adam_step": 4, "silent_bug": 2, "loss_before_training": 1,
        "first_weights_or_lr": 3,
    }  # fmt: skip


def test_gradients_agree_with_finite_differences():
    x, y, *weights = (
        a.double() if a.is_floating_point() else a for a in BY_NAME["backward"].checks[0].inputs(generator(3))
    )
    for i, gradient in enumerate(BY_NAME["backward"].own_function()(x, y, *weights)):
        nudge = torch.zeros_like(weights[i])
        nudge.view(-1)[2] = 1e-5
        up, down = ([w + sign * nudge if j == i else w for j, w in enumerate(weights)] for sign in (1, -1))
        slope = (loss(x, y, *up) - loss(x, y, *down)) / 2e-5
        assert float(slope) == pytest.approx(float(gradient.reshape(-1)[2]), rel=1e-4, abs=1e-6)


def test_the_message_names_the_size_of_the_batch():
    right = BY_NAME["backward"].own_function()

    def backward(x, y, w1, b1, w2, b2):
        return tuple(len(x) * gradient for gradient in right(x, y, w1, b1, w2, b2))

    verdict = judge_function(BY_NAME["backward"], backward)
    assert verdict.misconception == "batch summed"
    assert verdict.message.startswith("Your gradients are 4 times too large, and 4 is the number of examples")
    assert verdict.points == 0


def test_a_step_that_changes_its_state_in_place_is_told_so():
    def adam_step(w, grad, m, v, t, lr, beta1, beta2, eps):
        m.mul_(beta1).add_((1 - beta1) * grad)
        return w, m, v

    assert "changes `m` in place" in judge_function(BY_NAME["adam_step"], adam_step).message
