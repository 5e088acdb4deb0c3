"""Exercise `training_flops`: how many operations a training run takes."""

from __future__ import annotations

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.welcome.inputs import LESSON, run_settings


def _oracle(n_weights: int, batch_size: int, steps: int) -> float:
    forward = n_weights * (1 + 1)  # a multiplication and an addition for each weight
    backward = n_weights * (2 + 2)  # the same for the gradient of the weight, and for that of its input
    return float(sum((forward + backward) * batch_size for _ in range(steps)))


def _by_addition(n_weights: int, batch_size: int, steps: int) -> float:
    seen = batch_size * steps
    return 2.0 * n_weights * seen + 4.0 * n_weights * seen


TRAINING_FLOPS = Exercise(
    name="training_flops",
    lesson=LESSON,
    task="Return how many floating-point operations a training run takes: 2 for each weight and example on the way "
    "forward, 4 on the way back.",
    arguments={"n_weights": "float", "batch_size": "float", "steps": "float"},
    returns="float",
    points=2,
    oracle=_oracle,
    taught="gentutor.metrics.cost:training_flops",
    hints=(
        "Begin with one weight and one example. How many operations is that, forward and back together?",
        "How many examples does the whole run see? Each step shows `batch_size` of them, and there are `steps` steps.",
        "Six operations, times the weights, times the examples of a step, times the steps.",
    ),
    checks=(
        Check("a small network", run_settings, share=0.5),
        Check("a larger one", lambda g: run_settings(g, 40), share=0.5),
    ),
    misconceptions=(
        Misconception(
            "forward only",
            lambda n_weights, batch_size, steps: 2 * n_weights * batch_size * steps,
            "You count the way forward, 2 for each weight. Training also goes back, which costs twice as "
            "much again: 6 in all.",
        ),
        Misconception(
            "backward only",
            lambda n_weights, batch_size, steps: 4 * n_weights * batch_size * steps,
            "You count 4 for each weight and example. The way forward is 2, and the way back costs twice "
            "that, 4: together 6.",
        ),
        Misconception(
            "multiplications only",
            lambda n_weights, batch_size, steps: 3 * n_weights * batch_size * steps,
            "You are short by half: a weight is multiplied and then added, which is 2 operations each time, not 1.",
        ),
        Misconception(
            "no factor",
            lambda n_weights, batch_size, steps: n_weights * batch_size * steps,
            "You count each meeting of a weight and an example once. There are 6 operations in it: 2 forward, 4 back.",
        ),
        Misconception(
            "one step only",
            lambda n_weights, batch_size, steps: 6 * n_weights * batch_size,
            "That is one step. The run takes `steps` of them.",
        ),
        Misconception(
            "one example a step",
            lambda n_weights, batch_size, steps: 6 * n_weights * steps,
            "You count one example for each step. Every example of the batch goes through the network: "
            "times `batch_size`.",
        ),
        Misconception(
            "batch divided",
            lambda n_weights, batch_size, steps: 6 * n_weights * steps / batch_size,
            "You divide by the batch. The loss is averaged over the batch, but the work is not: multiply.",
        ),
        Misconception(
            "added",
            lambda n_weights, batch_size, steps: 6 * (n_weights + batch_size + steps),
            "You add where you should multiply: every weight meets every example in every step.",
        ),
        Misconception(
            "weights added to examples",
            lambda n_weights, batch_size, steps: 6 * (n_weights + batch_size * steps),
            "Every weight meets every example, so their numbers are multiplied, not added.",
        ),
    ),
    alternatives=(
        _by_addition,
        lambda n_weights, batch_size, steps: int(6 * steps * batch_size * n_weights),
        lambda n_weights, batch_size, steps: 3 * (2 * n_weights * batch_size) * steps,
    ),
)
