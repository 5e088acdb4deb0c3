"""The questions of lesson 13: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.health.inputs import LESSON
from gentutor.exercises.questions import Choice, Written

NO_NAMES = Choice(
    name="no_names",
    lesson=LESSON,
    question="A hospital says: the synthetic patients have no names, so they are anonymous. What do you answer?",
    options={
        "a": (
            "Right: without names nobody is identified.",
            "The attack of this lesson needed no name, only measures near to a real patient's. What did its interval "
            "say?",
        ),
        "b": (
            "It depends on what can still be told about a person: measure it, and say how surely.",
            "Whether a person can be singled out is the question, and an attack with an interval is evidence.",
        ),
        "c": (
            "Wrong: synthetic data is always personal data.",
            "Neither always nor never. A generator that learnt with enough noise tells provably little of anyone.",
        ),
    },
    right="b",
    points=1,
)

SMALLER_EPSILON = Choice(
    name="smaller_epsilon",
    lesson=LESSON,
    question="You halve epsilon by more noise. Who is likely to pay most?",
    options={
        "a": (
            "All patients alike.",
            "Noise is alike for all, but the signal is not: what does a group of three weigh against a group of 300?",
        ),
        "b": (
            "Nobody: privacy is free.",
            "Look at the curve of usefulness again. Which way did it go as the noise grew?",
        ),
        "c": (
            "Patients of rare groups.",
            "What few people share is as faint as one person's trace, and is drowned by the noise that hides it.",
        ),
    },
    right="c",
    points=1,
)

MAY_IT_BE_USED = Written(
    name="may_it_be_used",
    lesson=LESSON,
    question="A start-up offers synthetic patients to train a tool that warns of cancer. Name one use that you would "
    "allow and one that you would refuse. Argue from at least two numbers of your own run.",
    rubric=(
        (1, "An allowed use where a loss of accuracy harms no patient, and a refused one, each with a reason."),
        (1, "Names who is missing or exposed: rare groups, or members that an attack can find."),
        (1, "At least two numbers of the student's own run carry the argument."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
