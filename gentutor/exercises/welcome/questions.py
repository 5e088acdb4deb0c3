"""The questions of lesson 00: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.questions import Choice, Written
from gentutor.exercises.welcome.inputs import LESSON

WHICH_CAN_INVENT = Choice(
    name="which_can_invent",
    lesson=LESSON,
    question="You have trained two models on photographs of cats and dogs. Which of them can make up a new cat?",
    options={
        "a": (
            "The one that tells cats from dogs with the fewest mistakes.",
            "It knows where cats end and dogs begin. A border says nothing about what a cat looks like: "
            "where would you "
            "take the whiskers from?",
        ),
        "b": (
            "The one that has learnt how probable each picture is for cats and for dogs.",
            "What has a density can be sampled, and by Bayes' rule it can tell cats from dogs as well.",
        ),
        "c": (
            "Both, if they are large enough.",
            "Size does not help: a border stays a border. What did your discriminative model know beside it?",
        ),
    },
    right="b",
    points=1,
)

TEN_TIMES_LARGER = Choice(
    name="ten_times_larger",
    lesson=LESSON,
    question="A model gets ten times the weights and is trained on ten times the text. What happens to the operations?",
    options={
        "a": (
            "Ten times as many.",
            "That would be one of the two changes alone. Each of ten times the weights meets each of ten "
            "times the words.",
        ),
        "b": (
            "Twenty times as many.",
            "Ten and ten are not added: each weight meets each word, so the two are multiplied.",
        ),
        "c": (
            "A hundred times as many.",
            "Ten times the weights meet ten times the words: 6 N D grows with both.",
        ),
    },
    right="c",
    points=1,
)

WHEN_IS_IT_NEW = Written(
    name="when_is_it_new",
    lesson=LESSON,
    question="When may we say that a model has made something new? Argue from at least two numbers of your own run.",
    rubric=(
        (1, "Names the copying end: with a long memory the text reads well because it is copied (share of section 2)."),
        (
            1,
            "Names the nonsense end: with a short memory everything is new and nothing makes sense; so "
            "new alone is not enough.",
        ),
        (1, "At least two numbers of the own run carry the argument, and a rule or a test follows from them."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
