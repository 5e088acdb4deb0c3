"""Two families of generative models at the size of a toy: points in a plane instead of pictures.

They stand in where lesson 00 shows all families side by side: ``scripts/train_welcome.py`` trains them for a minute and
keeps every stop of their way. The real ones are built in lessons 03 (GANs) and 07 (diffusion); nothing here is tuned.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from gentutor.models.layers import mlp
from gentutor.seeding import generator, seeded


def heart(n: int, rng: torch.Generator) -> Tensor:
    """Draw `n` points (n, 2) on the outline of a heart, a little blurred."""
    t = 2 * torch.pi * torch.rand(n, generator=rng)
    across = 16 * t.sin() ** 3
    up = 13 * t.cos() - 5 * (2 * t).cos() - 2 * (3 * t).cos() - (4 * t).cos()
    return torch.stack([across, up + 2.5], dim=1) / 11 + 0.04 * torch.randn(n, 2, generator=rng)


def play_forger(rounds: int, seed: int, *, n_shown: int = 300, every: int = 10) -> Tensor:
    """Let a forger and a detective play: a generative adversarial network (Goodfellow and others 2014).

    Non-saturating losses, with the gradient penalty R1 (Mescheder and others 2018) on the real points.

    Parameters
    ----------
    rounds : int
        Updates of both networks.
    seed : int
        Start of the random streams.
    n_shown : int
        Points of the forger that are kept.
    every : int
        Rounds between two looks at them.

    Returns
    -------
    Tensor
        The forger's points before the game and after every `every` rounds: (1 + rounds // every, n_shown, 2).
    """
    with seeded(seed, "forger"):
        forger, detective = mlp(2, 64, 64, 2), mlp(2, 64, 64, 1)
    adams = [torch.optim.Adam(net.parameters(), lr=2e-3, betas=(0.0, 0.99)) for net in (forger, detective)]
    rng, shown = generator(seed, "rounds"), torch.randn(n_shown, 2, generator=generator(seed, "shown"))
    looks = []
    for round_ in range(rounds + 1):
        if round_ % every == 0:
            looks.append(forger(shown).detach())
        real, noise = heart(128, rng).requires_grad_(), torch.randn(128, 2, generator=rng)
        fake = forger(noise)
        said = detective(real)
        loss = softplus(-said).mean() + softplus(detective(fake.detach())).mean()
        if round_ % 4 == 0:  # every fourth round, four times as strong: the same pull for less work
            (slope,) = torch.autograd.grad(said.sum(), real, create_graph=True)
            loss = loss + 4 * 0.02 * slope.square().sum(1).mean()
        _descend(adams[1], loss)
        _descend(adams[0], softplus(-detective(fake)).mean())
    return torch.stack(looks)


def walk_from_noise(steps: int, seed: int, *, n_shown: int = 300, n_stops: int = 40) -> Tensor:
    """Train a flow from noise to the heart, and walk along it: flow matching (Lipman and others 2023).

    The network learns the direction of straight ways from noise to data; a walk follows it in small steps.

    Parameters
    ----------
    steps : int
        Updates of the network.
    seed : int
        Start of the random streams.
    n_shown : int
        Points that walk.
    n_stops : int
        Steps of the walk.

    Returns
    -------
    Tensor
        Where the points are at times 0 (noise) to 1: (n_stops + 1, n_shown, 2).
    """
    with seeded(seed, "flow"):
        direction = mlp(3, 64, 64, 2)
    adam = torch.optim.Adam(direction.parameters(), lr=5e-3)
    rng = generator(seed, "ways")
    for step in range(steps):
        adam.param_groups[0]["lr"] = 5e-3 * (1 - step / steps)
        x, noise, t = heart(256, rng), torch.randn(256, 2, generator=rng), torch.rand(256, 1, generator=rng)
        told = torch.cat([(1 - t) * noise + t * x, t], dim=1)
        _descend(adam, (direction(told) - (x - noise)).square().mean())
    stops = [torch.randn(n_shown, 2, generator=generator(seed, "start"))]
    with torch.no_grad():
        for stop in range(n_stops):
            t = torch.full((n_shown, 1), stop / n_stops)
            stops.append(stops[-1] + direction(torch.cat([stops[-1], t], dim=1)) / n_stops)
    return torch.stack(stops)


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
