"""Cheap trainings for the tests of studies; in a module, so that other processes can import them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from gentutor.knobs import Knob, KnobSet
from gentutor.tuning import Study
from gentutor.tuning.trials import Values

KNOBS = KnobSet(
    Knob("lr", 0.01, 1e-5, 1.0, help="A rate.", effect="higher: more.", scale="log"),
    Knob("width", 8, 1, 64, help="A width.", effect="higher: more."),
    Knob("idle", 0.5, 0.0, 1.0, help="Does nothing.", effect="higher: nothing."),
)


def bowl(values: Values, seed: int = 0) -> Iterator[float]:
    """Nine losses that fall towards a bowl around lr 0.01 and width 40."""
    import math

    end = (math.log10(values["lr"]) + 2) ** 2 + ((values["width"] - 40) / 40) ** 2
    for part in range(1, 10):
        yield end + 1 / part


def slow_bowl(values: Values, seed: int = 0) -> Iterator[float]:
    """The same, in about 90 ms."""
    for loss in bowl(values, seed):
        time.sleep(0.01)
        yield loss


def deadly_bowl(values: Values, seed: int = 0) -> Iterator[float]:
    """The same; the first process that gets here dies of it, once, in the middle of a training."""
    mark = Path(os.environ["GENTUTOR_TEST_MARK"])
    for part, loss in enumerate(bowl(values, seed), start=1):
        if part == 4 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield loss


def diverging(values: Values, seed: int = 0) -> Iterator[float]:
    """A bowl; where the rate is high, the loss becomes infinite after two parts."""
    for part, loss in enumerate(bowl(values, seed), start=1):
        yield float("inf") if values["lr"] > 0.1 and part > 2 else loss


def study_of(objective=bowl, **options) -> Study:  # type: ignore[no-untyped-def]
    """A study of one of these."""
    return Study(objective, KNOBS, **{"trials": 12, "sampler": "random", **options})


def facts(study: Study) -> list[tuple[object, ...]]:
    """What must be equal of two studies: proposals, losses, ends and who proposed."""
    return [(dict(one.values), one.reports, one.state, one.by) for one in study.made]
