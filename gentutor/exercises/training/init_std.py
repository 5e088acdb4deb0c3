"""Exercise `init_std`: how large first weights should be."""

from __future__ import annotations

import math

import numpy as np
import torch

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.training.inputs import LESSON, fan_in
from gentutor.models.initialisation import GAINS


def _by_torch(fan_in: int, nonlinearity: str) -> float:
    return float(torch.nn.init.calculate_gain(nonlinearity)) / math.sqrt(fan_in)  # type: ignore[arg-type]


def _by_cases(fan_in: int, nonlinearity: str) -> float:
    if nonlinearity == "relu":
        return float((2 / fan_in) ** 0.5)
    if nonlinearity == "tanh":
        return 5 / 3 / math.sqrt(fan_in)
    return 1 / math.sqrt(fan_in)


INIT_STD = Exercise(
    name="init_std",
    lesson=LESSON,
    task="Return the standard deviation of first weights that keeps the spread level: the gain of the nonlinearity "
    "divided by the square root of fan_in.",
    arguments={"fan_in": "int", "nonlinearity": "str"},
    returns="float",
    points=2,
    oracle=_by_torch,
    taught="gentutor.models.initialisation:init_std",
    hints=(
        "Add up 100 independent products, each with variance s². What is the variance of the sum, and which s makes "
        "it 1?",
        "For 'linear' it is 1 / √fan_in. A ReLU drops half of the mean square, so the variance of the weights has to "
        "be twice as large: by which factor does their standard deviation grow?",
        'Keep the gains in a dict, {"linear": 1, "relu": math.sqrt(2), "tanh": 5 / 3}, look one up by `nonlinearity`, '
        "and divide it by math.sqrt(fan_in).",
    ),
    checks=(
        Check("a layer after a ReLU", lambda g: fan_in(g, "relu"), share=0.5),
        Check("a layer after a tanh", lambda g: fan_in(g, "tanh"), share=0.25),
        Check("a layer after nothing", lambda g: fan_in(g, "linear"), share=0.25),
    ),
    misconceptions=(
        Misconception(
            "variance instead of standard deviation",
            lambda fan_in, nonlinearity: GAINS[nonlinearity] ** 2 / fan_in,
            "That is the variance of the weights. Asked for is their standard deviation: take the square root.",
        ),
        Misconception(
            "square root forgotten",
            lambda fan_in, nonlinearity: GAINS[nonlinearity] / fan_in,
            "You divide by fan_in itself. Variances add up, so it is the variance that goes with 1 / fan_in, and the "
            "standard deviation with 1 / √fan_in.",
        ),
        Misconception(
            "gain left out",
            lambda fan_in, nonlinearity: 1 / math.sqrt(fan_in),
            "You treat every layer as a linear one. What the nonlinearity takes away, the weights have to give back: "
            "multiply by its gain, √2 for a ReLU.",
        ),
        Misconception(
            "always for a ReLU",
            lambda fan_in, nonlinearity: math.sqrt(2 / fan_in),
            "You use the gain of a ReLU for everything. `nonlinearity` says which one to take: 1 for 'linear', 5/3 "
            "for 'tanh'.",
        ),
        Misconception(
            "gain of 2",
            lambda fan_in, nonlinearity: {**GAINS, "relu": 2.0}[nonlinearity] / math.sqrt(fan_in),
            "For a ReLU the variance is to be twice as large; the standard deviation grows by √2, not by 2.",
        ),
        Misconception(
            "divided by the gain",
            lambda fan_in, nonlinearity: 1 / (GAINS[nonlinearity] * math.sqrt(fan_in)),
            "You divide by the gain. What the nonlinearity takes away, the weights give back: multiply.",
        ),
        Misconception(
            "upside down",
            lambda fan_in, nonlinearity: GAINS[nonlinearity] * math.sqrt(fan_in),
            "You multiply by √fan_in. The more numbers a unit adds up, the smaller each weight has to be: divide.",
        ),
        Misconception(
            "torch's default",
            lambda fan_in, nonlinearity: 1 / math.sqrt(3 * fan_in),
            "That is the spread of torch's default for `nn.Linear`, 1 / √(3 fan_in). It is not made to keep the spread "
            "level, as the slider has shown.",
        ),
    ),
    alternatives=(
        _by_cases,
        lambda fan_in, nonlinearity: float(np.sqrt({"linear": 1, "relu": 2, "tanh": 25 / 9}[nonlinearity] / fan_in)),
        lambda fan_in, nonlinearity: GAINS[nonlinearity] * fan_in**-0.5,
    ),
)
