"""How a velocity network's weights move: its optimiser and one update, as lesson 07 shows them.

`DIFFUSION_FAST` is the recipe that ``bench/diffusion.py`` measures. How it was found stands in ``docs/log.md``.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from gentutor.models.gan import Averaged
from gentutor.models.muon import Muon, Together
from gentutor.samplers.paths import Velocity, guided_velocity
from gentutor.samplers.schedules import add_noise, velocity_target

DIFFUSION_FAST: dict[str, Any] = {"batch_size": 64, "lr": 8e-3, "forget": 0.15, "schedule_kind": 0}
"""Settings of `diffusion_update` for both kinds of bundled pictures."""

_ENDS = ("read", "paint")  # between pixels and channels
FORGET_ALL = 0.1  # share of the pictures for which every wish is hidden: what guidance compares with


_KERNELS = 6.0  # Muon's learning rate as a multiple of Adam's


def diffusion_optimiser(network: nn.Module) -> torch.optim.Optimizer:
    """Return what moves the weights of `network`: Muon for the kernels between its channels, Adam for all else.

    Adam (Kingma and Ba 2015) with a memory of some hundred updates; Muon (Jordan and others 2024) for the convolutions
    within the network, which halves the updates that pictures need. The first and the last convolution, and networks
    without any, are Adam's alone.

    Parameters
    ----------
    network : nn.Module
        Such as a `PictureVelocity` or a `PointVelocity`.
    """
    inner = [layer for name, layer in network.named_modules() if isinstance(layer, nn.Conv2d) and name not in _ENDS]
    kernels = [layer.weight for layer in inner]
    others = [p for p in network.parameters() if all(p is not kernel for kernel in kernels)]
    adam = torch.optim.Adam(others, lr=0.0, betas=(0.9, 0.99), fused=True)
    if not kernels:
        return adam
    muon = Muon(kernels, momentum=0.9, rounds=3)
    muon.param_groups[0]["lr_scale"] = _KERNELS
    return Together(muon, adam)


def random_times(n: int, generator: torch.Generator) -> Tensor:
    """Return `n` times in [0, 1), one in each n-th part: as likely as plain random ones, and never bunched.

    Kingma and others (2021), "Variational diffusion models", appendix I.1: the loss is less noisy for it.

    Parameters
    ----------
    n : int
        How many times.
    generator : torch.Generator
        Source of the randomness.
    """
    return (torch.arange(n) + torch.rand(n, generator=generator)) / n


def forgotten(y: Tensor, forget: float, generator: torch.Generator) -> Tensor:
    """Hide wishes: each by itself with the chance `forget`, and in one picture of ten all of them.

    So one network learns to be told everything, something and nothing (Ho and Salimans 2022, algorithm 1).

    Parameters
    ----------
    y : Tensor
        Wishes int64 (B, A).
    forget : float
        Share that is hidden, in [0, 1].
    generator : torch.Generator
        Source of the randomness.

    Examples
    --------
    >>> forgotten(torch.tensor([[2, 5]]), 1.0, torch.Generator().manual_seed(0))
    tensor([[-1, -1]])
    """
    hidden = torch.rand(y.shape, generator=generator) < forget
    all_hidden = torch.rand(len(y), 1, generator=generator) < FORGET_ALL
    return torch.where(hidden | all_hidden, -1, y)


def diffusion_update(
    network: nn.Module,
    average: Averaged,
    optimiser: torch.optim.Optimizer,
    *,
    x: Tensor | tuple[Tensor, ...],
    settings: SimpleNamespace,
    generator: torch.Generator,
) -> dict[str, float]:
    """Move the weights one step towards foretelling velocities; the average follows.

    Lipman and others (2023), equation 14. The learning rate rises over the first twentieth of the run, since Adam's
    first strides are long and blind, and then falls linearly to 0.

    Parameters
    ----------
    network : nn.Module
        ``network(x_t, t, y)`` returns velocities; without `y` where the batch has no attributes.
    average : Averaged
        Follows `network`; it draws the pictures that are shown.
    optimiser : torch.optim.Optimizer
        Holds the weights of `network`.
    x : Tensor or tuple of Tensor
        A batch of examples (B, ...), pictures in [-1, 1]; and their attributes int64 (B, A) where there are any.
    settings : SimpleNamespace
        Has ``lr``, ``forget``, ``schedule_kind``, and ``progress``, the share of the run that is done.
    generator : torch.Generator
        Source of noise, times and what is forgotten.

    Returns
    -------
    dict of float
        ``loss``: the mean square between foretold and true velocity, before the step.
    """
    pace = min(1.0, 20 * settings.progress) * (1 - settings.progress)
    for group in optimiser.param_groups:
        group["lr"] = settings.lr * group.get("lr_scale", 1.0) * pace
    data, *wishes = x if isinstance(x, tuple) else (x,)
    eps = torch.randn(data.shape, generator=generator)
    t = random_times(len(data), generator)
    told = [forgotten(y, settings.forget, generator) for y in wishes]
    kind = int(settings.schedule_kind)
    foretold = network(add_noise(data, eps, t, kind), t, *told)
    loss = (foretold - velocity_target(data, eps, t, kind)).square().mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    average.update(network)
    return {"loss": loss.item()}


def wished(network: nn.Module, y: Tensor, guidance: float = 1.0) -> Velocity:
    """Return ``velocity(x, t)`` of a network that is told the wishes `y`, with classifier-free guidance.

    Parameters
    ----------
    network : nn.Module
        ``network(x_t, t, y)`` returns velocities.
    y : Tensor
        Wishes int64 (B, A), -1 where nothing is wished.
    guidance : float
        See `guided_velocity`. With 1, and where nothing is wished, one call of the network is enough.
    """
    nothing = torch.full_like(y, -1)

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        if guidance == 1:
            told: Tensor = network(x, t, y)
            return told
        told, untold = network(torch.cat([x, x]), torch.cat([t, t]), torch.cat([y, nothing])).chunk(2)
        return guided_velocity(told, untold, guidance)

    return velocity
