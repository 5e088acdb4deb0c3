"""The questions of lesson 10: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.finetuning.inputs import LESSON
from gentutor.exercises.questions import Choice, Written

A_POOR_ADAPTER = Choice(
    name="a_poor_adapter",
    lesson=LESSON,
    question="Both ways of an adapter start at zero. What happens in training?",
    options={
        "a": (
            "Nothing: neither way gets a gradient.",
            "The gradient of each way is multiplied by the other one. If both are zero, so are both gradients, for "
            "ever. That is why only one of them starts at zero.",
        ),
        "b": (
            "It learns as usual, since a new adapter must change nothing anyway.",
            "It must change nothing at first, and one zero is enough for that. What does the gradient of `up` "
            "contain as a factor?",
        ),
        "c": (
            "It learns, but more slowly.",
            "Slowness would need a small gradient. Write down the slope of x @ down.T @ up.T by `up`, and set down "
            "to 0.",
        ),
    },
    right="a",
    points=1,
)

WHAT_REPLAY_BUYS = Choice(
    name="what_replay_buys",
    lesson=LESSON,
    question="You replay a quarter of old text while you teach the new one. What do you pay?",
    options={
        "a": (
            "Nothing: less is forgotten, and the new text is learnt as well as before.",
            "Each update has as many windows as before. How many of them show the new text?",
        ),
        "b": (
            "Memory for a second model.",
            "There is one model, and it sees two texts. Something else gets scarcer.",
        ),
        "c": (
            "A quarter of the updates' windows, so that the new text is learnt a little less.",
            "The same work now serves two ends. The old text must also still be at hand, which is not always so.",
        ),
    },
    right="c",
    points=1,
)

WHICH_REPAIR = Written(
    name="which_repair",
    lesson=LESSON,
    question="A library wants a model that speaks like its own old letters, of which it has 40 pages, and that still "
    "writes modern English. What would you train, on what, and how would you see whether it worked? Argue from at "
    "least two numbers of your own run.",
    rubric=(
        (1, "What is trained: adapters or last layers, since 40 pages are few, with a reason from forgetting or cost."),
        (1, "On what: the letters, with modern text replayed; both measured on parts that were held out."),
        (1, "At least two numbers of the own run that carry the argument: bits won and lost, by replay, data or rank."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
