"""Chances of the next token, and writing token by token."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from gentutor.models import Transformer
from gentutor.samplers import continue_tokens, next_token_probs


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class Fixed:
    """A model that gives the same logits after every token, and writes down what it was shown."""

    def __init__(self, logits: Tensor, context: int = 8) -> None:
        self.logits, self.context = logits, context
        self.shown: list[Tensor] = []

    def __call__(self, tokens: Tensor, cache: Any = None) -> Tensor:
        self.shown.append(tokens)
        return self.logits.expand(*tokens.shape, -1)

    def new_cache(self) -> Any:
        return None


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    temperature=st.sampled_from([0.0, 0.01, 0.5, 1.0, 2.0, 100.0]),
    top_k=st.integers(0, 12),
    top_p=st.sampled_from([0.0, 1e-6, 0.3, 0.9, 1.0]),
)
def test_chances_sum_to_one_and_keep_the_likeliest(seed: int, temperature: float, top_k: int, top_p: float) -> None:
    logits = 4 * torch.randn(3, 10, generator=rng(seed))
    probs = next_token_probs(logits, temperature, top_k, top_p)
    assert probs.shape == logits.shape
    torch.testing.assert_close(probs.sum(-1), torch.ones(3))
    assert (probs >= 0).all()
    assert torch.equal(probs.argmax(-1), logits.argmax(-1))
    if top_k:
        assert ((probs > 0).sum(-1) <= top_k).all()


def test_plain_settings_are_the_softmax() -> None:
    logits = torch.randn(4, 7, generator=rng())
    torch.testing.assert_close(next_token_probs(logits), logits.softmax(-1))
    torch.testing.assert_close(next_token_probs(logits, temperature=2.0), (logits / 2).softmax(-1))
    torch.testing.assert_close(next_token_probs(logits, top_k=7), logits.softmax(-1))


@pytest.mark.parametrize(
    ("top_p", "kept"), [(1.0, 4), (0.99, 4), (0.9, 3), (0.76, 3), (0.75, 2), (0.5, 1), (0.1, 1), (0.0, 1)]
)
def test_top_p_keeps_the_fewest_tokens_that_reach_it(top_p: float, kept: int) -> None:
    probs = torch.tensor([0.25, 0.5, 0.0625, 0.1875])
    left = next_token_probs(probs.log(), top_p=top_p)
    best = probs.argsort(descending=True)[:kept]
    expected = torch.zeros(4).scatter(0, best, probs[best] / probs[best].sum())
    torch.testing.assert_close(left, expected)


def test_top_p_counts_what_top_k_left() -> None:
    probs = torch.tensor([0.4, 0.4, 0.2])
    torch.testing.assert_close(next_token_probs(probs.log(), top_k=2, top_p=0.9), torch.tensor([0.5, 0.5, 0.0]))


def test_temperature_0_takes_the_first_of_equals_and_moves_entropy() -> None:
    assert next_token_probs(torch.tensor([1.0, 3.0, 3.0]), temperature=0).tolist() == [0, 1, 0]
    logits = torch.randn(20, generator=rng())

    def entropy(temperature: float) -> float:
        probs = next_token_probs(logits, temperature)
        return float(torch.special.entr(probs).sum())

    values = [entropy(temperature) for temperature in (0, 0.1, 0.5, 1, 2, 10)]
    assert values == sorted(values)
    assert values[0] == 0
    assert values[-1] == pytest.approx(math.log(20), abs=0.02)


def test_forbidden_tokens_are_never_drawn() -> None:
    model = Fixed(torch.tensor([5.0, 0.0, 0.0, 0.0]))
    prompt = torch.zeros(6, 2, dtype=torch.int64)

    def even_places_hold_3(place: int) -> Tensor | None:
        return torch.tensor([False, False, False, True]) if place % 2 == 0 else None

    for temperature in (0.0, 1.0):
        row = continue_tokens(model, prompt, 8, generator=rng(), temperature=temperature, allowed=even_places_hold_3)
        assert (row[:, 2::2] == 3).all()
        assert (row[:, 3::2] == 0).float().mean() > 0.8


def test_each_row_can_have_a_mask_of_its_own() -> None:
    model, masks = Fixed(torch.zeros(3)), torch.eye(3, dtype=torch.bool)
    row = continue_tokens(model, torch.zeros(3, 1, dtype=torch.int64), 4, generator=rng(), allowed=lambda _: masks)
    assert row[:, 1:].tolist() == [[0] * 4, [1] * 4, [2] * 4]


def test_the_window_slides_beyond_the_context() -> None:
    model = Fixed(torch.zeros(5), context=4)
    row = continue_tokens(model, torch.zeros(1, 6, dtype=torch.int64), 3, generator=rng(), cached=False)
    assert [shown.shape[1] for shown in model.shown] == [4, 4, 4]
    assert torch.equal(model.shown[-1], row[:, -5:-1])
    real = Transformer(5, 4, width=8, n_layers=2)
    for cached in (True, False):
        assert continue_tokens(real, row[:, :6], 20, generator=rng(), cached=cached).shape == (1, 26)


def test_writing_follows_the_generator_alone() -> None:
    model = Transformer(5, 8, width=8, n_layers=1)
    prompt = torch.zeros(2, 1, dtype=torch.int64)
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first, again, other = (continue_tokens(model, prompt, 30, generator=rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_draws_are_as_frequent_as_their_chances() -> None:
    probs = torch.tensor([0.6, 0.3, 0.1])
    row = continue_tokens(Fixed(probs.log()), torch.zeros(500, 1, dtype=torch.int64), 10, generator=rng())
    shares = row[:, 1:].flatten().bincount(minlength=3) / 5000
    torch.testing.assert_close(shares, probs, atol=0.03, rtol=0)
