"""The questions of lesson 06: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.questions import Choice, Written
from gentutor.exercises.sequences.inputs import LESSON

WHY_SOPRANO_FIRST = Choice(
    name="why_soprano_first",
    lesson=LESSON,
    question="Why does the model harmonise a given soprano well, but set a soprano above a given bass less well?",
    options={
        "a": (
            "It has never seen a bass without a soprano.",
            "Nor has it seen a soprano without a bass: all four voices are there in every chorale. What does each "
            "token see when it is drawn?",
        ),
        "b": (
            "In each step the soprano comes first, so it is drawn before the bass of that step is known.",
            "A token sees only what stands before it. Whatever is given should come early in each step; the order of "
            "tokens decides what can lean on what.",
        ),
        "c": (
            "The bass has too few different pitches.",
            "It has more than the soprano: from C2 to E4. Think of the order in which the tokens of a step are drawn.",
        ),
    },
    right="b",
    points=1,
)

WHICH_MEASURE_IS_DEAF = Choice(
    name="which_measure_is_deaf",
    lesson=LESSON,
    question="Someone plays the steps of a chorale in random order. Which measure does not notice?",
    options={
        "a": (
            "The histogram of pitches.",
            "It only counts how often each pitch sounds, and all of them still sound as often.",
        ),
        "b": (
            "The repetition.",
            "It looks at stretches of several steps, and hardly any survives when the steps are shuffled.",
        ),
        "c": (
            "The loss of the model.",
            "The loss is the surprise at each next token, given those before: shuffled steps surprise it very much.",
        ),
    },
    right="a",
    points=1,
)

WHY_SEVERAL_COMPLETIONS = Written(
    name="why_several_completions",
    lesson=LESSON,
    question="The upper half of a shoe is given, and you want one lower half. Which temperature do you choose, and "
    "what do you lose at a lower and at a higher one? Argue from at least two numbers of your own run.",
    rubric=(
        (1, "A choice with its reason: what the half is wanted for."),
        (1, "Both ends: at 0 always the same, likeliest completion and repetition; high: unlikely tokens, noise."),
        (1, "At least two numbers of the own run that carry the argument."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
