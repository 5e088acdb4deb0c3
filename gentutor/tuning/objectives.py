"""What is tuned: trainings that yield their loss as they go, so that a study can end them early."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from gentutor.datasets.names import load_names
from gentutor.errors import TuningError
from gentutor.knobs import KnobSet, lesson_knobs
from gentutor.models.name_model import NameModel, letter_windows
from gentutor.seeding import generator
from gentutor.tuning.trials import Objective, Values

PARTS = 9  # how often a training reports: halving by three asks after 1, 3 and all 9
N_JUDGED = 4000  # letters on which a loss is measured: an error of about 0.02 nats, the same for all


@cache
def letters(split: str) -> tuple[Tensor, Tensor]:
    """Return the letters of a part of the names: four before (N, 4), and the next one (N,)."""
    return letter_windows(load_names(split))  # type: ignore[arg-type]


def train_names(values: Values, seed: int = 0, *, budget: int = 60000, split: str = "validation") -> Iterator[float]:
    """Train a `NameModel` on `budget` letters and yield its loss on held-out names after each ninth of them.

    Parameters
    ----------
    values : dict
        ``lr``, ``batch_size``, ``width`` and ``weight_decay``.
    seed : int
        Start of first weights and of the order of the letters.
    budget : int
        Letters to train on: the same for all, so that a large batch takes fewer updates.
    split : str
        Which names judge.

    Yields
    ------
    float
        Mean surprise at the next letter, in nats.
    """
    before, after = letters("train")
    judged = tuple(part[:N_JUDGED] for part in letters(split))
    model = NameModel(int(values["width"]), seed)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=values["lr"], weight_decay=values["weight_decay"], betas=(0.9, 0.99)
    )
    dice, batch_size, seen = generator(seed, "letters"), int(values["batch_size"]), 0
    for part in range(1, PARTS + 1):
        while seen < budget * part / PARTS:
            chosen = torch.randint(len(after), (batch_size,), generator=dice)
            loss = cross_entropy(model(before[chosen]), after[chosen])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            seen += batch_size
        with torch.no_grad():
            yield float(cross_entropy(model(judged[0]), judged[1]))


def find_objective(name: str, budget: int | None = None) -> tuple[Objective, KnobSet]:
    """Return what ``gentutor study NAME`` tunes, and the knobs to choose.

    Parameters
    ----------
    name : str
        ``"names"``.
    budget : int, optional
        Letters of each training; the knob's usual value where not given.

    Raises
    ------
    TuningError
        When there is no such objective.
    KnobError
        When the budget is out of range.
    """
    from gentutor.knobs.tuning import SEARCHED

    if name != "names":
        raise TuningError(f"There is nothing to tune under the name {name!r}; there is: names.")
    knobs = lesson_knobs("tuning")
    letters_each = knobs["budget"].check(knobs["budget"].default if budget is None else budget)
    return partial(train_names, budget=int(letters_each)), knobs.only(*SEARCHED)
