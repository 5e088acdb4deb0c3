"""The forger's game of lesson 00, at the size of a toy: points in a plane that are to lie on the outline of a heart.

``scripts/train_welcome.py`` plays it for half a minute and keeps every stop of the way. Lesson 03 builds the real one;
nothing here is tuned.
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


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
