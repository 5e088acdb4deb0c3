"""The questions of lesson 04: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.questions import Choice, Written
from gentutor.exercises.vaes.inputs import LESSON

WHY_LOG_VARIANCE = Choice(
    name="why_log_variance",
    lesson=LESSON,
    question="Why does the encoder give log-variance and not variance?",
    options={
        "a": (
            "It trains faster on GPUs.",
            "The cost is the same; what differs is which numbers mean something. Which values may a network's output "
            "have, and which may a variance?",
        ),
        "b": (
            "KL needs a logarithm.",
            "It does, but one could take the logarithm of a variance, until one is 0. Which values may a network's "
            "output have, and which may a variance?",
        ),
        "c": (
            "Any real number is a valid log-variance.",
            "A network's output may be any number, but a variance must be positive: exp makes it so.",
        ),
    },
    right="c",
    points=1,
)

SAMPLES_ALL_ALIKE = Choice(
    name="samples_all_alike",
    lesson=LESSON,
    question="Your VAE's samples are all alike and KL is 0.02 nats. What happened?",
    options={
        "a": (
            "Overfitting.",
            "Overfitting shows as a low training loss beside a high test loss. What do codes tell about their pictures "
            "that are worth 0.02 nats?",
        ),
        "b": (
            "Posterior collapse.",
            "The codes carry nothing, so whatever the dice say, the decoder draws the average.",
        ),
        "c": (
            "The learning rate is too low.",
            "Then KL still rises later. What do codes tell about their pictures that are worth 0.02 nats?",
        ),
    },
    right="b",
    points=1,
)

WHY_DICE_FAIL = Written(
    name="why_dice_fail",
    lesson=LESSON,
    question="Why do random codes decode badly with the auto-encoder and well with the VAE? Argue from at least two "
    "numbers of your own run.",
    rubric=(
        (1, "Auto-encoder: nothing in its loss says where codes lie, so plain dice fall where the decoder never was."),
        (1, "VAE: the KL term pulls all clouds to the prior, and clouds leave no holes, so dice fall where it was."),
        (
            1,
            "At least two numbers of the own run that carry the argument: distances (section 5), spreads (section 6).",
        ),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
