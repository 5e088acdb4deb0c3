"""The questions of lesson 09: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.evaluation.inputs import LESSON
from gentutor.exercises.questions import Choice, Written

LOWER_DISTANCE = Choice(
    name="lower_distance",
    lesson=LESSON,
    question="Generator A has Fréchet distance 9 on 500 samples, B has 7 on 5,000. Which is better?",
    options={
        "a": (
            "B, because 7 is less than 9.",
            "The distance falls with the sample size even for one and the same generator: look at the curve of section "
            "3.",
        ),
        "b": (
            "They cannot be compared.",
            "Few samples push the distance up, so that A may well be the better one. Measure both on as many samples.",
        ),
        "c": (
            "A, because it needed fewer samples.",
            "Fewer samples were measured, which says nothing of the generator. In which direction do few samples push "
            "the distance?",
        ),
    },
    right="b",
    points=1,
)

PERFECT_SCORES = Choice(
    name="perfect_scores",
    lesson=LESSON,
    question="A generator has precision 1, coverage 1 and a tiny Fréchet distance. What do you ask next?",
    options={
        "a": (
            "Nothing, it is perfect.",
            "A photocopier has these scores too: see the copies of section 5. Which measure did it fail?",
        ),
        "b": (
            "Whether its density is above 1.",
            "A photocopier's is about 1. Density asks about crowding, not about where the samples come from.",
        ),
        "c": (
            "How many of its samples are copies of training data.",
            "All three compare two sets and none asks whether the samples are new. The memorised share does.",
        ),
    },
    right="c",
    points=1,
)

WHICH_FAMILY = Written(
    name="which_family",
    lesson=LESSON,
    question="Choose one family of the laboratory. Which measure gave its failure away, which one was fooled, and why? "
    "Argue from at least two numbers of your own run.",
    rubric=(
        (1, "Names a measure that moved clearly when the failure was switched on, with its meaning."),
        (1, "Names one that hardly moved, and says what it is blind to."),
        (1, "At least two numbers of the student's own run carry the argument."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
