"""How a GAN's weights move: two optimisers, and one round of the game, as lesson 03 shows it.

`GAN_FAST` is the recipe that ``bench/gan_frechet.py`` measures. How it was found stands in ``docs/log.md``.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from gentutor.losses import GanKind, gan_discriminator_loss, gan_generator_loss, gradient_penalty
from gentutor.models.gan import Averaged, Discriminator, Generator

GAN_FAST: dict[str, Any] = {
    "batch_size": 32,
    "lr_g": 6e-3,
    "lr_d": 3e-3,
    "d_steps": 1,
    "loss": "non-saturating",
    "r1": 1.0,
    "r2": 0.0,
    "penalty_every": 1,
}
"""Settings of `gan_update` for Fashion-MNIST: two rates (Heusel and others 2017), here with the faster generator."""


def gan_adam(network: nn.Module, lr: float = 3e-3) -> torch.optim.Adam:
    """Return Adam (Kingma and Ba 2015) as GANs want it: without momentum, since the aim moves with each update."""
    return torch.optim.Adam(network.parameters(), lr=lr, betas=(0.0, 0.99), fused=True)


def gan_update(
    g: Generator,
    d: Discriminator,
    average: Averaged,
    *,
    g_optimiser: torch.optim.Optimizer,
    d_optimiser: torch.optim.Optimizer,
    x: tuple[Tensor, Tensor],
    settings: SimpleNamespace,
    generator: torch.Generator,
) -> dict[str, float]:
    """Play one round: the discriminator moves `d_steps` times, then the generator once, then the average follows.

    Both learning rates fall linearly to 0 over the run.

    Parameters
    ----------
    g, d : Generator, Discriminator
        The two players.
    average : Averaged
        Follows `g`; it draws the pictures that are shown.
    g_optimiser, d_optimiser : torch.optim.Optimizer
        Hold their weights.
    x : tuple of Tensor
        A batch of real images (B, 1, 28, 28) in [0, 1], and their classes (B,). Fakes get the same classes.
    settings : SimpleNamespace
        Has ``lr_g``, ``lr_d``, ``d_steps``, ``loss`` (a kind of `gan_discriminator_loss`), ``r1`` and ``r2``, the
        weights gamma of the gradient penalties on real and on generated images, and ``progress``, the share of
        the run that is done. With ``penalty_every`` = n, 1 where it is missing, the penalties are computed with a
        chance of 1 in n and count n times: the same on average, for less work (as in Karras and others 2020).
    generator : torch.Generator
        Source of the noise.

    Returns
    -------
    dict of float
        ``d_loss`` and ``g_loss`` without penalties, ``penalty``, and ``d_accuracy``, the share of the batch's
        pictures, real and generated, that the discriminator judged rightly before its last move.
    """
    real, label = x
    for optimiser, lr in ((d_optimiser, settings.lr_d), (g_optimiser, settings.lr_g)):
        for group in optimiser.param_groups:
            group["lr"] = lr * (1 - settings.progress)
    metrics: dict[str, float] = {}
    every = getattr(settings, "penalty_every", 1)
    for _ in range(int(settings.d_steps)):
        fake = g(torch.randn(len(real), g.z_dim, generator=generator), label)
        due = every == 1 or torch.rand((), generator=generator).item() * every < 1
        weights = (every * settings.r1, every * settings.r2) if due else (0.0, 0.0)
        metrics = _discriminator_move(d, d_optimiser, (real, fake.detach(), label), settings.loss, weights)
    d.requires_grad_(False)  # its own slopes are not wanted in the generator's move, which has the same fakes
    versus = d(real, label) if settings.loss == "relativistic" else None
    g_loss = gan_generator_loss(d(fake, label), versus, settings.loss)
    g_optimiser.zero_grad()
    g_loss.backward()  # type: ignore[no-untyped-call]
    g_optimiser.step()
    d.requires_grad_(True)
    average.update(g)
    return {"d_loss": metrics["d_loss"], "g_loss": g_loss.item(), **metrics}


def _discriminator_move(
    d: Discriminator,
    optimiser: torch.optim.Optimizer,
    x: tuple[Tensor, Tensor, Tensor],
    loss: GanKind,
    weights: tuple[float, float],
) -> dict[str, float]:
    real, fake, label = x
    r1, r2 = weights
    real = real.detach().requires_grad_(r1 > 0)
    fake = fake.requires_grad_(r2 > 0)
    on_real, on_fake = d(real, label), d(fake, label)
    d_loss = gan_discriminator_loss(on_real, on_fake, loss)
    penalty = torch.zeros(())
    if r1 > 0:
        penalty = penalty + 0.5 * r1 * gradient_penalty(on_real, real)
    if r2 > 0:
        penalty = penalty + 0.5 * r2 * gradient_penalty(on_fake, fake)
    optimiser.zero_grad()
    (d_loss + penalty).backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    right = 0.5 * ((on_real > 0).float().mean() + (on_fake < 0).float().mean())
    return {"d_loss": d_loss.item(), "penalty": penalty.item(), "d_accuracy": right.item()}
