"""Exercise `euler_sample`: walk from noise to data in small straight steps."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gentutor.exercises.contract import Check, Exercise, Function, Misconception
from gentutor.exercises.diffusion.inputs import LESSON, drift, noise_and_steps
from gentutor.samplers import paths

Clock = Callable[[int, int], float]


def euler_sample(x: Tensor, n_steps: int, velocity: Callable[[Tensor, Tensor], Tensor] = drift) -> Tensor:
    """Return the path of the noise `x` along the velocity from t = 0 to t = 1, start included: (n_steps + 1, B, ...).

    Parameters
    ----------
    x : Tensor
        Noise (B, ...).
    n_steps : int
        Steps, all of the same length in time.
    velocity : callable
        ``velocity(x, t)``, with t (B,), returns (B, ...).
    """
    return paths.euler_sample(x, n_steps, velocity)


def _oracle(x: Tensor, n_steps: int) -> Tensor:
    """By hand, in double precision: the field is linear, so that a step is a factor and a summand."""
    path, y = [x.double()], x.double()
    for k in range(n_steps):
        t = k / n_steps
        y = y * (1 - (1 - t) / n_steps) + (1 + 2 * t) / n_steps
        path.append(y)
    return torch.stack(path)


def _walk(clock: Clock = lambda k, n: k / n, size: Clock = lambda k, n: 1 / n, n_more: int = 0) -> Function:
    """Make an answer that reads the time of step k off `clock` and goes as far as `size` says."""

    def answer(x: Tensor, n_steps: int) -> Tensor:
        path = [x]
        for k in range(n_steps + n_more):
            x = x + drift(x, torch.full((len(x),), clock(k, n_steps))) * size(k, n_steps)
            path.append(x)
        return torch.stack(path)

    return answer


def _always_the_first_arrow(x: Tensor, n_steps: int) -> Tensor:
    first = drift(x, torch.zeros(len(x)))
    return torch.stack([x + k / n_steps * first for k in range(n_steps + 1)])


def _replaced(x: Tensor, n_steps: int) -> Tensor:
    path = [x]
    for k in range(n_steps):
        path.append(drift(path[-1], torch.full((len(x),), k / n_steps)) / n_steps)
    return torch.stack(path)


def _from_the_start(x: Tensor, n_steps: int) -> Tensor:
    path = [x]
    for k in range(n_steps):
        path.append(x + drift(path[-1], torch.full((len(x),), k / n_steps)) / n_steps)
    return torch.stack(path)


def _by_slices(x: Tensor, n_steps: int) -> Tensor:
    path = x.new_zeros(n_steps + 1, *x.shape)
    path[0] = x
    for k, t in enumerate(torch.linspace(0, 1, n_steps + 1)[:-1]):
        path[k + 1] = path[k] + drift(path[k], t.expand(len(x))) * (1 / n_steps)
    return path


def _by_adding_up_time(x: Tensor, n_steps: int) -> Tensor:
    t, path = torch.zeros(len(x)), [x]
    while len(path) <= n_steps:
        path += [path[-1] + drift(path[-1], t) / n_steps]
        t = t + 1 / n_steps
    return torch.stack(path)


EULER_SAMPLE = Exercise(
    name="euler_sample",
    lesson=LESSON,
    task="Start at x at t = 0, take `n_steps` steps of 1 / n_steps along the velocity, and return every station.",
    arguments={"x": "B D", "n_steps": "int"},
    returns="T B D",
    points=5,
    oracle=_oracle,
    taught="gentutor.exercises.diffusion.euler_sample:euler_sample",
    hints=(
        "A car that drives 60 km/h for a quarter of an hour gets 15 km ahead. How far does a point get with the "
        "velocity v in a step that lasts 1 / n_steps?",
        "Step number k begins at the time k / n_steps. The velocity wants that time once for each example: "
        "torch.full((len(x),), k / n_steps). Keep each station in a list that begins with x.",
        "path = [x]; then for k in range(n_steps): x = x + velocity(x, torch.full((len(x),), k / n_steps)) / "
        "n_steps, and append x to the path; at the end torch.stack(path).",
    ),
    checks=(
        Check("five steps", noise_and_steps, share=0.6),
        Check("eleven steps", lambda g: noise_and_steps(g, 11), share=0.4),
        Check("one step", lambda g: noise_and_steps(g, 1), share=0.0),
        Check("one example", lambda g: noise_and_steps(g, 3, 1), share=0.0),
    ),
    misconceptions=(
        Misconception(
            "steps of length one",
            _walk(size=lambda k, n: 1.0),
            "Each of your steps lasts 1, so the walk takes {factor} times too long. All steps together last 1: "
            "multiply the velocity by 1 / n_steps.",
        ),
        Misconception(
            "time runs backwards",
            _walk(clock=lambda k, n: 1 - k / n),
            "Your clock runs from 1 to 0. Here noise is at t = 0 and data at t = 1; papers on diffusion count the "
            "other way.",
        ),
        Misconception(
            "walks backwards",
            _walk(size=lambda k, n: -1 / n),
            "You walk against the arrows. They point from noise to data, so they are added.",
        ),
        Misconception(
            "time stands still",
            _walk(clock=lambda k, n: 0.0),
            "The velocity is asked for t = 0 in every step. The field changes on the way: step k begins at k / "
            "n_steps.",
        ),
        Misconception(
            "time at the end of the step",
            _walk(clock=lambda k, n: (k + 1) / n),
            "You ask for the velocity at the time at which the step *ends*, with the place where it begins. Step k "
            "begins at k / n_steps, and the first one at 0.",
        ),
        Misconception(
            "steps counted as time",
            _walk(clock=lambda k, n: float(k)),
            "You hand over the number of the step as the time. Time runs from 0 to 1: k / n_steps.",
        ),
        Misconception(
            "time stretched to reach one",
            _walk(clock=lambda k, n: k / max(1, n - 1)),
            "Your last step *begins* at t = 1, where it should end. With n_steps steps there are n_steps + 1 stations: "
            "step k begins at k / n_steps.",
        ),
        Misconception(
            "always the first arrow",
            _always_the_first_arrow,
            "You follow the first arrow all the way. Ask the velocity anew in each step, at the place that you have "
            "reached.",
        ),
        Misconception(
            "replaced instead of moved",
            _replaced,
            "Each of your stations is the step alone: the place where it began is lost. New place = old place + step.",
        ),
        Misconception(
            "each step from the start",
            _from_the_start,
            "Each of your steps begins at the noise again. Add it to the place that you have reached.",
        ),
        Misconception(
            "start left out",
            lambda x, n_steps: _oracle(x, n_steps)[1:].float(),
            "The start is missing: put x itself into the path before the first step. n_steps steps have n_steps + 1 "
            "stations.",
        ),
        Misconception(
            "only the end",
            lambda x, n_steps: _oracle(x, n_steps)[-1].float(),
            "You return only where the walk ends. Return all stations, stacked: torch.stack(path).",
        ),
        Misconception(
            "one step short",
            _walk(n_more=-1),
            "One step is missing: the walk ends before t = 1. range(n_steps) gives n_steps steps.",
        ),
        Misconception(
            "one step too many",
            _walk(n_more=1),
            "You take one step too many, beyond t = 1. range(n_steps) gives n_steps steps.",
        ),
    ),
    alternatives=(
        _by_slices,
        _by_adding_up_time,
        lambda x, n_steps: _oracle(x, n_steps).float(),
    ),
)
