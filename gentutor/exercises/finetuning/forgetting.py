"""Exercise `forgetting`: how far each text has fallen from its best."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.finetuning.inputs import LESSON, courses

BIT = math.log(2)


def _oracle(losses: Tensor) -> Tensor:
    lost = []
    for course in losses.double().T.tolist():
        best = math.inf
        for loss in course:
            best = min(best, loss)
        lost.append((course[-1] - best) / BIT)
    return torch.tensor(lost, dtype=torch.float64)


FORGETTING = Exercise(
    name="forgetting",
    lesson=LESSON,
    task="Return for each text how far its last loss stands above the lowest that it ever had, in bits.",
    arguments={"losses": "M K"},
    returns="K",
    points=4,
    oracle=_oracle,
    taught="gentutor.metrics.forgetting:forgetting",
    hints=(
        "Each column is one text. Where does its loss stand now, and where did it stand when it was best?",
        "losses[-1] is now. losses.min(0).values is the best of each column. The losses are in nats: a bit has log 2 "
        "of them.",
        "(losses[-1] - losses.min(0).values) / math.log(2)",
    ),
    checks=(
        Check("three texts at four moments", courses, share=0.6, rtol=1e-3, atol=1e-4),
        Check("three texts at nine moments", lambda g: courses(g, 5), share=0.4, rtol=1e-3, atol=1e-4),
    ),
    misconceptions=(
        Misconception(
            "nats",
            lambda losses: losses[-1] - losses.min(0).values,
            "Your numbers are in nats, as the losses are. Wanted are bits: divide by log 2, about 0.69.",
        ),
        Misconception(
            "times log 2",
            lambda losses: (losses[-1] - losses.min(0).values) * BIT,
            "You multiply by log 2. A bit is less than a nat, so the same loss has *more* bits: divide.",
        ),
        Misconception(
            "against the beginning",
            lambda losses: (losses[-1] - losses[0]) / BIT,
            "You compare with the first moment. What was learnt on the way and lost again would not count, and a text "
            "that improved would have a negative forgetting. Compare with its best moment.",
        ),
        Misconception(
            "sign",
            lambda losses: (losses.min(0).values - losses[-1]) / BIT,
            "Your forgetting is never above 0. A loss that rises is what is forgotten: now minus best.",
        ),
        Misconception(
            "worst moment",
            lambda losses: (losses.max(0).values - losses.min(0).values) / BIT,
            "You take the worst moment in place of the last. What was forgotten for a while and learnt again is not "
            "forgotten *now*.",
        ),
        Misconception(
            "distance to the worst",
            lambda losses: (losses.max(0).values - losses[-1]) / BIT,
            "That is how far each text has come down from its *worst* moment. A high loss is bad: look for the lowest.",
        ),
        Misconception(
            "the end left out",
            lambda losses: (losses[-1] - losses[:-1].min(0).values) / BIT,
            "You look for the best moment before the last one only, so that a text which is best now gets a negative "
            "number. The last moment counts too: then nothing is forgotten.",
        ),
        Misconception(
            "since the moment before",
            lambda losses: (losses[-1] - losses[-2]) / BIT,
            "You compare with the moment just before. Forgetting adds up over the whole course: take the best of all.",
        ),
        Misconception(
            "one best for all texts",
            lambda losses: (losses[-1] - losses.min()) / BIT,
            "You compare every text with the best loss of the whole table. An easy text has low losses all along: take "
            "the lowest of each column.",
        ),
        Misconception(
            "one number for all",
            lambda losses: ((losses[-1] - losses.min(0).values) / BIT).mean(),
            "You average over the texts. What one gained and another lost would hide each other: one number for each "
            "of the {K} texts.",
        ),
        Misconception(
            "for each moment",
            lambda losses: (losses[:, -1] - losses.min(1).values) / BIT,
            "You take the lowest of each row. A row is a moment, a column a text: go down the columns, dimension 0.",
        ),
        Misconception(
            "a ratio",
            lambda losses: losses[-1] / losses.min(0).values,
            "You divide by the best loss. In bits, what is lost is a difference.",
        ),
    ),
    alternatives=(
        lambda losses: (losses[-1] - losses.amin(0)) / BIT,
        lambda losses: (losses[-1] - losses.cummin(0).values[-1]) * math.log2(math.e),
        lambda losses: torch.stack([(column[-1] - column.min()) / BIT for column in losses.T]),
    ),
)
