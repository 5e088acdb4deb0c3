"""Exercise `merge`: one matrix in place of two."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.finetuning.inputs import LESSON, D, layer


def _oracle(weight: Tensor, down: Tensor, up: Tensor, alpha: float) -> Tensor:
    merged = weight.double().clone()
    for row, column in zip(down.double(), up.double().T, strict=True):  # a sum of R outer products
        merged += alpha / len(down) * torch.outer(column, row)
    return merged


MERGE = Exercise(
    name="merge",
    lesson=LESSON,
    task="Return the one matrix that answers as the frozen weights and their adapter do together.",
    arguments={"weight": "E D", "down": "R D", "up": "E R", "alpha": "float"},
    returns="E D",
    points=3,
    oracle=_oracle,
    taught="gentutor.models.adapters:merge",
    hints=(
        "Your `lora_linear` sends x through `down` and then through `up`. Which single matrix does both?",
        "(x @ down.T) @ up.T is x @ (up @ down).T: the product of the two has the shape of `weight`. And the strength?",
        "weight + alpha / down.shape[0] * (up @ down)",
    ),
    checks=(
        Check("rank 4, alpha 6", layer, share=0.6),
        Check("rank 2, alpha 3, as many outputs as inputs", lambda g: layer(g, 2, 3.0, D), share=0.4),
        Check("rank 1", lambda g: layer(g, 1, 0.5), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "alpha and rank left out",
            lambda weight, down, up, alpha: weight + up @ down,
            "You add the product as it is. The adapter answered with the strength alpha / R; merged, it must keep it.",
        ),
        Misconception(
            "not divided by the rank",
            lambda weight, down, up, alpha: weight + alpha * (up @ down),
            "You multiply by alpha and do not divide by R, here {R}.",
        ),
        Misconception(
            "alpha left out",
            lambda weight, down, up, alpha: weight + (up @ down) / len(down),
            "You divide by R, but leave alpha out: the strength is alpha / R.",
        ),
        Misconception(
            "root of the rank",
            lambda weight, down, up, alpha: weight + alpha / math.sqrt(len(down)) * (up @ down),
            "You divide by the root of R. The strength of `lora_linear` is alpha / R, and it must be the same here.",
        ),
        Misconception(
            "weights left out",
            lambda weight, down, up, alpha: alpha / len(down) * (up @ down),
            "That is the adapter's matrix alone: the model would forget all that the frozen weights knew. Add them.",
        ),
        Misconception(
            "nothing merged",
            lambda weight, down, up, alpha: weight.clone(),
            "You return the frozen weights as they were: what was learnt is lost.",
        ),
        Misconception(
            "taken away",
            lambda weight, down, up, alpha: weight - alpha / len(down) * (up @ down),
            "You take the adapter away. That is how one takes a merged adapter *out* again.",
        ),
        Misconception(
            "multiplied",
            lambda weight, down, up, alpha: weight * (1 + alpha / len(down) * (up @ down)),
            "You multiply the weights, place by place. The adapter adds to the answer, so its matrix is added.",
        ),
        Misconception(
            "both scaled",
            lambda weight, down, up, alpha: alpha / len(down) * (weight + up @ down),
            "You multiply the frozen weights too. Only the adapter has a strength.",
        ),
        Misconception(
            "averaged",
            lambda weight, down, up, alpha: (weight + alpha / len(down) * (up @ down)) / 2,
            "You take the mean of the two. Frozen layer and adapter *add* their answers; so do the matrices.",
        ),
    ),
    alternatives=(
        lambda weight, down, up, alpha: torch.addmm(weight, up, down, alpha=alpha / len(down)),
        lambda weight, down, up, alpha: weight + (alpha / down.shape[0] * down.T @ up.T).T,
        lambda weight, down, up, alpha: weight + torch.einsum("er,rd->ed", up, down) * (alpha / up.shape[1]),
    ),
)
