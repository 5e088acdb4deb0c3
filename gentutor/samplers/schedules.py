"""The way from noise to data: x_t = a(t)·x + b(t)·eps, with t from 0 (all noise) to 1 (all data). Taught in lesson 07.

Flow matching and denoising diffusion are this one frame. A schedule says how a and b change with t; the network
learns how x_t moves, and what the picture or the noise must be follows from that (`picture_and_noise`). Papers on
diffusion count the other way, from 0 (data) to 1 or 1000 (noise).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from gentutor.errors import KnobError

SCHEDULES = ("straight", "cosine", "DDPM")
"""Names of the kinds that `schedule` knows, in the order of the lesson's slider."""


class Schedule(NamedTuple):
    """Shares of picture and noise at some times, and how fast they change; all of the shape of the times.

    Attributes
    ----------
    a, b : Tensor
        Share of the picture and share of the noise.
    da, db : Tensor
        Their slopes by t.
    """

    a: Tensor
    b: Tensor
    da: Tensor
    db: Tensor


def schedule(t: Tensor, kind: int = 0) -> Schedule:
    """Return the shares a(t) of the picture and b(t) of the noise, and their slopes.

    Parameters
    ----------
    t : Tensor
        Times in [0, 1], of any shape: 0 is all noise, 1 all picture.
    kind : int
        0, straight: a = t, b = 1 - t (Liu and others 2023, "Flow straight and fast"; Lipman and others 2023). 1,
        cosine: a quarter of a circle, so that a² + b² = 1 (Nichol and Dhariwal 2021, without their offset). 2, DDPM:
        noise is added at a rate that rises linearly (Ho and others 2020; in continuous time Song and others 2021,
        equation 33). Its last thousandth, where b would fall infinitely fast, is cut off.

    Raises
    ------
    KnobError
        When there is no such schedule.

    Examples
    --------
    >>> a, b, da, db = schedule(torch.tensor([0.25]))
    >>> a.item(), b.item(), da.item(), db.item()
    (0.25, 0.75, 1.0, -1.0)
    """
    if kind not in range(len(SCHEDULES)):
        raise KnobError(f"kind must be a place in {SCHEDULES}, 0 to {len(SCHEDULES) - 1}; got {kind!r}.")
    if kind == 0:
        return Schedule(t, 1 - t, torch.ones_like(t), -torch.ones_like(t))
    if kind == 1:
        angle = t * (math.pi / 2)
        return Schedule(angle.sin(), angle.cos(), math.pi / 2 * angle.cos(), -math.pi / 2 * angle.sin())
    s = (1 - t).clamp(min=1e-3)  # time as DDPM counts it; noise is added at the rate 0.1 + 19.9 s
    a = torch.exp(-0.05 * s - 4.975 * s**2)
    b = (1 - a**2).sqrt()
    da = a * (0.05 + 9.95 * s)
    return Schedule(a, b, da, -a * da / b)


def shares(t: Tensor, like: Tensor, kind: int = 0) -> Schedule:
    """Return the `schedule` at times `t` (B,), shaped (B, 1, ...) as factors of the examples `like` (B, ...)."""
    return schedule(t.view(-1, *[1] * (like.dim() - 1)), kind)


def add_noise(x: Tensor, eps: Tensor, t: Tensor, kind: int = 0) -> Tensor:
    """Return x_t = a(t)·x + b(t)·eps: examples on their way between noise and data.

    Parameters
    ----------
    x, eps : Tensor
        Examples and standard noise, both (B, ...).
    t : Tensor
        A time in [0, 1] for each example, (B,).
    kind : int
        Of the `schedule`.

    Examples
    --------
    >>> add_noise(torch.ones(1, 2), torch.zeros(1, 2), torch.tensor([0.75]))
    tensor([[0.7500, 0.7500]])
    """
    a, b, _, _ = shares(t, x, kind)
    return a * x + b * eps


def velocity_target(x: Tensor, eps: Tensor, t: Tensor, kind: int = 0) -> Tensor:
    """Return how fast x_t moves at time `t`: a'(t)·x + b'(t)·eps, what the network is to foretell from x_t alone.

    Lipman and others (2023), "Flow matching for generative modeling", theorem 2 and equation 14: the mean of this over
    all pairs that lead through x_t is the field that carries noise to data.

    Parameters
    ----------
    x, eps : Tensor
        Examples and standard noise, both (B, ...).
    t : Tensor
        A time in [0, 1] for each example, (B,).
    kind : int
        Of the `schedule`.

    Examples
    --------
    >>> velocity_target(torch.ones(1, 2), torch.zeros(1, 2), torch.tensor([0.75]))
    tensor([[1., 1.]])
    """
    _, _, da, db = shares(t, x, kind)
    return da * x + db * eps


def picture_and_noise(x_t: Tensor, v: Tensor, t: Tensor, kind: int = 0) -> tuple[Tensor, Tensor]:
    """Return the picture and the noise that a velocity implies: two equations, x_t and v, with two unknowns.

    This is why the two families are one: a network that foretells the noise (Ho and others 2020), the picture or the
    velocity (Salimans and Ho 2022) tells the same. The score, the slope of the log-density, is -noise / b(t).

    Parameters
    ----------
    x_t, v : Tensor
        Where the examples are at time `t`, and how fast they move, both (B, ...).
    t : Tensor
        A time in [0, 1] for each example, (B,).
    kind : int
        Of the `schedule`.

    Examples
    --------
    >>> x, eps, t = torch.tensor([[3.0]]), torch.tensor([[1.0]]), torch.tensor([0.5])
    >>> picture_and_noise(add_noise(x, eps, t), velocity_target(x, eps, t), t)
    (tensor([[3.]]), tensor([[1.]]))
    """
    a, b, da, db = shares(t, x_t, kind)
    both = a * db - da * b  # -1 on the straight schedule
    return (db * x_t - b * v) / both, (a * v - da * x_t) / both
