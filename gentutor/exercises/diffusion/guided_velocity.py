"""Exercise `guided_velocity`: exaggerate what a condition changes."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.diffusion.inputs import LESSON, two_velocities


def _oracle(told: Tensor, untold: Tensor, guidance: float) -> Tensor:
    return (1.0 - guidance) * untold.double() + guidance * told.double()


GUIDED_VELOCITY = Exercise(
    name="guided_velocity",
    lesson=LESSON,
    task="Return the velocity without the condition plus `guidance` times what the condition changes.",
    arguments={"told": "B C H W", "untold": "B C H W", "guidance": "float"},
    returns="B C H W",
    points=3,
    oracle=_oracle,
    taught="gentutor.samplers.paths:guided_velocity",
    hints=(
        "With guidance 0 nobody listens to the condition: the result is `untold`. With guidance 1 it is `told`. And "
        "with 2?",
        "What the condition changes is told − untold. Start from `untold` and go that way, `guidance` times.",
        "untold + guidance * (told - untold)",
    ),
    checks=(
        Check("guidance 2.5", lambda g: two_velocities(g, 2.5), share=0.6),
        Check("guidance 0.25, which listens with half an ear", lambda g: two_velocities(g, 0.25), share=0.4),
        Check("guidance 1", lambda g: two_velocities(g, 1.0), share=0.0),
        Check("one picture", lambda g: two_velocities(g, 4.0, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "from the told one",
            lambda told, untold, guidance: told + guidance * (told - untold),
            "You start from `told`, so that guidance 0 already obeys: the way Ho and Salimans count. Here 0 means that "
            "nobody listens, and 1 is `told` itself: start from `untold`.",
        ),
        Misconception(
            "told and untold exchanged",
            lambda told, untold, guidance: told + guidance * (untold - told),
            "The two are exchanged: more guidance leads you away from the condition.",
        ),
        Misconception(
            "away from the condition",
            lambda told, untold, guidance: untold - guidance * (told - untold),
            "You go the wrong way: from `untold`, the condition lies in the direction told − untold, which is added.",
        ),
        Misconception(
            "no more than told",
            lambda told, untold, guidance: untold + min(1.0, guidance) * (told - untold),
            "Your guidance stops at 1. Going on beyond `told` is the whole idea: exaggerate.",
        ),
        Misconception(
            "told is stretched",
            lambda told, untold, guidance: guidance * told,
            "You stretch the velocity itself, so that the walk goes too far. Only the *difference* that the condition "
            "makes is stretched.",
        ),
        Misconception(
            "the difference alone",
            lambda told, untold, guidance: guidance * (told - untold),
            "You return what the condition changes, without what it changes: add `untold`.",
        ),
        Misconception(
            "both added",
            lambda told, untold, guidance: untold + guidance * told,
            "You add the whole of `told`, and what both have in common is counted twice. Stretch told − untold.",
        ),
        Misconception(
            "averaged",
            lambda told, untold, guidance: (untold + guidance * told) / (1 + guidance),
            "That is a mean of the two, which always lies between them. Guidance goes beyond `told`.",
        ),
        Misconception(
            "guidance ignored",
            lambda told, untold, guidance: told,
            "You return `told`, which is right for guidance 1 only.",
        ),
    ),
    alternatives=(
        lambda told, untold, guidance: untold + guidance * (told - untold),
        lambda told, untold, guidance: told + (guidance - 1) * (told - untold),
        lambda told, untold, guidance: torch.lerp(untold, told, guidance),
    ),
)
