"""Exercise `perplexity`: among how many tokens a model wavers."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.transformers.inputs import LESSON, surprises


def _oracle(log_probs: Tensor) -> float:
    values = [float(value) for value in log_probs.double().flatten()]
    return math.prod(math.exp(-value / len(values)) for value in values)


def _mean_over_rows(log_probs: Tensor) -> float:
    rows = [_oracle(row) for row in log_probs]
    return sum(rows) / len(rows)


PERPLEXITY = Exercise(
    name="perplexity",
    lesson=LESSON,
    task="Return the perplexity, one plain number, of a text whose tokens got the logarithms of chances `log_probs`.",
    arguments={"log_probs": "B T"},
    returns="float",
    points=2,
    oracle=_oracle,
    taught="gentutor.metrics.perplexity:perplexity",
    hints=(
        "A model that always wavers between 10 equal tokens gives each log(1/10). What must your function do "
        "with a row "
        "of such numbers so that 10 comes out?",
        "The surprise at a token is minus its logarithm. Take the mean over all tokens first, and undo the logarithm "
        "last.",
        "exp undoes log: math.exp(-log_probs.mean().item()).",
    ),
    checks=(
        Check("three rows of four tokens", surprises, share=0.6, rtol=1e-3),
        Check("a page of 3,000 tokens", lambda g: surprises(g, 30, 100), share=0.4, rtol=1e-3),
        Check("one token", lambda g: surprises(g, 1, 1), share=0.0, rtol=1e-3),
    ),
    misconceptions=(
        Misconception(
            "sign",
            lambda log_probs: math.exp(log_probs.mean().item()),
            "Your perplexity is below 1: that is the geometric mean of the chances. A minus is missing: log p is "
            "negative, and surprise is −log p.",
        ),
        Misconception(
            "no exponential",
            lambda log_probs: -log_probs.mean().item(),
            "That is the mean surprise in nats, the loss itself. Perplexity undoes the logarithm: take exp of it.",
        ),
        Misconception(
            "summed",
            lambda log_probs: math.exp(min(700.0, -log_probs.double().sum().item())),
            "You add up the surprise of all tokens, so that a longer text looks worse. Average over the tokens.",
        ),
        Misconception(
            "mean of inverse chances",
            lambda log_probs: (-log_probs).exp().mean().item(),
            "You take exp of every token and then the mean, so that one very unlikely token outweighs all others. "
            "First the mean, then exp.",
        ),
        Misconception(
            "one over the mean chance",
            lambda log_probs: 1 / log_probs.exp().mean().item(),
            "You average the chances themselves. Then a token that was held impossible costs hardly anything: average "
            "the logarithms, and undo the logarithm last.",
        ),
        Misconception(
            "two instead of e",
            lambda log_probs: 2 ** -log_probs.mean().item(),
            "You take 2 to the power of the surprise, but these are natural logarithms: take exp. (2 belongs to "
            "logarithms with base 2, to bits.)",
        ),
        Misconception(
            "each row by itself",
            _mean_over_rows,
            "You take the perplexity of each row and average those. All tokens count alike: one mean over all of them, "
            "then exp.",
        ),
        Misconception(
            "one for each row",
            lambda log_probs: torch.exp(-log_probs.mean(-1)),
            "You return one perplexity for each of the {B} rows. Wanted is one number: the mean over all tokens.",
        ),
        Misconception(
            "one for each token",
            lambda log_probs: torch.exp(-log_probs),
            "You return a number for each token. Average the logarithms first, to get a single one.",
        ),
        Misconception(
            "product underflows",
            lambda log_probs: (
                float(log_probs.exp().prod()) ** (-1 / log_probs.numel()) if log_probs.exp().prod() > 0 else math.inf
            ),
            "Right for a few tokens, but the product of thousands of chances is smaller than any number that "
            "a computer "
            "holds, and becomes 0. That is why one adds logarithms instead.",
        ),
    ),
    alternatives=(
        lambda log_probs: torch.exp(-log_probs.mean()).item(),
        lambda log_probs: 2 ** (-log_probs.mean().item() / math.log(2)),
        lambda log_probs: math.exp(-sum(log_probs.flatten().tolist()) / log_probs.numel()),
    ),
)
