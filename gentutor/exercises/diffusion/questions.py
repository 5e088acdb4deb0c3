"""The questions of lesson 07: two answered by a letter, one in words."""

from __future__ import annotations

from gentutor.exercises.diffusion.inputs import LESSON
from gentutor.exercises.questions import Choice, Written

WHY_ONE_STEP_BLURS = Choice(
    name="why_one_step_blurs",
    lesson=LESSON,
    question="Why does a single step from noise end in a blur, however well the network was trained?",
    options={
        "a": (
            "The network is too small.",
            "The exact field of section 1, without any network, does the same. What does the best answer to pure noise "
            "look like?",
        ),
        "b": (
            "From pure noise, the best guess is the mean of all pictures.",
            "Noise at t = 0 says nothing of the picture, so the mean square is least for the mean of all of them. "
            "Later steps see a little of the picture, and their means are of fewer and fewer.",
        ),
        "c": (
            "The step is so long that it overshoots.",
            "On the straight schedule a step of length 1 ends exactly where the network expects the picture to be. "
            "Why is that expectation a blur?",
        ),
    },
    right="b",
    points=1,
)

WHAT_GUIDANCE_COSTS = Choice(
    name="what_guidance_costs",
    lesson=LESSON,
    question="You raise the guidance from 1 to 4. What do you pay?",
    options={
        "a": (
            "Training takes longer.",
            "Guidance is used in sampling only; the same weights serve every value of it. What was different in "
            "training, and is so whatever the guidance?",
        ),
        "b": (
            "Nothing: the samples are simply better.",
            "They are recognised more often, but look at what happened to their variety in section 6.",
        ),
        "c": (
            "Diversity, and two calls of the network for each step.",
            "Each step needs the velocity with and without the condition; and what is typical of the class crowds out "
            "what is rare in it.",
        ),
    },
    right="c",
    points=1,
)

WHY_MANY_STEPS = Written(
    name="why_many_steps",
    lesson=LESSON,
    question="Why do many small steps give a sharp picture where one large step gives a blur, and why does it pay less "
    "and less to take more of them? Argue from at least two numbers of your own run.",
    rubric=(
        (1, "One step: from pure noise the network can only foretell the mean of all pictures, which is a blur."),
        (
            1,
            "Many steps: each sees a little more of the picture, the guess narrows; errors of a step shrink with it.",
        ),
        (1, "At least two numbers of the own run that carry the argument: distances by number of steps (section 4)."),
    ),
    points=3,
    min_words=40,
    max_words=120,
)
