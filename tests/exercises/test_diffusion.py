"""What is particular to the exercises of lesson 07; `test_every_exercise` has what holds for all."""

import torch

from gentutor.exercises.contract import Exercise
from gentutor.exercises.diffusion import EXERCISES as CONTRACTS
from gentutor.exercises.diffusion.inputs import drift
from gentutor.exercises.judging import judge_function

BY_NAME = {contract.name: contract for contract in CONTRACTS if isinstance(contract, Exercise)}


def test_points_are_those_of_the_lesson():
    assert {contract.name: contract.points for contract in CONTRACTS} == {
        "add_noise": 2, "velocity_target": 3, "euler_sample": 5, "guided_velocity": 3, "why_one_step_blurs": 1,
        "what_guidance_costs": 1, "why_many_steps": 3,
    }  # fmt: skip


def test_a_clock_that_counts_like_the_papers_is_told_so():
    def euler_sample(x, n_steps, velocity=drift):
        path = [x]
        for k in range(n_steps, 0, -1):
            x = x + velocity(x, torch.full((len(x),), k / n_steps)) / n_steps
            path.append(x)
        return torch.stack(path)

    verdict = judge_function(BY_NAME["euler_sample"], euler_sample)
    assert verdict.misconception == "time runs backwards"
    assert verdict.points == 0


def test_the_straight_velocity_everywhere_earns_the_straight_half():
    verdict = judge_function(BY_NAME["velocity_target"], lambda x, eps, t, kind: x - eps)
    assert verdict.misconception == "straight only"
    assert verdict.points == 1.5


def test_gentutors_own_walk_takes_any_velocity():
    path = BY_NAME["euler_sample"].own_function()(torch.zeros(2, 3, 4), 4, lambda x, t: torch.ones_like(x))
    assert path.shape == (5, 2, 3, 4)
    assert path[-1].allclose(torch.ones(2, 3, 4))
