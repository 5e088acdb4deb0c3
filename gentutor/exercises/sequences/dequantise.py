"""Exercise `dequantise`: tokens become brightness again."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.sequences.inputs import LESSON, grey_tokens


def _oracle(tokens: Tensor, levels: int) -> Tensor:
    return torch.linspace(0, 1, levels, dtype=torch.float64)[tokens]


DEQUANTISE = Exercise(
    name="dequantise",
    lesson=LESSON,
    task="Return the brightness of each token: 0 for token 0, 1 for token levels − 1, equal steps between.",
    arguments={"tokens": "B H W", "levels": "int"},
    returns="B H W",
    points=2,
    oracle=_oracle,
    taught="gentutor.datasets.quantising:dequantise",
    hints=(
        "Undo what `quantise` did. Which token must become exactly 1?",
        "Token levels − 1 is white: what do you divide it by to get 1?",
        "tokens / (levels - 1). A single `/` makes decimal numbers of whole ones.",
    ),
    checks=(
        Check("two pictures in 8 greys", lambda g: grey_tokens(g, 8), share=0.5),
        Check("two pictures in 3 greys", lambda g: grey_tokens(g, 3), share=0.5),
    ),
    misconceptions=(
        Misconception(
            "divided by levels",
            lambda tokens, levels: tokens / levels,
            "White does not become 1: the highest token is levels − 1, so divide by that.",
        ),
        Misconception(
            "middle of a bin",
            lambda tokens, levels: (tokens + 0.5) / levels,
            "You return the middle of equal bins, so black is never black. Token 0 is 0, token levels − 1 is 1.",
        ),
        Misconception(
            "whole-number division",
            lambda tokens, levels: (tokens // (levels - 1)).float(),
            "`//` cuts off all decimals, so everything but white becomes black. Divide with a single `/`.",
        ),
        Misconception(
            "not scaled",
            lambda tokens, levels: tokens.float(),
            "You return the tokens themselves as decimal numbers. Brightness runs from 0 to 1.",
        ),
        Misconception(
            "bytes",
            lambda tokens, levels: tokens / 255,
            "The highest token is levels − 1 here, not 255: with few levels your picture is nearly black.",
        ),
        Misconception(
            "one level too few",
            lambda tokens, levels: tokens / max(levels - 2, 1),
            "Some of your pixels are brighter than white. Between `levels` greys there are levels − 1 steps.",
        ),
        Misconception(
            "negative",
            lambda tokens, levels: 1 - tokens / (levels - 1),
            "Token 0 became white: your picture is a negative.",
        ),
        Misconception(
            "stretched to the batch",
            lambda tokens, levels: (tokens + 1) / (levels + 1),
            "Black and white moved inwards: token 0 must be exactly 0, and token levels − 1 exactly 1.",
        ),
    ),
    alternatives=(
        lambda tokens, levels: torch.linspace(0, 1, levels)[tokens],
        lambda tokens, levels: tokens.float() * (1 / (levels - 1)),
        lambda tokens, levels: (tokens.double() / (levels - 1)).float(),
    ),
)
