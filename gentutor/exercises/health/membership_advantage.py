"""Exercise `membership_advantage`: was this person in the training data?"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.health.inputs import LESSON, distances


def _from(hit: float, alarm: float, n: int, m: int, times: float = 1.96) -> Tensor:
    advantage = hit - alarm
    half = times * math.sqrt(hit * (1 - hit) / n + alarm * (1 - alarm) / m)
    return torch.tensor([advantage, advantage - half, advantage + half])


def _rates(members: Tensor, strangers: Tensor, threshold: float) -> tuple[float, float]:
    hit = sum(d < threshold for d in members.tolist()) / len(members)
    return hit, sum(d < threshold for d in strangers.tolist()) / len(strangers)


def _oracle(members: Tensor, strangers: Tensor, threshold: float) -> Tensor:
    return _from(*_rates(members, strangers, threshold), len(members), len(strangers))


def _far_is_member(members: Tensor, strangers: Tensor, threshold: float) -> Tensor:
    hit, alarm = _rates(members, strangers, threshold)
    return _from(1 - hit, 1 - alarm, len(members), len(strangers))


def _standard_error(members: Tensor, strangers: Tensor, threshold: float) -> Tensor:
    return _from(*_rates(members, strangers, threshold), len(members), len(strangers), times=1.0)


def _hits_only(members: Tensor, strangers: Tensor, threshold: float) -> Tensor:
    return _from(_rates(members, strangers, threshold)[0], 0.0, len(members), len(strangers))


def _errors_added(members: Tensor, strangers: Tensor, threshold: float) -> Tensor:
    hit, alarm = _rates(members, strangers, threshold)
    half = 1.96 * (math.sqrt(hit * (1 - hit) / len(members)) + math.sqrt(alarm * (1 - alarm) / len(strangers)))
    return torch.tensor([hit - alarm, hit - alarm - half, hit - alarm + half])


def _spread_of_people(members: Tensor, strangers: Tensor, threshold: float) -> Tensor:
    return _from(*_rates(members, strangers, threshold), 1, 1)


def _by_tensors(members: Tensor, strangers: Tensor, threshold: float) -> Tensor:
    hit, alarm = (members < threshold).float(), (strangers < threshold).float()
    half = 1.96 * (hit.var(correction=0) / len(hit) + alarm.var(correction=0) / len(alarm)).sqrt()
    middle = hit.mean() - alarm.mean()
    return torch.stack([middle, middle - half, middle + half])


MEMBERSHIP_ADVANTAGE = Exercise(
    name="membership_advantage",
    lesson=LESSON,
    task="Return three numbers: the share of members below the threshold less that of strangers, and the lower and "
    "upper end of its 95 % interval, 1.96 standard errors away.",
    arguments={"members": "N", "strangers": "M", "threshold": "float"},
    returns="3",
    points=4,
    oracle=_oracle,
    taught="gentutor.metrics.privacy:membership_advantage",
    hints=(
        "The attacker says *member* to everybody nearer than the threshold. How often is that right for members, and "
        "how often is it a false alarm for strangers?",
        "A share p of n people has the variance p (1 - p) / n. The variance of a difference is the *sum* of both.",
        "With hit and alarm the two shares: half = 1.96 * (hit * (1 - hit) / len(members) + alarm * (1 - alarm) / "
        "len(strangers)) ** 0.5; stack hit - alarm, and the same less and plus half.",
    ),
    checks=(
        Check("a generator that leaks", lambda g: distances(g, 0.35), share=0.5),
        Check("one that hardly leaks", lambda g: distances(g, 0.05), share=0.5),
    ),
    misconceptions=(
        Misconception(
            "far means member",
            _far_is_member,
            "You call those *beyond* the threshold members. A person who was learnt by heart has a near copy: use "
            "`< threshold`.",
        ),
        Misconception(
            "one standard error",
            _standard_error,
            "Your interval is one standard error wide on each side; that holds two times in three. For 95 % take 1.96.",
        ),
        Misconception(
            "hits only",
            _hits_only,
            "You count the members found and forget the strangers accused: somebody who shouts *member* at everyone "
            "would look perfect. Take the false alarms away.",
        ),
        Misconception(
            "standard errors added",
            _errors_added,
            "You add the two standard errors. Variances add up, standard errors do not: take the root of the sum.",
        ),
        Misconception(
            "not divided by the people",
            _spread_of_people,
            "That is the spread of one person, not of a share: divide each p (1 - p) by its number, {N} and {M}.",
        ),
    ),
    alternatives=(
        _by_tensors,
        lambda members, strangers, threshold: _oracle(members.double(), strangers.double(), threshold),
    ),
)
