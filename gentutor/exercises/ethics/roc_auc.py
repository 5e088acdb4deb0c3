"""Exercise `roc_auc`: the chance that a fake scores higher than a real item."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.ethics.inputs import LESSON, verdicts


def _oracle(scores: Tensor, is_fake: Tensor) -> Tensor:
    won = 0.0
    pairs = list(zip(scores.tolist(), is_fake.tolist(), strict=True))
    fakes, reals = [s for s, fake in pairs if fake], [s for s, fake in pairs if not fake]
    for fake in fakes:
        for real in reals:
            won += 1.0 if fake > real else 0.5 if fake == real else 0.0
    return torch.tensor(won / (len(fakes) * len(reals)))


def _split(scores: Tensor, is_fake: Tensor) -> tuple[Tensor, Tensor]:
    return scores[is_fake][:, None], scores[~is_fake]


def _strict(scores: Tensor, is_fake: Tensor) -> Tensor:
    fake, real = _split(scores, is_fake)
    return (fake > real).float().mean()


def _lenient(scores: Tensor, is_fake: Tensor) -> Tensor:
    fake, real = _split(scores, is_fake)
    return (fake >= real).float().mean()


def _two_means(scores: Tensor, is_fake: Tensor) -> Tensor:
    return (_strict(scores, is_fake) + _lenient(scores, is_fake)) / 2


def _signs(scores: Tensor, is_fake: Tensor) -> Tensor:
    fake, real = _split(scores, is_fake)
    return (torch.sign(fake - real).mean() + 1) / 2


ROC_AUC = Exercise(
    name="roc_auc",
    lesson=LESSON,
    task="Return the area under the ROC curve: the share of all pairs of a fake and a real item in which the fake "
    "scores higher; equal scores count half.",
    arguments={"scores": "N", "is_fake": "N"},
    returns="",
    points=3,
    oracle=_oracle,
    taught="gentutor.ethics.detecting:roc_auc",
    hints=(
        "Split the scores into those of fakes and those of real items. Which pairs can you make of them?",
        "Put fakes in a column and real ones in a row: `fake[:, None] > real` compares all pairs at once. What of "
        "`==`?",
        "fake, real = scores[is_fake][:, None], scores[~is_fake]; then the mean of (fake > real).float() + 0.5 * "
        "(fake == real).float().",
    ),
    checks=(
        Check("23 items with different scores", verdicts, share=0.6),
        Check("a judge who gives a few marks only", lambda g: verdicts(g, ties=True), share=0.4),
    ),
    misconceptions=(
        Misconception(
            "equal scores lost",
            _strict,
            "Right where no scores are equal. An equal pair is a coin toss: it counts half, and yours counts nothing.",
        ),
        Misconception(
            "equal scores won",
            _lenient,
            "Right where no scores are equal. An equal pair is a coin toss: it counts half, and here it counts whole.",
        ),
        Misconception(
            "real above fake",
            lambda scores, is_fake: 1 - _two_means(scores, is_fake),
            "You count pairs in which the *real* item scores higher. High scores mean generated: exchange the two.",
        ),
        Misconception(
            "won less lost",
            lambda scores, is_fake: 2 * _two_means(scores, is_fake) - 1,
            "Yours goes from -1 to 1: pairs won less pairs lost. The area is the share that was won, so a coin gets ½.",
        ),
        Misconception(
            "accuracy",
            lambda scores, is_fake: ((scores > 0) == is_fake).float().mean() + 0 * scores.sum(),
            "That is the accuracy at one threshold, 0. The area needs no threshold: compare every fake with every "
            "real item.",
        ),
        Misconception(
            "pairs counted, not shared",
            lambda scores, is_fake: _two_means(scores, is_fake) * is_fake.sum() * (~is_fake).sum(),
            "That is the *number* of pairs won, {factor} times too large: divide it by the number of pairs.",
        ),
        Misconception(
            "all pairs of items",
            lambda scores, is_fake: (scores[:, None] > scores).float().mean(),
            "You compare every item with every item. Only pairs of one fake and one real item tell anything.",
        ),
    ),
    alternatives=(_two_means, _signs),
)
