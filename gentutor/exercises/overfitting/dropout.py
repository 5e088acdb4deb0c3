"""Exercise `dropout`: some units fall silent, the others speak louder, and at test time all is as it was."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.overfitting.inputs import LESSON, units


def _oracle(x: Tensor, dice: Tensor, p: float, training: bool) -> Tensor:
    if not training:
        return x.clone()
    kept = torch.ones_like(x) - dice.lt(p).to(x.dtype)
    return x.div(1 - p).mul(kept)


DROPOUT = Exercise(
    name="dropout",
    lesson=LESSON,
    task="Return `x` with 0 wherever the die is below `p`, and all other numbers divided by 1 - p; where `training` is "
    "False, return `x` as it is.",
    arguments={"x": "B D", "dice": "B D", "p": "float", "training": "bool"},
    returns="B D",
    points=3,
    oracle=_oracle,
    taught="gentutor.models.masked_painter:dropout",
    hints=(
        "Three things happen: at test time nothing at all; in training some numbers become 0, and those that stay must "
        "make up for them. How much louder, so that the sum stays the same on average?",
        "`dice >= p` is True where a unit stays; a picture of True and False can be multiplied with, like 1 and 0. A "
        "share of 1 - p stays, so each of them counts for 1 / (1 - p).",
        "if not training: return x. Then: return x * (dice >= p) / (1 - p).",
    ),
    checks=(
        Check("four rows in training, p = 0.3", lambda g: units(g, 0.3), share=0.5),
        Check("the same layer at test time", lambda g: units(g, 0.3, training=False), share=0.3),
        Check("four rows in training, p = 0.6", lambda g: units(g, 0.6), share=0.2),
        Check("nothing to drop, p = 0", lambda g: units(g, 0.0), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "not off at test time",
            lambda x, dice, p, training: x * (dice >= p) / (1 - p),
            "Right in training. But at test time your dice still silence units, so that the same picture gets another "
            "answer each time. Look at `training`: when it is False, x comes back as it is.",
        ),
        Misconception(
            "scaled at test time",
            lambda x, dice, p, training: x * (dice >= p) / (1 - p) if training else x * (1 - p),
            "You make the numbers smaller at test time, although you have made those that stay larger in training. One "
            "of the two is enough: at test time return x as it is.",
        ),
        Misconception(
            "not scaled",
            lambda x, dice, p, training: x * (dice >= p) if training else x,
            "A share p is silent, and nobody makes up for it: the next layer hears {factor} times too little in "
            "training. Divide what stays by 1 - p.",
        ),
        Misconception(
            "paid at test time",
            lambda x, dice, p, training: x * (dice >= p) if training else x * (1 - p),
            "You let the test pay: x (1 - p) there. That is dropout as it was first published. Here training pays: "
            "what stays is divided by 1 - p, and at test time x comes back as it is.",
        ),
        Misconception(
            "multiplied by 1 - p",
            lambda x, dice, p, training: x * (dice >= p) * (1 - p) if training else x,
            "You multiply what stays by 1 - p, which makes it still quieter. It has to make up for the others: divide.",
        ),
        Misconception(
            "divided by p",
            lambda x, dice, p, training: x * (dice >= p) / p if training and p > 0 else x,
            "You divide by p, the share that is silent. What counts is the share that stays, 1 - p.",
        ),
        Misconception(
            "the wrong ones dropped",
            lambda x, dice, p, training: x * (dice < p) / (1 - p) if training else x,
            "You keep where the die is below p. A die is below p with chance p, and p is the share to be dropped.",
        ),
        Misconception(
            "kept share",
            lambda x, dice, p, training: x * (dice < p) / p if training and p > 0 else x,
            "You take p for the share that stays. It is the share that is dropped: keep where the die is p or more, "
            "and divide by 1 - p.",
        ),
        Misconception(
            "one row of dice",
            lambda x, dice, p, training: x * (dice[:1] >= p) / (1 - p) if training else x,
            "You use the first row of dice for all {B} rows. Every row has its own dice: `dice` and x have one shape.",
        ),
        Misconception(
            "whole rows dropped",
            lambda x, dice, p, training: x * (dice[:, :1] >= p) / (1 - p) if training else x,
            "You drop or keep whole rows, that is, whole pictures. Every single number has a die of its own.",
        ),
        Misconception(
            "removed instead of silenced",
            lambda x, dice, p, training: x[dice >= p] / (1 - p) if training else x,
            "You cut the dropped numbers out, and the shape (B, D) is lost. Put 0 in their place.",
        ),
        Misconception(
            "only off while training",
            lambda x, dice, p, training: x if training else x * (dice >= p) / (1 - p),
            "It is the wrong way round: you drop at test time, and leave training alone.",
        ),
        Misconception(
            "own dice",
            lambda x, dice, p, training: torch.nn.functional.dropout(x, p, training),
            "You throw dice of your own, torch's perhaps, so nobody could repeat your run. Use the `dice` that were "
            "handed over.",
            symptom="not repeatable",
        ),
    ),
    alternatives=(
        lambda x, dice, p, training: torch.where(dice < p, 0.0, x / (1 - p)) if training else x,
        lambda x, dice, p, training: (x / (1 - p)).masked_fill(dice < p, 0.0) if training else x.clone(),
    ),
    differentiable=("x",),
)
