"""The questions of lesson 08: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.questions import Choice, Written
from gentutor.exercises.tuning.inputs import LESSON

WHY_RANDOM_BEATS_GRID = Choice(
    name="why_random_beats_grid",
    lesson=LESSON,
    question="Nine trials, two knobs, of which one hardly matters. Why does random search usually win against a grid?",
    options={
        "a": (
            "It tries nine values of the knob that matters, the grid only three.",
            "Seen from the knob that matters, the grid makes each of its three trainings three times.",
        ),
        "b": (
            "It needs fewer trainings.",
            "Both have nine trials. Look at them from the side: where do they fall on the knob that matters?",
        ),
        "c": (
            "Random draws gather near the optimum.",
            "Random search knows nothing of the optimum; that would be TPE. How many different values of each knob do "
            "the two try?",
        ),
    },
    right="a",
    points=1,
)

WHAT_HALVING_RISKS = Choice(
    name="what_halving_risks",
    lesson=LESSON,
    question="Successive halving stops most trainings early. Whom does it treat unfairly?",
    options={
        "a": (
            "Trainings with a learning rate that is far too high.",
            "They look bad early and are bad in the end: the right ones to stop. Who looks bad early and is good in "
            "the end?",
        ),
        "b": (
            "Nobody: early and late losses rank settings alike.",
            "If that were so, one part of the budget would be enough. Move the slider of section 4: does the order "
            "never change?",
        ),
        "c": (
            "Slow starters, which would have won with the whole budget.",
            "A low learning rate or a wide network starts slowly. That is why Hyperband gives some trainings more "
            "time before it judges.",
        ),
    },
    right="c",
    points=1,
)

BETTER_OR_LUCKY = Written(
    name="better_or_lucky",
    lesson=LESSON,
    question="Your study has found a winner. Is it better than the second, or was it lucky, and how much of your gain "
    "over the tries by hand would you promise to somebody else? Argue from at least two numbers of your own run.",
    rubric=(
        (1, "Winner against second: the difference of their means is compared with its error over seeds."),
        (1, "The record is not the promise: the lowest of many losses is partly luck; fresh seeds or test names tell."),
        (1, "At least two numbers of the own run that carry the argument."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
