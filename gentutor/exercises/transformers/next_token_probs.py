"""Exercise `next_token_probs`: how logits become the chances with which the next token is drawn."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.transformers.inputs import LESSON, scores

Kept = Callable[[list[float], float], int]


def _n_kept(chances: list[float], top_p: float) -> int:
    """How many of the chances, likeliest first, are needed to reach `top_p`."""
    total = 0.0
    for n, chance in enumerate(chances):
        if total >= top_p:
            return max(1, n)
        total += chance
    return len(chances)


def _rebuilt(logits: Tensor, temperature: float, top_k: int, top_p: float, kept: Kept = _n_kept) -> Tensor:
    """Return the same, one row and one token after another."""
    rows = []
    for row in logits.double():
        order = sorted(range(len(row)), key=lambda i: -float(row[i]))
        if temperature == 0:
            rows.append(one_hot(torch.tensor(order[0]), len(row)).double())
            continue
        weights = [math.exp(float(row[i] - row.max()) / temperature) for i in order][: top_k or None]
        weights = [weight / sum(weights) for weight in weights]
        weights = weights[: kept(weights, top_p) if top_p < 1 else None]
        found = torch.zeros(len(row), dtype=torch.float64)
        for i, weight in zip(order, weights, strict=False):
            found[i] = weight / sum(weights)
        rows.append(found)
    return torch.stack(rows)


def _oracle(logits: Tensor, temperature: float, top_k: int, top_p: float) -> Tensor:
    return _rebuilt(logits, temperature, top_k, top_p).float()


def _by_sorting(logits: Tensor, temperature: float, top_k: int, top_p: float) -> Tensor:
    sharp = logits / max(temperature, 1e-4)
    probs, order = (sharp - sharp.max(-1, keepdim=True).values).softmax(-1).sort(-1, descending=True)
    if top_k:
        probs[..., top_k:] = 0
        probs = probs / probs.sum(-1, keepdim=True)
    if top_p < 1:
        probs = probs * ((probs.cumsum(-1) - probs) < top_p)
        probs = probs / probs.sum(-1, keepdim=True)
    return torch.zeros_like(probs).scatter(-1, order, probs)


def _by_rank(logits: Tensor, temperature: float, top_k: int, top_p: float) -> Tensor:
    if temperature == 0:
        return one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    rank = (-logits).argsort(-1).argsort(-1)
    weights = (logits / temperature).softmax(-1) * (rank < (top_k or logits.shape[-1]))
    weights = weights / weights.sum(-1, keepdim=True)
    likelier = (weights.unsqueeze(-2) * (weights.unsqueeze(-2) > weights.unsqueeze(-1))).sum(-1)
    weights = weights * (likelier < top_p) if top_p < 1 else weights
    return weights / weights.sum(-1, keepdim=True)


def _temperature_multiplied(logits: Tensor, temperature: float, top_k: int, top_p: float) -> Tensor:
    return _oracle(logits, 1 / temperature if temperature else 1e9, top_k, top_p)


def _crossing_dropped(chances: list[float], top_p: float) -> int:
    return max(1, _n_kept(chances, top_p) - 1)


def _every_likely_one(chances: list[float], top_p: float) -> int:
    return max(1, sum(chance >= 1 - top_p for chance in chances))


def _not_scaled_again(logits: Tensor, temperature: float, top_k: int, top_p: float) -> Tensor:
    return _oracle(logits, temperature, 0, 1.0) * (_oracle(logits, temperature, top_k, top_p) > 0)


def _in_sorted_order(logits: Tensor, temperature: float, top_k: int, top_p: float) -> Tensor:
    probs = _oracle(logits, temperature, top_k, top_p)
    return probs.sort(-1, descending=True).values if top_p < 1 else probs


def _cut_before_temperature(logits: Tensor, temperature: float, top_k: int, top_p: float) -> Tensor:
    if temperature == 0:
        return _oracle(logits, 0, top_k, top_p)
    kept = _oracle(logits, 1.0, top_k, top_p) > 0
    return (logits / temperature).masked_fill(~kept, -math.inf).softmax(-1)


def _nucleus_first(logits: Tensor, temperature: float, top_k: int, top_p: float) -> Tensor:
    kept = _oracle(logits, temperature, 0, top_p) > 0
    return _oracle(logits.masked_fill(~kept, -1e9), temperature, top_k, 1.0)


def _rarest_kept(logits: Tensor, temperature: float, top_k: int, top_p: float) -> Tensor:
    if not top_k:
        return _oracle(logits, temperature, 0, top_p)
    largest_of_rare = logits.topk(min(top_k, logits.shape[-1]), largest=False).values[..., -1:]
    return _oracle(logits.masked_fill(logits > largest_of_rare, -1e9), temperature, 0, top_p)


NEXT_TOKEN_PROBS = Exercise(
    name="next_token_probs",
    lesson=LESSON,
    task="Return the chances of the next token: logits divided by the temperature (0: all on the likeliest "
    "token), then "
    "only the top_k likeliest (0: all), then of these the fewest likeliest that reach top_p together; they sum to 1.",
    arguments={"logits": "B N", "temperature": "float", "top_k": "int", "top_p": "float"},
    returns="B N",
    points=5,
    oracle=_oracle,
    taught="gentutor.samplers.sequences:next_token_probs",
    hints=(
        "Do one thing after the other: temperature 0 is a case of its own; else divide, cut by top_k, softmax, cut by "
        "top_p, and scale what is left. Get the first right before you write the next.",
        "top_k: logits below the k-th largest become −inf before the softmax. top_p: sort the chances downwards; a "
        "token is kept when those *before* it sum to less than top_p. Then bring the cut back into the old order.",
        "sorted_probs, order = probs.sort(-1, descending=True); drop = sorted_probs.cumsum(-1) - "
        "sorted_probs >= top_p; "
        "probs = probs.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), 0); divide by the sum.",
    ),
    checks=(
        Check("temperature 1.6", lambda g: scores(g, 1.6, 0, 1.0), share=0.15),
        Check("temperature 0", lambda g: scores(g, 0.0, 0, 1.0), share=0.25),
        Check("top_k 3 at temperature 0.5", lambda g: scores(g, 0.5, 3, 1.0), share=0.15),
        Check("top_p 0.8 at temperature 1.6", lambda g: scores(g, 1.6, 0, 0.8), share=0.2),
        Check("top_k 4 and top_p 0.8 together", lambda g: scores(g, 0.7, 4, 0.8), share=0.25),
        Check("top_k larger than the vocabulary", lambda g: scores(g, 1.0, 99, 1.0), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "multiplied by the temperature",
            _temperature_multiplied,
            "You multiply by the temperature, so that heat makes the model surer. Divide: a high temperature makes "
            "logits, and so chances, more alike.",
        ),
        Misconception(
            "temperature has no effect",
            lambda logits, temperature, top_k, top_p: _oracle(logits, float(temperature > 0), top_k, top_p),
            "The temperature changes nothing in your function. Divided out of the *chances* it disappears "
            "when they are "
            "scaled to sum to 1: divide the logits, before the softmax.",
        ),
        Misconception(
            "logarithms",
            lambda logits, temperature, top_k, top_p: _oracle(logits, temperature, top_k, top_p).log(),
            "You return logarithms of chances. `log_softmax` is for the loss; to draw, chances themselves are needed.",
        ),
        Misconception(
            "softmax over the batch",
            lambda logits, temperature, top_k, top_p: (logits / (temperature or 1e-6)).softmax(0),
            "Your softmax runs over the rows of the batch. Each row is one text: softmax over its tokens, the last "
            "axis.",
        ),
        Misconception(
            "cut before the temperature",
            _cut_before_temperature,
            "You cut by `top_p` with the chances of temperature 1, and apply the temperature after. Agreed is: first "
            "the temperature, so that `top_p` is a share of the chances that are really drawn from.",
        ),
        Misconception(
            "nucleus before the cut by k",
            _nucleus_first,
            "You cut by `top_p` first and by `top_k` second. Agreed is the other order: `top_p` is a share of what "
            "`top_k` has left, scaled to 1.",
        ),
        Misconception(
            "not scaled to 1",
            _not_scaled_again,
            "The right tokens are kept, but their chances no longer sum to 1. Divide by their sum after a cut.",
        ),
        Misconception(
            "no top_k",
            lambda logits, temperature, top_k, top_p: _oracle(logits, temperature, 0, top_p),
            "`top_k` cuts nothing in your function: only the k likeliest tokens may be drawn.",
        ),
        Misconception(
            "no top_p",
            lambda logits, temperature, top_k, top_p: _oracle(logits, temperature, top_k, 1.0),
            "`top_p` cuts nothing in your function: only the likeliest tokens that together reach it may be drawn.",
        ),
        Misconception(
            "rarest kept",
            _rarest_kept,
            "You keep the *un*likeliest tokens with `top_k`. Look at the direction in which you sort.",
        ),
        Misconception(
            "last token left out",
            lambda logits, temperature, top_k, top_p: _rebuilt(
                logits, temperature, top_k, top_p, _crossing_dropped
            ).float(),
            "With `top_p` you drop the token at which the sum passes it. Then what is left never reaches top_p, and "
            "with a very sure model nothing would be left. A token stays when those *before* it sum to less.",
        ),
        Misconception(
            "every chance compared",
            lambda logits, temperature, top_k, top_p: _rebuilt(
                logits, temperature, top_k, top_p, _every_likely_one
            ).float(),
            "You compare each chance by itself with `top_p`. It is the *sum* of the likeliest that must "
            "reach it: sort, "
            "then cumsum.",
        ),
        Misconception(
            "sorted order",
            _in_sorted_order,
            "Your chances are sorted: the first is always the largest, and it is no longer known whose they are. Bring "
            "them back into the order of the tokens, with `scatter`.",
        ),
        Misconception(
            "divided by 0",
            lambda logits, temperature, top_k, top_p: (
                _oracle(logits, temperature, top_k, top_p) if temperature else logits * math.nan
            ),
            "Right but for temperature 0, where you divide by 0. It means: always the likeliest token. Treat it as a "
            "case of its own.",
            symptom="not finite",
        ),
    ),
    alternatives=(_by_sorting, _by_rank, _oracle),
)
