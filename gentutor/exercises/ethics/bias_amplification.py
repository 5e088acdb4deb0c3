"""Exercise `bias_amplification`: by how much a generator raises the odds of what is common."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.ethics.inputs import LESSON, mixes


def _oracle(made: Tensor, training: Tensor) -> Tensor:
    odds = []
    for y in (made.tolist(), training.tolist()):
        odds.append((y.count(0) + 0.5) / (y.count(1) + 0.5))
    return torch.tensor(odds[0] / odds[1])


def _odds(y: Tensor, half: float = 0.5) -> Tensor:
    return ((y == 0).sum() + half) / ((y == 1).sum() + half)


def _share(y: Tensor) -> Tensor:
    return (y == 0).float().mean()


BIAS_AMPLIFICATION = Exercise(
    name="bias_amplification",
    lesson=LESSON,
    task="Return how many times larger the odds of 0 against 1 are among what was made than among the training data; "
    "add half to each count.",
    arguments={"made": "N", "training": "M"},
    returns="",
    points=3,
    oracle=_oracle,
    taught="gentutor.ethics.bias:bias_amplification",
    hints=(
        "Count the 0s and the 1s of each set. What are the odds of 0: one count by the other?",
        "Odds are (number of 0s + ½) / (number of 1s + ½). Work them out for `made` and for `training`; how many "
        "times larger are the first?",
        "odds = lambda y: ((y == 0).sum() + 0.5) / ((y == 1).sum() + 0.5); return odds(made) / odds(training).",
    ),
    checks=(
        Check("41 made, 67 to learn from", mixes, share=0.6),
        Check("nothing rare was made at all", lambda g: mixes(g, none_rare=True), share=0.4),
    ),
    misconceptions=(
        Misconception(
            "upside down",
            lambda made, training: _odds(training) / _odds(made),
            "Upside down: above 1 must mean that what was *made* is more uneven. Divide its odds by those of the "
            "training data.",
        ),
        Misconception(
            "shares, not odds",
            lambda made, training: _share(made) / _share(training),
            "You compare shares. From 80 % on they cannot grow by more than a quarter, however many rare ones vanish: "
            "compare odds, 0s against 1s.",
        ),
        Misconception(
            "difference of shares",
            lambda made, training: _share(made) - _share(training),
            "That is the difference of two shares. Wanted is a factor: odds among the made, divided by odds among "
            "the training data.",
        ),
        Misconception(
            "no half",
            lambda made, training: _odds(made, 0.0) / _odds(training, 0.0),
            "Odds of plain counts: where nothing rare was made you divide by 0. Add half to each of the four counts.",
        ),
        Misconception(
            "a whole added",
            lambda made, training: _odds(made, 1.0) / _odds(training, 1.0),
            "The right idea, but you add 1 to each count; agreed was one half.",
        ),
        Misconception(
            "odds of the rare",
            lambda made, training: 1 / _odds(made) * _odds(training) ** 0,
            "Two slips: these are the odds of the *rare* value, and the training data are left out. Odds are 0s "
            "against 1s, and those of `made` are divided by those of `training`.",
        ),
        Misconception(
            "training left out",
            lambda made, training: _odds(made),
            "Those are the odds among what was made. Uneven data are no fault of the generator: divide by the odds "
            "of `training`.",
        ),
    ),
    alternatives=(
        lambda made, training: _odds(made) / _odds(training),
        lambda made, training: torch.exp(_odds(made).log() - _odds(training).log()),
    ),
)
