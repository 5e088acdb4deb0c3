"""Exercise `lora_linear`: what a frozen layer and its adapter answer together."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.finetuning.inputs import LESSON, layer_and_input, new_adapter


def _oracle(x: Tensor, weight: Tensor, down: Tensor, up: Tensor, alpha: float) -> Tensor:
    together = weight.double() + alpha / len(down) * torch.einsum("er,rd->ed", up.double(), down.double())
    return torch.einsum("btd,ed->bte", x.double(), together)


def _two_layers(x: Tensor, weight: Tensor, down: Tensor, up: Tensor, alpha: float) -> Tensor:
    return F.linear(x, weight) + F.linear(F.linear(x, down), up) * alpha / down.shape[0]


LORA_LINEAR = Exercise(
    name="lora_linear",
    lesson=LESSON,
    task="Return the answer of the frozen weights plus alpha / R times that of the adapter: down to R numbers, and up.",
    arguments={"x": "B T D", "weight": "E D", "down": "R D", "up": "E R", "alpha": "float"},
    returns="B T E",
    points=4,
    oracle=_oracle,
    taught="gentutor.models.adapters:lora_linear",
    hints=(
        "A linear layer without bias answers x @ weight.T. The adapter is two such layers, one after the other.",
        "Down first: x @ down.T has R numbers for each token. Then up. Multiply by alpha / R, where R is the number of "
        "rows of `down`, and add the frozen layer's answer.",
        "x @ weight.T + alpha / down.shape[0] * ((x @ down.T) @ up.T)",
    ),
    checks=(
        Check("rank 4, alpha 6", layer_and_input, share=0.6),
        Check("rank 2, alpha 3", lambda g: layer_and_input(g, 2, 3.0), share=0.4),
        Check("a new adapter, whose way up is zero", new_adapter, share=0.0),
    ),
    misconceptions=(
        Misconception(
            "adapter alone",
            lambda x, weight, down, up, alpha: alpha / len(down) * (x @ down.T @ up.T),
            "You return the adapter's answer alone. A new adapter would then answer 0 to everything: add what the "
            "frozen weights say.",
        ),
        Misconception(
            "adapter ignored",
            lambda x, weight, down, up, alpha: x @ weight.T,
            "You return the frozen layer's answer alone: training could change nothing. Add the adapter's.",
        ),
        Misconception(
            "alpha and rank left out",
            lambda x, weight, down, up, alpha: x @ weight.T + x @ down.T @ up.T,
            "The adapter's answer is added as it is. Multiply it by alpha / R first, or another rank would also "
            "mean another strength.",
        ),
        Misconception(
            "not divided by the rank",
            lambda x, weight, down, up, alpha: x @ weight.T + alpha * (x @ down.T @ up.T),
            "You multiply by alpha, but do not divide by R, here {R}: each of the R numbers adds its part, and with "
            "twice as many the answer would grow.",
        ),
        Misconception(
            "alpha left out",
            lambda x, weight, down, up, alpha: x @ weight.T + (x @ down.T @ up.T) / len(down),
            "You divide by R and leave alpha out. The strength is alpha / R.",
        ),
        Misconception(
            "root of the rank",
            lambda x, weight, down, up, alpha: x @ weight.T + alpha / math.sqrt(len(down)) * (x @ down.T @ up.T),
            "You divide by the root of R. A later paper does so (rank-stabilised LoRA, 2023); Hu and others, and this "
            "lesson, divide by R.",
        ),
        Misconception(
            "divided by the inputs",
            lambda x, weight, down, up, alpha: x @ weight.T + alpha / down.shape[1] * (x @ down.T @ up.T),
            "You divide by {D}, the number of inputs. R is the number of *rows* of `down`: down.shape[0], here {R}.",
        ),
        Misconception(
            "upside down",
            lambda x, weight, down, up, alpha: x @ weight.T + len(down) / alpha * (x @ down.T @ up.T),
            "Your factor is R / alpha. Turned round: alpha / R.",
        ),
        Misconception(
            "both scaled",
            lambda x, weight, down, up, alpha: alpha / len(down) * (x @ weight.T + x @ down.T @ up.T),
            "You multiply the frozen answer too. It must stay as it was: only the adapter has a strength.",
        ),
        Misconception(
            "taken away",
            lambda x, weight, down, up, alpha: x @ weight.T - alpha / len(down) * (x @ down.T @ up.T),
            "You subtract the adapter's answer. Training could make up for that; merging it with + could not.",
        ),
        Misconception(
            "a bend between",
            lambda x, weight, down, up, alpha: x @ weight.T + alpha / len(down) * ((x @ down.T).relu() @ up.T),
            "You bend the numbers between down and up. A bend could not be merged into one matrix afterwards: an "
            "adapter is linear.",
        ),
    ),
    alternatives=(
        lambda x, weight, down, up, alpha: x @ (weight + alpha / len(down) * up @ down).T,
        _two_layers,
        lambda x, weight, down, up, alpha: _oracle(x, weight, down, up, alpha).float(),
    ),
    differentiable=("x", "down", "up"),
)
