"""Exercise `memorised_share`: who recites?"""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.evaluation.inputs import LESSON, recited


def _two_nearest(x: Tensor, train: Tensor) -> tuple[Tensor, Tensor]:
    first, second = torch.cdist(x.double(), train.double()).sort(1).values[:, :2].unbind(1)
    return first, second


def _share(is_so: Tensor) -> float:
    return float(is_so.double().mean())


def _oracle(x: Tensor, train: Tensor, ratio: float) -> float:
    caught = 0
    for item in x.double():
        nearest, second, *_ = sorted((train.double() - item).norm(dim=1).tolist())
        caught += nearest < ratio * second
    return caught / len(x)


def _ratio_wrong_way(x: Tensor, train: Tensor, ratio: float) -> float:
    first, second = _two_nearest(x, train)
    return _share(ratio * first < second)


def _plain_threshold(x: Tensor, train: Tensor, ratio: float) -> float:
    return _share(_two_nearest(x, train)[0] < ratio)


def _squared(x: Tensor, train: Tensor, ratio: float) -> float:
    first, second = _two_nearest(x, train)
    return _share(first**2 < ratio * second**2)


def _against_mean(x: Tensor, train: Tensor, ratio: float) -> float:
    away = torch.cdist(x, train)
    return _share(away.min(1).values < ratio * away.mean(1))


def _of_training_items(x: Tensor, train: Tensor, ratio: float) -> float:
    return _oracle(train, x, ratio)


def _recited_items(x: Tensor, train: Tensor, ratio: float) -> float:
    first, second = _two_nearest(x, train)
    return float((first < ratio * second).sum() / len(train))


def _by_topk(x: Tensor, train: Tensor, ratio: float) -> float:
    nearest = torch.cdist(x, train).topk(2, largest=False).values
    return (nearest[:, 0] < ratio * nearest[:, 1]).float().mean().item()


def _by_kthvalue(x: Tensor, train: Tensor, ratio: float) -> float:
    away = torch.cdist(x, train)
    return _share(away.kthvalue(1, dim=1).values / away.kthvalue(2, dim=1).values < ratio)


MEMORISED_SHARE = Exercise(
    name="memorised_share",
    lesson=LESSON,
    task="Return the share of generated items whose nearest training item is nearer than `ratio` times the distance to "
    "the second nearest.",
    arguments={"x": "N D", "train": "M D", "ratio": "float"},
    returns="float",
    points=3,
    oracle=_oracle,
    taught="gentutor.metrics.memorising:memorised_share",
    hints=(
        "A copy stands beside one training item and far from all others. Which two distances of a generated item tell "
        "that?",
        "`torch.cdist(x, train)` has a row for each generated item. `.topk(2, largest=False).values` keeps the two "
        "smallest of a row, the smallest first.",
        "nearest, second = torch.cdist(x, train).topk(2, largest=False).values.unbind(1); the answer is the mean of "
        "(nearest < ratio * second).float(), as a plain number.",
    ),
    checks=(
        Check("items of which some are recited", lambda g: recited(g, 1 / 3), share=0.6),
        Check("a stricter ratio", lambda g: recited(g, 0.2), share=0.4),
    ),
    misconceptions=(
        Misconception(
            "ratio at the wrong distance",
            _ratio_wrong_way,
            "You multiply the nearest distance by the ratio, and then it is always smaller: everybody is guilty. The "
            "ratio belongs to the second nearest.",
        ),
        Misconception(
            "the honest ones",
            lambda x, train, ratio: 1 - _oracle(x, train, ratio),
            "That is the share of items that are *not* recited: turn the comparison round.",
        ),
        Misconception(
            "squared distances",
            _squared,
            "You compare squared distances. With those the ratio would have to be squared too: take the root.",
        ),
        Misconception(
            "mean instead of second nearest",
            _against_mean,
            "You compare with the mean distance to all training items. In a crowded region everyone has a near "
            "neighbour, so that honest items are accused: compare with the *second* nearest.",
        ),
        Misconception(
            "training items judged",
            _of_training_items,
            "The two sets are exchanged: for each *generated* item ask how near training items are.",
        ),
        Misconception(
            "divided by the training items",
            _recited_items,
            "You divide by the number of training items, {M}. Wanted is the share of the {N} generated ones.",
        ),
        Misconception(
            "number, not share",
            lambda x, train, ratio: _oracle(x, train, ratio) * len(x),
            "You return how many are recited. Divide by the number of generated items, {N}.",
        ),
        Misconception(
            "plain threshold",
            _plain_threshold,
            "You compare the nearest distance with `ratio` itself. How near is near depends on the scale of the "
            "features; the second nearest distance is the measure here.",
        ),
    ),
    alternatives=(_by_topk, _by_kthvalue),
)
