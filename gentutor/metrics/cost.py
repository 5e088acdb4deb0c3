"""What training costs: floating-point operations, seconds, memory and energy. Taught in lesson 00."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

LAPTOP_WATTS = 30.0
"""An assumption: what a laptop with a busy processor draws. Office laptops are rated at some 15 to 45 W."""

BYTES_PER_WEIGHT = 16
"""Adam keeps four 32-bit numbers for each weight: the weight, its gradient, and two running averages."""

_UNCOUNTED = 3  # first steps of a run, which fill caches and allocate memory


def training_flops(n_weights: float, batch_size: float, steps: float) -> float:
    """Return about how many floating-point operations a training run takes: 6 for each weight and example.

    A weight meets an example once on the way forward (a multiplication and an addition) and twice on the way back.
    Kaplan and others (2020), "Scaling Laws for Neural Language Models", section 2.1: C = 6 N D, where D counts
    the examples (for text: tokens) seen in the whole run.

    Parameters
    ----------
    n_weights : float
        Weights of the model, N.
    batch_size : float
        Examples, or tokens, in a step.
    steps : float
        Steps of the run.

    Examples
    --------
    >>> training_flops(1000, batch_size=10, steps=5)
    300000
    """
    return 6 * n_weights * batch_size * steps


class Pace(NamedTuple):
    """How fast this machine trains: seconds of a step = `start` + operations / `speed`.

    Attributes
    ----------
    start : float
        Seconds that a step takes before it has computed anything.
    speed : float
        Floating-point operations in a second, beyond that.
    waiting : float
        Seconds on the wall for each second of computing: 1 on a quiet machine, more where other programs want it too.
    """

    start: float
    speed: float
    waiting: float

    def seconds(self, n_weights: float, batch_size: float, steps: float) -> float:
        """Return the seconds of computing that a run should take."""
        return self.start * steps + training_flops(n_weights, batch_size, steps) / self.speed


class Lap(NamedTuple):
    """What one trial measured: operations of a step, its seconds of computing, and its seconds on the wall."""

    flops: float
    computing: float
    wall: float


def time_steps(step: Callable[[], object], n: int, flops: float) -> Lap:
    """Take `n` steps on one core and return the usual one.

    Seconds of computing are averaged; of those on the wall the median is taken, so that a hiccup does not count. With
    several threads the seconds of all would be added up, also those in which they wait for each other.

    Parameters
    ----------
    step : callable
        Takes one training step.
    n : int
        Steps to time; three more are taken before.
    flops : float
        Operations of a step.
    """
    laps = []
    for _ in range(n + _UNCOUNTED):
        computing, wall = time.process_time(), time.perf_counter()
        step()
        laps.append((time.process_time() - computing, time.perf_counter() - wall))
    computing_seconds, wall_seconds = zip(*laps[_UNCOUNTED:], strict=True)
    return Lap(flops, statistics.mean(computing_seconds), statistics.median(wall_seconds))


def fit_pace(laps: Sequence[Lap]) -> Pace:
    """Fit a straight line through the laps: seconds of a step against its operations.

    Errors are counted as parts of what was measured, so that quick trials weigh as much as slow ones. A line that
    would start below 0, or fall, is replaced by the best one that does not.

    Parameters
    ----------
    laps : sequence of Lap
        At least two, of different size.

    Examples
    --------
    >>> pace = fit_pace([Lap(1e6, 0.002, 0.002), Lap(3e6, 0.004, 0.004)])
    >>> round(pace.start, 6), round(pace.speed), pace.waiting
    (0.001, 1000000000, 1.0)
    """
    weights = [1 / lap.computing**2 for lap in laps]
    total = sum(weights)
    x_mean = sum(w * lap.flops for w, lap in zip(weights, laps, strict=True)) / total
    y_mean = sum(w * lap.computing for w, lap in zip(weights, laps, strict=True)) / total
    spread = sum(w * (lap.flops - x_mean) ** 2 for w, lap in zip(weights, laps, strict=True))
    together = sum(w * (lap.flops - x_mean) * (lap.computing - y_mean) for w, lap in zip(weights, laps, strict=True))
    slope = together / spread
    start = y_mean - slope * x_mean
    if start < 0 or slope <= 0:
        start, slope = 0.0, y_mean / x_mean
    waiting = statistics.median(lap.wall / lap.computing for lap in laps)
    return Pace(start, 1 / slope, max(1.0, waiting))


def training_memory(n_weights: int, n_activations: int, batch_size: int) -> int:
    """Return about how many bytes training holds at once, with Adam and 32-bit numbers.

    Parameters
    ----------
    n_weights : int
        Weights of the model; `BYTES_PER_WEIGHT` bytes each.
    n_activations : int
        Numbers that the network computes for one example, all kept for the way back.
    batch_size : int
        Examples in a step.
    """
    return BYTES_PER_WEIGHT * n_weights + 4 * n_activations * batch_size
