"""Exercise `precision_recall_f1`: three measures of every class, from the counts."""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.evaluation.inputs import LESSON, counts


def _oracle(counts: Tensor) -> Tensor:
    table, columns = counts.tolist(), []
    for c in range(len(table)):
        right, called, there = table[c][c], sum(row[c] for row in table), sum(table[c])
        columns.append([right / called if called else 0.0, right / there if there else 0.0, 0.0])
        if right:
            columns[-1][2] = 2 / (called / right + there / right)
    return torch.tensor(columns).T.contiguous()


def _safe(above: Tensor, below: Tensor) -> Tensor:
    return torch.where(below > 0, above / below.clamp(min=1e-9), 0.0)


def _three(precision: Tensor, recall: Tensor, f1: Tensor | None = None) -> Tensor:
    mean = _safe(2 * precision * recall, precision + recall) if f1 is None else f1
    return torch.stack([precision, recall, mean])


def _both(counts: Tensor) -> tuple[Tensor, Tensor]:
    right = counts.diagonal().float()
    return _safe(right, counts.sum(0)), _safe(right, counts.sum(1))


def _unguarded(counts: Tensor) -> Tensor:
    right = counts.diagonal().float()
    precision, recall = right / counts.sum(0), right / counts.sum(1)
    return torch.stack([precision, recall, 2 * precision * recall / (precision + recall)])


def _added_epsilon(counts: Tensor) -> Tensor:
    precision, recall = _both(counts)
    return torch.stack([precision, recall, 2 * precision * recall / (precision + recall + 1e-12)])


def _accuracy_for_precision(counts: Tensor) -> Tensor:
    right = counts.diagonal().float()
    return _three(right / counts.sum(), right / counts.sum())


PRECISION_RECALL_F1 = Exercise(
    name="precision_recall_f1",
    lesson=LESSON,
    task="Return precision, recall and F1 of every class, stacked to (3, K), from a confusion matrix with the truth by "
    "row and what it was called by column; 0 where the divisor is 0.",
    arguments={"counts": "K K"},
    returns="3 K",
    points=3,
    oracle=_oracle,
    taught="gentutor.metrics.classification:precision_recall_f1",
    hints=(
        "Take one class. Which cell of the table holds what was called right? Which cells hold everything that was "
        "called this class, and which everything that is this class?",
        "Right is the diagonal. A column is what was *called* this class (for precision), a row what *is* this class "
        "(for recall). Where a sum is 0, divide by 1 instead: `.clamp(min=1)`.",
        "right = counts.diagonal(); called, there = counts.sum(0), counts.sum(1). Precision is right / called, recall "
        "right / there, and F1 is 2 * right / (called + there). Put the three together with torch.stack([...]).",
    ),
    checks=(
        Check("four classes", counts, share=0.6),
        Check("a class that was never called, and one that is not there", lambda g: counts(g, never=True), share=0.4),
    ),
    misconceptions=(
        Misconception(
            "precision and recall exchanged",
            lambda counts: _three(*_both(counts)[::-1]),
            "Precision and recall are exchanged: rows are the truth here, columns what was called. Precision divides "
            "by what was *called* this class, a column's sum.",
        ),
        Misconception(
            "plain mean for F1",
            lambda counts: _three(*_both(counts), sum(_both(counts)) / 2),  # type: ignore[arg-type]
            "Precision and recall are right. F1 is not their plain mean but the harmonic one, 2PR / (P + R), which "
            "stays low when one of the two is.",
        ),
        Misconception(
            "two forgotten in F1",
            lambda counts: _three(*_both(counts), _three(*_both(counts))[2] / 2),
            "Precision and recall are right, but your F1 is half of what it should be: 2PR / (P + R), with the 2.",
        ),
        Misconception(
            "geometric mean for F1",
            lambda counts: _three(*_both(counts), (_both(counts)[0] * _both(counts)[1]).sqrt()),
            "Precision and recall are right. Your F1 is the geometric mean, √(PR); wanted is the harmonic one, "
            "2PR / (P + R).",
        ),
        Misconception(
            "divided by all",
            _accuracy_for_precision,
            "You divide by the number of all items. Precision asks only about those called this class, recall only "
            "about those that are this class.",
        ),
        Misconception(
            "nothing to divide by",
            _unguarded,
            "Right, but for a class that was never called (or is not there) you divide 0 by 0, which gives nan. Say 0 "
            "there: divide by `.clamp(min=1)`.",
        ),
        Misconception(
            "averaged over classes",
            lambda counts: _three(*_both(counts)).mean(1),
            "You have one value for each measure. Wanted is one for each of the {K} classes, (3, K): the mean hides "
            "the class that goes wrong.",
        ),
        Misconception(
            "classes by row",
            lambda counts: _three(*_both(counts)).T.contiguous(),
            "Your table lies on its side: wanted is (3, K), a row for each measure. `torch.stack` of three rows gives "
            "that.",
        ),
        Misconception(
            "per cent",
            lambda counts: 100 * _three(*_both(counts)),
            "Those are per cent, {factor} times too large: return shares between 0 and 1.",
        ),
    ),
    alternatives=(
        lambda counts: _three(*_both(counts)),
        _added_epsilon,
        lambda counts: _unguarded(counts).nan_to_num(0.0),
    ),
)
