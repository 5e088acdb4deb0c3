"""The questions of lesson 02: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.questions import Choice, Written
from gentutor.exercises.training.inputs import LESSON

_LOOK = "Look at the table of probes again: "

SILENT_BUG = Choice(
    name="silent_bug",
    lesson=LESSON,
    question="Which run is wrong, and how?",
    options={
        "a": (
            "A, whose learning rate is the highest.",
            _LOOK + "a high learning rate is a choice. A's gradient is the true one.",
        ),
        "b": (
            "B: it divides by the batch twice.",
            _LOOK + "then its gradient would be shorter than the true one by the batch size.",
        ),
        "c": (
            "C: its loss ends highest, so its loss is wrong.",
            _LOOK + "C smooths its labels, which raises the loss of even a perfect answer. Losses of different kinds "
            "cannot be compared.",
        ),
        "d": (
            "D: it never clears the old gradients.",
            "On the second update D still carries the gradient of the first: twice as long as the true one. A missing "
            "zero_grad acts like momentum without end.",
        ),
        "e": (
            "E: one of its layers is never trained.",
            _LOOK + "then one of its layers would not have moved at all.",
        ),
    },
    right="d",
    points=2,
)

LOSS_BEFORE_TRAINING = Choice(
    name="loss_before_training",
    lesson=LESSON,
    question="Before its first update, a net for ten classes has a loss of 23 nats. What is the likeliest reason?",
    options={
        "a": (
            "The learning rate is too high.",
            "No update was made yet, so the learning rate had no say. What is the loss of a net that knows nothing and "
            "says so?",
        ),
        "b": (
            "Its first weights are too large.",
            "It is sure of itself before it has learnt anything: log 10, about 2.3 nats, is what honest ignorance "
            "costs.",
        ),
        "c": (
            "The task is a hard one.",
            "However hard it is, a net that gives every class a tenth has a loss of log 10, about 2.3 nats.",
        ),
    },
    right="b",
    points=1,
)

FIRST_WEIGHTS_OR_LR = Written(
    name="first_weights_or_lr",
    lesson=LESSON,
    question="A friend's deep network does not learn, and she wants to try more learning rates. Why may that never "
    "help, and what should she look at first? Argue from at least two numbers of your own run.",
    rubric=(
        (1, "Why: with a wrong gain the signal or its gradient shrinks in every layer, until nothing is left."),
        (1, "What first: the spread of signal or gradient by layer (or the loss before training), then the gain."),
        (1, "At least two numbers of the own run that carry the argument: spreads by layer, accuracies by gain."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
