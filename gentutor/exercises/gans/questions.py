"""The questions of lesson 03: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.gans.inputs import LESSON
from gentutor.exercises.questions import Choice, Written

WHY_NON_SATURATING = Choice(
    name="why_non_saturating",
    lesson=LESSON,
    question="Why does the generator minimise −log σ(D(fake)) and not log(1 − σ(D(fake)))?",
    options={
        "a": (
            "The two have different best generators.",
            "Both are best when every fake is called real. What differs is the slope on the way there: how large is it "
            "where a fake is seen through?",
        ),
        "b": (
            "It still has a gradient where fakes are seen through.",
            "Where σ(D(fake)) is near 0, log(1 − σ(D)) is flat and −log σ(D) is steep: a bad forger learns fastest.",
        ),
        "c": (
            "It keeps the discriminator weak.",
            "The discriminator's loss is the same in both. What does the generator feel of a discriminator that is "
            "sure?",
        ),
    },
    right="b",
    points=1,
)

LOSSES_STAND_STILL = Choice(
    name="losses_stand_still",
    lesson=LESSON,
    question="Both losses have stood still at 1.39 and 0.69 for a minute. What do you know?",
    options={
        "a": (
            "The generator is perfect.",
            "A perfect generator gives these numbers, but so does one that outruns the discriminator in a single "
            "crowd: look at the curves and the fakes in section 4 with `n_g` at 8.",
        ),
        "b": (
            "The generator has stalled.",
            "A stalled generator faces a discriminator that is sure, and then its loss is high. What does 0.69 = log 2 "
            "say of the verdicts?",
        ),
        "c": (
            "The discriminator is guessing; why, only the samples can tell.",
            "Each verdict costs log 2, a coin flip. It may flip coins because the fakes are perfect, or because they "
            "outrun it.",
        ),
    },
    right="c",
    points=1,
)

WHY_IT_COLLAPSED = Written(
    name="why_it_collapsed",
    lesson=LESSON,
    question="Why does a generator that is trained against a poorly matched discriminator lose modes, and why did your "
    "cure bring them back? Argue from at least two numbers of your own run.",
    rubric=(
        (1, "Cause: the generator is paid for fooling the discriminator of now, not for covering the data."),
        (1, "Cure: what it changes in that game (balance, pairs compared, slope bounded) and why modes then pay."),
        (1, "At least two numbers of the own run that carry the argument: modes covered (section 5), slopes, losses."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
