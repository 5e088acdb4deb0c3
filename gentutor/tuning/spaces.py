"""The search space of a study is read from the knobs: their ranges, scales and kinds are declared once."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from gentutor.knobs import KnobSet

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

    from gentutor.tuning.trials import Values


def space(knobs: KnobSet) -> dict[str, BaseDistribution]:
    """Return Optuna's description of what may be tried: a distribution for each knob.

    Parameters
    ----------
    knobs : KnobSet
        The knobs to be chosen.

    Examples
    --------
    >>> from gentutor.knobs import lesson_knobs
    >>> space(lesson_knobs("vaes").only("latent_dim"))
    {'latent_dim': IntDistribution(high=64, log=True, low=1, step=1)}
    """
    from optuna.distributions import FloatDistribution, IntDistribution

    found: dict[str, BaseDistribution] = {}
    for knob in knobs.values():
        log = knob.scale == "log"
        if knob.whole:
            found[knob.name] = IntDistribution(int(knob.low), int(knob.high), log=log)
        else:
            found[knob.name] = FloatDistribution(float(knob.low), float(knob.high), log=log)
    return found


def grid(knobs: KnobSet, most: int) -> list[Values]:
    """Return the largest regular grid of at most `most` settings, with as many steps for each knob.

    Steps are even on the knob's own scale, and stand in the middle of equal parts of its range. A knob too many makes
    it coarse: four knobs with two values each are sixteen settings already.

    Examples
    --------
    >>> from gentutor.knobs import Knob, KnobSet
    >>> knob = Knob("lr", 0.1, 0.01, 1.0, help="", effect="", scale="log")
    >>> [round(values["lr"], 3) for values in grid(KnobSet(knob), 2)]
    [0.032, 0.316]
    """
    n_steps = 1
    while (n_steps + 1) ** len(knobs) <= most:
        n_steps += 1
    places = [(step + 0.5) / n_steps for step in range(n_steps)]
    axes = [[knob.from_position(place) for place in places] for knob in knobs.values()]
    return [dict(zip(knobs, values, strict=True)) for values in product(*axes)]
