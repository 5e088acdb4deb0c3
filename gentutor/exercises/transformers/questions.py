"""The questions of lesson 05: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.questions import Choice, Written
from gentutor.exercises.transformers.inputs import LESSON

A_FORGOTTEN_MASK = Choice(
    name="a_forgotten_mask",
    lesson=LESSON,
    question="You train without the mask. What will you see?",
    options={
        "a": (
            "The loss hardly falls.",
            'Quite the contrary. Without the mask, where does the answer to "what comes next?" stand?',
        ),
        "b": (
            "The loss falls to nearly 0, and the samples are rubbish.",
            "In training each token simply looks at the next one. In writing there is no next one to look at.",
        ),
        "c": (
            "Nothing changes; the mask only saves time.",
            "The mask saves no time here: all scores are computed, and then some are covered. What could a token read "
            "off if they were not?",
        ),
    },
    right="b",
    points=1,
)

WHICH_MODEL_IS_BETTER = Choice(
    name="which_model_is_better",
    lesson=LESSON,
    question="Model A has a perplexity of 5 on single characters, model B one of 60 on tokens of four characters each. "
    "Which foresees the text better?",
    options={
        "a": (
            "Model A, because its perplexity is lower.",
            "Its tokens are smaller too: A wavers between 5 for *each* character, B between 60 for four of them. What "
            "does A's wavering come to over four characters?",
        ),
        "b": (
            "Model B: it needs fewer bits for a character.",
            "log2 60 / 4 is about 1.5 bits for a character, log2 5 about 2.3. Put otherwise, 5 to the power "
            "of 4 is 625, "
            "far more than 60.",
        ),
        "c": (
            "Nobody can say, because the tokens differ.",
            "By perplexity alone nobody can. But it is said how many characters a token has: count in bits for a "
            "character.",
        ),
    },
    right="b",
    points=1,
)

HOW_TO_DECODE = Written(
    name="how_to_decode",
    lesson=LESSON,
    question='A friend lets a language model write bedtime stories and always takes the likeliest token, "because that '
    'is the best one". What will go wrong, and what do you advise? Argue from at least two numbers of your own run.',
    rubric=(
        (1, "Cause: the likeliest next token is not the likeliest, or best, text; greedy decoding runs into loops."),
        (
            1,
            "Advice: drawing, with temperature, top-k or top-p set so that the tail is cut, and what each "
            "setting risks.",
        ),
        (1, "At least two numbers of the own run that carry the argument: share repeated, entropy, invented words."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
