"""Exercise `split_without_leakage`: copies stay together."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.data.inputs import LESSON, one_row_often, rows_with_copies, walk

Split = tuple[list[int], list[int]]


def _oracle(x: Tensor, order: Tensor, n_validation: int) -> Split:
    train: list[int] = []
    validation: list[int] = []
    for group in walk(x, order):
        (validation if len(validation) < n_validation else train).extend(group)
    return train, validation


def _fault(arguments: tuple[Any, ...], returned: Any) -> str | None:
    """Say what is wrong with a split, in the order in which it matters."""
    x, order, n_validation = arguments
    if len(returned) != 2:
        return "Two lists are wanted: the positions for training, and those for validation."
    train, validation = ([int(i) for i in part] for part in returned)
    if sorted(train + validation) != list(range(len(x))):
        return f"Every position from 0 to {len(x) - 1} must be in exactly one of the two lists."
    rows = [tuple(row) for row in x.tolist()]
    both = {rows[i] for i in train} & {rows[i] for i in validation}
    if both:
        parted = next(i for i in validation if rows[i] in both)
        other = next(i for i in train if rows[i] == rows[parted])
        return f"Item {parted} is in validation and its copy, item {other}, in training: that is the leak."
    if len(validation) < n_validation:
        return f"Validation has {len(validation)} items; wanted are at least {n_validation}."
    if sorted(validation) != sorted(_oracle(x, order, n_validation)[1]):
        return (
            f"No copy is parted, but other items are in validation than wanted. Go along `order`, item {int(order[0])} "
            f"first, put each with all its copies into validation, and stop when {n_validation} or more are there."
        )
    return None


def _copies_parted(x: Tensor, order: Tensor, n_validation: int) -> Split:
    return order[n_validation:].tolist(), order[:n_validation].tolist()


def _copies_dropped(x: Tensor, order: Tensor, n_validation: int) -> Split:
    first = [group[0] for group in walk(x, order)]
    return first[n_validation:], first[:n_validation]


def _cut_in_a_group(x: Tensor, order: Tensor, n_validation: int) -> Split:
    together = [i for group in walk(x, order) for i in group]
    return together[n_validation:], together[:n_validation]


def _validation_kept_in_training(x: Tensor, order: Tensor, n_validation: int) -> Split:
    return order.tolist(), _oracle(x, order, n_validation)[1]


def _groups_counted(x: Tensor, order: Tensor, n_validation: int) -> Split:
    groups = walk(x, order)
    train, validation = groups[n_validation:], groups[:n_validation]
    return [i for group in train for i in group], [i for group in validation for i in group]


def _order_ignored(x: Tensor, order: Tensor, n_validation: int) -> Split:
    return _oracle(x, order.sort().values, n_validation)


def _places_in_order(x: Tensor, order: Tensor, n_validation: int) -> Split:
    return _oracle(x[order], order.sort().values, n_validation)


def _by_comparing(x: Tensor, order: Tensor, n_validation: int) -> Split:
    validation: list[int] = []
    for i in order.tolist():
        if len(validation) >= n_validation:
            break
        if i not in validation:
            validation += [j for j in range(len(x)) if x[i].equal(x[j])]
    return [i for i in range(len(x)) if i not in validation], validation


def _by_unique(x: Tensor, order: Tensor, n_validation: int) -> tuple[Tensor, Tensor]:
    group = x[order].unique(dim=0, return_inverse=True)[1]  # type: ignore[no-untyped-call]  # (N,), the same number for copies
    chosen = group < 0  # nothing yet
    for i in range(len(order)):
        if int(chosen.sum()) < n_validation:
            chosen |= group == group[i]
    return order[~chosen], order[chosen]


SPLIT_WITHOUT_LEAKAGE = Exercise(
    name="split_without_leakage",
    lesson=LESSON,
    task="Go along `order` and put each item together with all its copies into validation, until at least "
    "`n_validation` items are there; all others are for training. Return two lists of positions, training first.",
    arguments={"x": "N D", "order": "N", "n_validation": "int"},
    returns="tuple of two lists of int",
    points=4,
    oracle=_oracle,
    taught="gentutor.datasets.preparing:split_without_leakage",
    hints=(
        "Copies must move together. So first find out which items are copies of each other, and then move whole groups "
        "instead of single items.",
        "A dict can collect groups: its key is the row, as a tuple of numbers, its value the list of positions. A dict "
        "keeps the order in which its keys came.",
        "for i in order.tolist(): groups.setdefault(tuple(x[i].tolist()), []).append(i). Then, for each group: add it "
        "to validation while len(validation) < n_validation, else to training.",
    ),
    checks=(
        Check("rows with copies among them", rows_with_copies, share=0.6, property=_fault),
        Check("rows of which one stands there five times", one_row_often, share=0.4, property=_fault),
    ),
    misconceptions=(
        Misconception(
            "copies parted",
            _copies_parted,
            "You cut `order` at `n_validation`, so copies of one item land on both sides: validation then asks what "
            "training has seen. Move each item together with all its copies.",
        ),
        Misconception(
            "cut within a group",
            _cut_in_a_group,
            "You bring copies together, and then cut at exactly `n_validation`, in the middle of a group. Take a group "
            "as a whole: a few more validation items do no harm.",
        ),
        Misconception(
            "copies dropped",
            _copies_dropped,
            "You keep one item of each group and lose its copies. Here every position must be in one of the lists.",
        ),
        Misconception(
            "validation kept in training",
            _validation_kept_in_training,
            "Validation items are in the training list as well: that is the whole leak. Each position belongs to one "
            "list only.",
        ),
        Misconception(
            "lists swapped",
            lambda x, order, n_validation: _oracle(x, order, n_validation)[::-1],
            "The two lists are swapped: training comes first.",
        ),
        Misconception(
            "groups counted",
            _groups_counted,
            "You take `n_validation` groups. It counts items: stop as soon as that many items are in validation.",
        ),
        Misconception(
            "order ignored",
            _order_ignored,
            "You go through the items from 0 upwards, so every split is the same. Go along `order`.",
        ),
        Misconception(
            "places instead of positions",
            _places_in_order,
            "You return places in `order` where positions in `x` are wanted: item k of `order` is position `order[k]`.",
        ),
        Misconception(
            "rows instead of positions",
            lambda x, order, n_validation: tuple(x[part] for part in _oracle(x, order, n_validation)),
            "You return the rows themselves. Wanted are their positions, two lists of whole numbers.",
        ),
    ),
    alternatives=(_by_comparing, _by_unique, lambda x, order, n: tuple(sorted(p) for p in _oracle(x, order, n))),
)
