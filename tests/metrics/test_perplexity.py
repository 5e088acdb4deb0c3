"""Perplexity and bits for each character, on texts whose answer is known."""

import math

import pytest
import torch
from torch import Tensor

from gentutor.metrics import bits_per_character, perplexity, token_log_probs


def test_a_die_has_the_perplexity_of_its_sides() -> None:
    assert perplexity(torch.full((7, 3), 1 / 6).log()) == pytest.approx(6)
    assert perplexity(torch.zeros(5)) == 1


def test_bits_do_not_depend_on_how_the_text_is_cut() -> None:
    letters = torch.tensor([0.5, 0.25, 0.5, 0.125]).log()
    pairs = torch.stack([letters[:2].sum(), letters[2:].sum()])
    assert bits_per_character(letters, 4) == pytest.approx(7 / 4)
    assert bits_per_character(pairs, 4) == pytest.approx(7 / 4)
    assert perplexity(pairs) != pytest.approx(perplexity(letters))
    assert perplexity(letters) == pytest.approx(2 ** (7 / 4))


def test_each_token_is_foreseen_once_from_those_before_it() -> None:
    def counting(tokens: Tensor) -> Tensor:  # nearly sure that the next number is one higher
        return 20 * torch.nn.functional.one_hot(tokens + 1, 30).double()

    found = token_log_probs(counting, torch.arange(23), context=5, batch_size=3)
    assert found.shape == (4, 5)
    assert found.dtype == torch.float32
    assert found.exp().min() > 0.999
    wrong = token_log_probs(counting, torch.zeros(11, dtype=torch.int64), context=5)
    assert wrong.shape == (2, 5)
    torch.testing.assert_close(wrong, torch.full((2, 5), -20.0), atol=1e-3, rtol=0)
    assert math.isfinite(perplexity(wrong))
