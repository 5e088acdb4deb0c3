"""Ways to walk from noise to data along a learned velocity, one function for each. Taught in lesson 07.

All count time from 0 (noise) to 1 (data), take ``velocity(x, t)``, with x (B, ...) and t (B,), and return the whole
path, (n_steps + 1, B, ...): the noise first, the sample last. What is on the way is what a time slider shows.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from gentutor.errors import KnobError
from gentutor.samplers.schedules import picture_and_noise, shares
from gentutor.seeding import generator as seeded_generator

Velocity = Callable[[Tensor, Tensor], Tensor]

SAMPLERS = ("Euler", "Heun", "DDIM", "ancestral")
"""Names of the kinds that `sample_path` knows, in the order of the lesson's slider."""


def guided_velocity(told: Tensor, untold: Tensor, guidance: float) -> Tensor:
    """Return the velocity that exaggerates what the condition changes: untold + guidance · (told - untold).

    Ho and Salimans (2022), "Classifier-free diffusion guidance", equation 6, with guidance = 1 + w.

    Parameters
    ----------
    told, untold : Tensor
        Velocities with and without the condition, both (B, ...).
    guidance : float
        0 ignores the condition, 1 follows it as learnt, more exaggerates it.

    Examples
    --------
    >>> guided_velocity(torch.tensor([2.0]), torch.tensor([1.0]), 3.0)
    tensor([4.])
    """
    return untold + guidance * (told - untold)


def _clock(x: Tensor, step: int, n_steps: int) -> tuple[Tensor, Tensor]:
    """Return the times at which a step begins and ends, (B,) each."""
    return torch.full((len(x),), step / n_steps), torch.full((len(x),), (step + 1) / n_steps)


def euler_sample(x: Tensor, n_steps: int, velocity: Velocity) -> Tensor:
    """Follow the arrow at the start of each step: Euler's method (1768), one call of the network for each step.

    Parameters
    ----------
    x : Tensor
        Noise (B, ...).
    n_steps : int
        Steps from t = 0 to t = 1.
    velocity : callable
        ``velocity(x, t)`` returns (B, ...).

    Examples
    --------
    >>> euler_sample(torch.zeros(1, 1), 2, lambda x, t: torch.ones_like(x)).flatten()
    tensor([0.0000, 0.5000, 1.0000])
    """
    path = [x]
    for step in range(n_steps):
        t, _ = _clock(x, step, n_steps)
        x = x + velocity(x, t) / n_steps
        path.append(x)
    return torch.stack(path)


def heun_sample(x: Tensor, n_steps: int, velocity: Velocity) -> Tensor:
    """Try a step, look at the arrow where it ends, and go with the mean of both: two calls for each step.

    Heun (1900); for diffusion Karras and others (2022), "Elucidating the design space of diffusion-based generative
    models", algorithm 1. The errors of a step fall with its third power, not with its second.

    Parameters
    ----------
    x : Tensor
        Noise (B, ...).
    n_steps : int
        Steps from t = 0 to t = 1.
    velocity : callable
        ``velocity(x, t)`` returns (B, ...).
    """
    path = [x]
    for step in range(n_steps):
        t, later = _clock(x, step, n_steps)
        here = velocity(x, t)
        there = velocity(x + here / n_steps, later)
        x = x + (here + there) / (2 * n_steps)
        path.append(x)
    return torch.stack(path)


def ddim_sample(x: Tensor, n_steps: int, velocity: Velocity, kind: int = 0) -> Tensor:
    """Guess picture and noise, and mix the same two again with less noise: one call for each step.

    Song, Meng and Ermon (2021), "Denoising diffusion implicit models", equation 12 with sigma = 0. On the straight
    schedule this is Euler's method, exactly.

    Parameters
    ----------
    x : Tensor
        Noise (B, ...).
    n_steps : int
        Steps from t = 0 to t = 1.
    velocity : callable
        ``velocity(x, t)`` returns (B, ...).
    kind : int
        Of the `gentutor.samplers.schedules.schedule` that the network was trained with.
    """
    path = [x]
    for step in range(n_steps):
        t, later = _clock(x, step, n_steps)
        picture, noise = picture_and_noise(x, velocity(x, t), t, kind)
        a, b, _, _ = shares(later, x, kind)
        x = a * picture + b * noise
        path.append(x)
    return torch.stack(path)


def ancestral_sample(
    x: Tensor, n_steps: int, velocity: Velocity, kind: int = 0, *, generator: torch.Generator
) -> Tensor:
    """Guess the picture, and draw a less noisy one at random from all that could lead here: one call for each step.

    Ho, Jain and Abbeel (2020), "Denoising diffusion probabilistic models", algorithm 2, for any schedule. A part of the
    noise is replaced in each step, so that the path is ragged and the same start ends elsewhere.

    Parameters
    ----------
    x : Tensor
        Noise (B, ...).
    n_steps : int
        Steps from t = 0 to t = 1.
    velocity : callable
        ``velocity(x, t)`` returns (B, ...).
    kind : int
        Of the `gentutor.samplers.schedules.schedule` that the network was trained with.
    generator : torch.Generator
        Source of the fresh noise.
    """
    path = [x]
    for step in range(n_steps):
        t, later = _clock(x, step, n_steps)
        picture, noise = picture_and_noise(x, velocity(x, t), t, kind)
        (a, b, _, _), (a_next, b_next, _, _) = shares(t, x, kind), shares(later, x, kind)
        fresh = (b_next / b) ** 2 * (b**2 - (a / a_next * b_next) ** 2)  # variance that is drawn anew
        z = torch.randn(x.shape, generator=generator)
        x = a_next * picture + (b_next**2 - fresh).clamp(min=0).sqrt() * noise + fresh.clamp(min=0).sqrt() * z
        path.append(x)
    return torch.stack(path)


@torch.no_grad()
def sample_path(
    x: Tensor,
    n_steps: int,
    velocity: Velocity,
    *,
    sampler: int = 0,
    kind: int = 0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Walk from the noise `x` to data with a sampler chosen by its number, and return the path.

    Parameters
    ----------
    x : Tensor
        Noise (B, ...).
    n_steps : int
        Steps from t = 0 to t = 1.
    velocity : callable
        ``velocity(x, t)`` returns (B, ...).
    sampler : int
        Place in `SAMPLERS`.
    kind : int
        Of the schedule.
    generator : torch.Generator, optional
        Source of the ancestral sampler's fresh noise; a fixed one where not given.

    Raises
    ------
    KnobError
        When there is no such sampler or schedule.

    Examples
    --------
    >>> sample_path(torch.zeros(3, 2), 4, lambda x, t: x, sampler=1).shape
    torch.Size([5, 3, 2])
    """
    if sampler not in range(len(SAMPLERS)):
        raise KnobError(f"sampler must be a place in {SAMPLERS}, 0 to {len(SAMPLERS) - 1}; got {sampler!r}.")
    if sampler == 0:
        return euler_sample(x, n_steps, velocity)
    if sampler == 1:
        return heun_sample(x, n_steps, velocity)
    if sampler == 2:
        return ddim_sample(x, n_steps, velocity, kind)
    return ancestral_sample(x, n_steps, velocity, kind, generator=generator or seeded_generator(0, "ancestral"))
