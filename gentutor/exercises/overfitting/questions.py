"""The questions of lesson 11: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.overfitting.inputs import LESSON
from gentutor.exercises.questions import Choice, Written

BOTH_LOSSES_HIGH = Choice(
    name="both_losses_high",
    lesson=LESSON,
    question="Training and validation loss are both high, and close together. What helps?",
    options={
        "a": (
            "More dropout.",
            "Dropout narrows a gap. Here there is none: the model does not even foresee what it has seen.",
        ),
        "b": (
            "A larger model, or longer training.",
            "It has not learnt its own training data yet. First let it overfit; then take care of the gap.",
        ),
        "c": (
            "More training data.",
            "More of what it cannot learn as it is? Data narrow the gap between two losses, and these lie together.",
        ),
    },
    right="b",
    points=1,
)

THE_BEST_LOOKING_SAMPLES = Choice(
    name="the_best_looking_samples",
    lesson=LESSON,
    question="Two generators were trained on the same 50 pictures. A paints crisp garments, B rough ones. Which one "
    "learnt more about garments?",
    options={
        "a": (
            "A, because crisp pictures are good pictures.",
            "Somebody who copies paints crisply too. What would you have to hold its pictures against?",
        ),
        "b": (
            "B, because crisp pictures are always copies.",
            "Not always: with thousands of pictures to learn from, crisp and new go together. A look at B alone does "
            "not tell either.",
        ),
        "c": (
            "Looking cannot tell; ask for nearest neighbours and validation loss.",
            "A crisp picture is a good one or a copied one. The nearest training picture tells which, and the "
            "validation loss what the model knows of garments that it has not seen.",
        ),
    },
    right="c",
    points=1,
)

PATIENTS_BY_HEART = Written(
    name="patients_by_heart",
    lesson=LESSON,
    question="A clinic trained a generator on 300 scans and wants to publish what it makes up, because the scans look "
    "so real. What do you test first, which two remedies do you try, and how will you know that they worked? Argue "
    "from at least two numbers of your own run.",
    rubric=(
        (1, "Test: nearest training neighbours of what is made up, against a limit; looking real proves nothing."),
        (
            1,
            "Two remedies that suit few data, each with what it does; judged by pictures held out.",
        ),
        (1, "At least two numbers of the own run that carry the argument: shares recited, losses, gaps."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
