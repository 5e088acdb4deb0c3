"""What was forgotten: against the best moment, in bits, never below 0."""

import math

import pytest
import torch

from gentutor.metrics import forgetting


def test_it_is_the_rise_above_the_best_moment_in_bits():
    losses = math.log(2) * torch.tensor([[3.0, 2.0], [1.0, 2.5], [1.75, 4.0]])
    assert forgetting(losses).tolist() == pytest.approx([0.75, 2.0])


def test_a_text_that_is_best_now_was_not_forgotten():
    course = torch.tensor([[3.0], [2.0], [1.0]])
    assert forgetting(course).tolist() == [0.0]
    assert (forgetting(torch.rand(9, 5, generator=torch.Generator().manual_seed(0))) >= 0).all()
