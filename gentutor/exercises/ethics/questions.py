"""The questions of lesson 12: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.ethics.inputs import LESSON
from gentutor.exercises.questions import Choice, Written

RARE_LIES = Choice(
    name="rare_lies",
    lesson=LESSON,
    question="A detector finds 95 % of all false texts and accuses 5 % of the honest ones. One text in a hundred is "
    "false. It raises an alarm. How likely is the text false?",
    options={
        "a": ("95 %.", "That is how many false texts raise an alarm, not how many alarms are right. Count a thousand."),
        "b": ("About 50 %.", "That would need as many false alarms as right ones: count both in a thousand texts."),
        "c": (
            "About 16 %.",
            "Of 10,000 texts 100 are false and 95 of them are found; of 9,900 honest ones 495 are accused.",
        ),
    },
    right="c",
    points=1,
)

NO_WATERMARK = Choice(
    name="no_watermark",
    lesson=LESSON,
    question="A detector finds no watermark in a text, z = 0.3. What follows?",
    options={
        "a": ("A person wrote it.", "Another model may have, or the mark was rubbed off: see the attacks."),
        "b": (
            "Little: only that this mark, under this key, is not there.",
            "Without a mark, with another key, or after a paraphrase the score is near 0 too.",
        ),
        "c": ("The detector is broken.", "Near 0 is just what an unmarked text should get."),
    },
    right="b",
    points=1,
)

SCHOOL_POLICY = Written(
    name="school_policy",
    lesson=LESSON,
    question="Write a policy for your school or club: when may generated pictures and texts be used, how are they "
    "labelled, and what happens when a detector raises an alarm? Argue from at least two numbers of your own run.",
    rubric=(
        (1, "Says what is allowed and how it is labelled, so clearly that two readers would act alike."),
        (1, "Gives no verdict on a person by a detector alone, and says why with a false-alarm or precision number."),
        (1, "Names a harm to somebody who is not in the room (copied, depicted, made rare) and a remedy for it."),
        (1, "At least two numbers of the student's own run carry the argument."),
    ),
    points=4,
    min_words=60,
    max_words=160,
)
