"""What is particular to the exercises of lesson 05; `test_every_exercise` has what holds for all."""

import math

import pytest
import torch

from gentutor.exercises.contract import Exercise
from gentutor.exercises.judging import judge_function
from gentutor.exercises.transformers import EXERCISES as CONTRACTS
from gentutor.exercises.transformers.inputs import heads, scores
from gentutor.seeding import generator

BY_NAME = {contract.name: contract for contract in CONTRACTS if isinstance(contract, Exercise)}


def test_points_are_those_of_the_lesson():
    assert {contract.name: contract.points for contract in CONTRACTS} == {
        "perplexity": 2, "causal_attention": 5, "next_token_probs": 5, "a_forgotten_mask": 1,
        "which_model_is_better": 1, "how_to_decode": 3,
    }  # fmt: skip


def test_equal_chances_give_their_number():
    function = BY_NAME["perplexity"].own_function()
    assert function(torch.full((3, 4), math.log(1 / 10))) == pytest.approx(10)


@pytest.mark.parametrize("n_queries", [5, 2, 1])
def test_the_oracle_of_attention_never_touches_the_future(n_queries):
    q, k, v = heads(generator(0), n_queries)
    oracle = BY_NAME["causal_attention"].oracle
    later = v.clone()
    later[:, :, -1] += 100
    same = oracle(q, k, v)[:, :, :-1], oracle(q, k, later)[:, :, :-1]
    assert torch.equal(*same)
    assert not torch.allclose(oracle(q, k, v)[:, :, -1], oracle(q, k, later)[:, :, -1])


def test_the_inputs_keep_as_many_tokens_as_the_checks_are_meant_for():
    function = BY_NAME["next_token_probs"].own_function()
    for seed in range(50):
        kept = [
            set((function(*scores(generator(seed), *how)) > 0).sum(-1).tolist())
            for how in ((0.0, 0, 1.0), (0.5, 3, 1.0), (1.6, 0, 0.8), (0.7, 4, 0.8))
        ]
        assert kept == [{1}, {3}, {4}, {3}]


def test_a_mask_that_does_not_move_is_told_so():
    def causal_attention(q, k, v):
        s = q @ k.mT / math.sqrt(q.shape[-1])
        future = torch.ones_like(s).triu(1).bool()
        return s.masked_fill(future, -math.inf).softmax(-1) @ v

    verdict = judge_function(BY_NAME["causal_attention"], causal_attention)
    assert verdict.misconception == "mask not moved"
    assert 0 < verdict.points < 5
