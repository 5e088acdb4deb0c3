"""The questions of lesson 01: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.data.inputs import LESSON
from gentutor.exercises.questions import Choice, Written

TOO_GOOD_TO_BE_TRUE = Choice(
    name="too_good_to_be_true",
    lesson=LESSON,
    question="Validation says 95 %, and on new pictures it is 73 %. What do you look at first?",
    options={
        "a": (
            "The learning rate.",
            "A poor learning rate makes both numbers poor. Here one is too good: what could validation know that new "
            "pictures do not?",
        ),
        "b": (
            "Whether copies of validation pictures are in the training set.",
            "Whoever has seen the questions answers them well. Copies, near copies, and pictures of one person or one "
            "day on both sides all do that.",
        ),
        "c": (
            "Whether the validation set is too small.",
            "A small set makes the number waver, up as often as down, and hardly by 22 points. What makes it too good "
            "every time?",
        ),
    },
    right="b",
    points=1,
)

WHERE_STOP_WORDS_GO = Choice(
    name="where_stop_words_go",
    lesson=LESSON,
    question="You build a filter that sorts letters by topic, and a model that answers them. Where do you remove stop "
    "words?",
    options={
        "a": ("In both.", "Then your answers will read like telegrams: a generator writes what it was given."),
        "b": ("Only in what the filter counts.", "They tell nothing about a topic, and everything about a sentence."),
        "c": (
            "Only in what the model learns from.",
            "The other way round. Which of the two has to put sentences together?",
        ),
    },
    right="b",
    points=1,
)

SPEND_THE_BUDGET = Written(
    name="spend_the_budget",
    lesson=LESSON,
    question="A shop has a small budget for the data of its picture generator: it can double the number of pictures, "
    "add missing kinds of garment, or have labels corrected. What do you advise, and when would you advise otherwise? "
    "Argue from at least two numbers of your own run.",
    rubric=(
        (1, "A clear choice, with the measure that it improves: kinds coverage, labels obedience, quantity the ELBO."),
        (1, "At least two numbers of the own run that carry the argument, with their spread over the seeds in mind."),
        (1, "A case in which the advice turns: few pictures make quantity count, clean labels need no correction."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
