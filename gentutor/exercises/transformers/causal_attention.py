"""Exercise `causal_attention`: tokens gather what they need from those before them."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.transformers.inputs import LESSON, heads


def _future(q: Tensor, k: Tensor, shift: int = 0) -> Tensor:
    """Return which keys lie in the future of each query, bool (T of q, T of k)."""
    n_queries, n_keys = q.shape[-2], k.shape[-2]
    places = torch.arange(n_keys)
    return places > places[-n_queries:].unsqueeze(1) + shift


def _scores(q: Tensor, k: Tensor) -> Tensor:
    return torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(q.shape[-1])


def _oracle(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Return the same with a loop over places: nothing of the future is ever touched."""
    before = k.shape[-2] - q.shape[-2]
    rows = []
    for t in range(q.shape[-2]):
        seen = before + t + 1
        scores = (k[:, :, :seen].double() * q[:, :, t : t + 1].double()).sum(-1) / math.sqrt(q.shape[-1])
        rows.append((scores.softmax(-1).unsqueeze(-1) * v[:, :, :seen]).sum(-2))
    return torch.stack(rows, -2)


def _attend(q: Tensor, k: Tensor, v: Tensor, scores: Any, hidden: Any) -> Tensor:
    weights: Tensor = scores.masked_fill(hidden, -math.inf).softmax(-1)
    return weights @ v


def _masked_late(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    weights = _scores(q, k).softmax(-1).masked_fill(_future(q, k), 0.0)
    return weights @ v


def _without_softmax(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return _scores(q, k).masked_fill(_future(q, k), 0.0) @ v


def _by_library(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return scaled_dot_product_attention(q, k, v, attn_mask=~_future(q, k))


def _by_exponentials(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    weights = _scores(q, k).exp() * ~_future(q, k)
    return weights @ v / weights.sum(-1, keepdim=True)


def _by_added_mask(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    n_queries, n_keys = q.shape[-2], k.shape[-2]
    mask = torch.full((n_keys, n_keys), -math.inf).triu(1)[-n_queries:]
    weights: Tensor = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + mask).softmax(-1)
    return weights @ v


CAUSAL_ATTENTION = Exercise(
    name="causal_attention",
    lesson=LESSON,
    task="Return what each query gathers: the mean of the values up to its own place, weighted by softmax of q·k / √D. "
    "Where there are fewer queries than keys, they belong to the last places.",
    arguments={"q": "B H T D", "k": "B H T D", "v": "B H T D"},
    returns="B H T D",
    points=5,
    oracle=_oracle,
    taught="gentutor.models.transformer:causal_attention",
    hints=(
        "Three steps: a table of scores, every query against every key; weights that sum to 1 in each row; and a "
        "weighted mean of values. Where in the table does the future lie?",
        "scores = q @ k.transpose(-2, -1) / math.sqrt(D) is (B, H, T, T). Set what lies right of the diagonal to −inf "
        "before the softmax over the last axis: exp(−inf) is 0. With fewer queries than keys the diagonal moves right.",
        "n_q, n_k = q.shape[-2], k.shape[-2]; future = torch.ones(n_q, n_k, dtype=torch.bool).triu(1 + n_k - n_q); "
        "return scores.masked_fill(future, -math.inf).softmax(-1) @ v.",
    ),
    checks=(
        Check("five tokens", heads, share=0.6),
        Check("the two newest tokens against all five", lambda g: heads(g, 2), share=0.4),
        Check("the newest token alone", lambda g: heads(g, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "no mask",
            lambda q, k, v: _scores(q, k).softmax(-1) @ v,
            "Every token sees the future. In training the answer would then stand in the question. Set the scores of "
            "later keys to −inf before the softmax.",
        ),
        Misconception(
            "masked after the softmax",
            _masked_late,
            "You take the future out after the softmax, so that the weights of a row no longer sum to 1. Set its "
            "*scores* to −inf before.",
        ),
        Misconception(
            "masked with 0",
            lambda q, k, v: _scores(q, k).masked_fill(_future(q, k), 0.0).softmax(-1) @ v,
            "You set the scores of the future to 0. exp(0) is 1, so they still get weight. Use −inf: exp(−inf) is 0.",
        ),
        Misconception(
            "past hidden",
            lambda q, k, v: _attend(q, k, v, _scores(q, k), _future(k, k).T[-q.shape[-2] :]),
            "Your mask is the wrong way round: it hides the past and shows the future. Rows are queries, columns are "
            "keys; the future lies right of the diagonal.",
        ),
        Misconception(
            "itself hidden",
            lambda q, k, v: _attend(q, k, v, _scores(q, k), _future(q, k, -1)),
            "A token may see itself too: your mask starts one place too early, and the first token is left "
            "with nothing "
            "to look at. Use triu(1), which spares the diagonal.",
        ),
        Misconception(
            "one too many",
            lambda q, k, v: _attend(q, k, v, _scores(q, k), _future(q, k, 1)),
            "Each token sees the one after it, which is the very one to be foreseen: your mask starts one place too "
            "late.",
        ),
        Misconception(
            "not scaled",
            lambda q, k, v: _attend(q, k, v, q @ k.mT, _future(q, k)),
            "The division by √D is missing ({D} features here). Without it scores grow with the width, softmax becomes "
            "all or nothing, and learns slowly.",
        ),
        Misconception(
            "scaled by D",
            lambda q, k, v: _attend(q, k, v, q @ k.mT / q.shape[-1], _future(q, k)),
            "You divide by D. A sum of D random products has a spread of √D: divide by math.sqrt(D).",
        ),
        Misconception(
            "scaled by the number of tokens",
            lambda q, k, v: _attend(q, k, v, q @ k.mT / math.sqrt(k.shape[-2]), _future(q, k)),
            "You divide by the root of the number of tokens. What makes scores grow is the number of features D, the "
            "last axis.",
        ),
        Misconception(
            "softmax over queries",
            lambda q, k, v: _scores(q, k).masked_fill(_future(q, k), -math.inf).softmax(-2).nan_to_num() @ v,
            "Your softmax runs over the queries. Each query shares out its own attention: softmax over the keys, the "
            "last axis.",
        ),
        Misconception(
            "keys gathered",
            lambda q, k, v: _attend(q, k, k, _scores(q, k), _future(q, k)),
            "You gather keys. A key says what a token can be found by; what it hands over is its value v.",
        ),
        Misconception(
            "no softmax",
            _without_softmax,
            "You weight with the bare scores, which can be negative and of any size. Softmax makes weights of them.",
        ),
        Misconception(
            "queries and keys swapped",
            lambda q, k, v: (
                _attend(q, k, v, _scores(q, k).mT, _future(q, k)) if q.shape == k.shape else _oracle(q, k, v)
            ),
            "Rows of your table are keys and columns are queries. It must be q @ k.transpose(-2, -1), a row for each "
            "query.",
        ),
        Misconception(
            "mask not moved",
            lambda q, k, v: _attend(
                q, k, v, _scores(q, k), torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).triu(1)
            ),
            "Right as long as there are as many queries as keys. With fewer, the queries belong to the *last* places, "
            "so the diagonal moves right: triu(1 + n_keys − n_queries).",
        ),
    ),
    alternatives=(_by_library, _by_exponentials, _by_added_mask),
    differentiable=("q", "k", "v"),
)
