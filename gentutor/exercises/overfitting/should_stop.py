"""Exercise `should_stop`: patience, counted from the best look."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.overfitting.inputs import LESSON, curve


def _oracle(losses: Sequence[float], patience: int) -> bool:
    waited, best = 0, float("inf")
    for loss in losses:
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
    return waited >= patience


def _since_best(losses: Sequence[float]) -> int:
    return len(losses) - 1 - list(losses).index(min(losses)) if losses else 0


def _latest_of_equals(losses: Sequence[float], patience: int) -> bool:
    waited, best = 0, float("inf")
    for loss in losses:
        best, waited = (loss, 0) if loss <= best else (best, waited + 1)
    return waited >= patience


def _ever_waited(losses: Sequence[float], patience: int) -> bool:
    return any(_oracle(losses[: n + 1], patience) for n in range(len(losses)))


def _rises_in_a_row(losses: Sequence[float], patience: int) -> bool:
    rises = [b > a for a, b in pairwise(losses)]
    return len(rises) >= patience and all(rises[-patience:])


def _worse_than_then(losses: Sequence[float], patience: int) -> bool:
    return len(losses) > patience and losses[-1] > losses[-1 - patience]


def _highest_is_best(losses: Sequence[float], patience: int) -> bool:
    return bool(losses) and len(losses) - 1 - list(losses).index(max(losses)) >= patience


# Heights of the validation losses, and what should be answered. Each mistake shows in a combination of its own.
_CURVES = {
    "a curve that rose, fell and rose, six looks after its best": ([8, 5, 2, 6, 7, 4, 6, 5, 3], 6, 0.1),
    "a curve that still falls": ([9, 8, 7, 5, 4, 3], 3, 0.1),
    "a curve one look younger than the patience": ([9, 6, 2, 4, 5], 3, 0.15),
    "a curve exactly as old as the patience": ([9, 6, 2, 5, 4], 2, 0.1),
    "a curve that only comes back to its best": ([9, 4, 5, 4, 6], 3, 0.15),
    "a curve that recovered after a long wait": ([9, 4, 6, 7, 8, 3, 5], 3, 0.15),
    "two looks, with a patience of four": ([3, 6], 4, 0.05),
    "no look yet": ([], 2, 0.05),
    "a curve whose early best was never met again": ([8, 2, 6, 9, 8, 6, 9], 4, 0.05),
    "a curve as bad as it was two looks ago": ([5, 4, 6, 4, 3, 6, 4, 6], 2, 0.1),
}

SHOULD_STOP = Exercise(
    name="should_stop",
    lesson=LESSON,
    task="Return True where the best (lowest) of these validation losses is `patience` or more looks old, else False. "
    "A loss that only equals the best is no new best; with no look yet, return False.",
    arguments={"losses": "list of float", "patience": "int"},
    returns="bool",
    points=3,
    oracle=_oracle,
    taught="gentutor.models.painter_training:should_stop",
    hints=(
        "A single rise means nothing: the curve wavers. Which look was the best so far, and how many have come since?",
        "`losses.index(min(losses))` is the place of the best, of equals the first. The newest stands at "
        "`len(losses) - 1`.",
        "if not losses: return False. Then: return len(losses) - 1 - losses.index(min(losses)) >= patience.",
    ),
    checks=tuple(
        Check(name, partial(curve, heights=heights, patience=patience), share=share)
        for name, (heights, patience, share) in _CURVES.items()
    ),
    misconceptions=(
        Misconception(
            "one look too early",
            lambda losses, patience: bool(losses) and len(losses) - list(losses).index(min(losses)) >= patience,
            "You stop one look too early. The newest look stands at len(losses) - 1: if it is the best, 0 looks have "
            "come since.",
        ),
        Misconception(
            "equal counts as better",
            _latest_of_equals,
            "You count a loss that only equals the best as a new best, and start to wait anew. On a plateau that waits "
            "for ever. Of equals, the first counts.",
        ),
        Misconception(
            "one look too late",
            lambda losses, patience: _since_best(losses) > patience,
            "You stop one look too late. When the best is exactly `patience` looks old, it is time: >=, not >.",
        ),
        Misconception(
            "once is for ever",
            _ever_waited,
            "You stop because there was a long wait once, although a new best has come since. Count from the best of "
            "*all* looks.",
        ),
        Misconception(
            "worse than then",
            _worse_than_then,
            "You compare the newest loss with the one `patience` looks ago. That one may have been a bad one itself: "
            "compare with the best.",
        ),
        Misconception(
            "any loss above the best",
            lambda losses, patience: bool(losses) and losses[-1] > min(losses),
            "You stop as soon as the newest loss is not the best. Give it `patience` looks.",
        ),
        Misconception(
            "patience ignored",
            lambda losses, patience: len(losses) > 1 and losses[-1] > losses[-2],
            "You stop at the first rise. Validation losses waver: look at how many looks ago the best one was.",
        ),
        Misconception(
            "rises in a row",
            _rises_in_a_row,
            "You wait for `patience` rises in a row. A curve that wavers upwards hardly ever rises so often without a "
            "break, so you would never stop. Count the looks since the best.",
        ),
        Misconception(
            "length of the run",
            lambda losses, patience: len(losses) > patience,
            "You stop after `patience` looks, whatever they show. Count from the best look.",
        ),
        Misconception(
            "highest is best",
            _highest_is_best,
            "You wait for a new highest loss. A loss is better when it is lower.",
        ),
        Misconception(
            "place of the best",
            lambda losses, patience: bool(losses) and list(losses).index(min(losses)) >= patience,
            "You compare the *place* of the best with the patience. Wanted is its age: how many looks have come since.",
        ),
    ),
    alternatives=(
        lambda losses, patience: bool(losses) and _since_best(losses) >= patience,
        lambda losses, patience: (
            len(losses) > patience and min(losses[len(losses) - patience :]) >= min(losses[: len(losses) - patience])
        ),
    ),
)
