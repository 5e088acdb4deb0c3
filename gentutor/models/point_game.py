"""A generative adversarial network in the plane: two small networks and the turns they take, taught in lesson 03.

The generator sends noise to points, the discriminator answers a point with the logit of "real". The losses are
those of `gentutor.losses`; whole images are in `gentutor.models.gan`.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from gentutor.models.layers import mlp
from gentutor.seeding import seeded

WIDTH = 64  # wide enough to fold the plane into eight spots; an update takes some 2 ms

LOSS_KINDS = ("minimax", "non-saturating", "relativistic")
"""What the knob ``loss_kind`` counts."""


class Players(NamedTuple):
    """Both networks and their optimisers; ``_asdict()`` gives the parts of a `gentutor.training.Run`."""

    G: nn.Sequential
    D: nn.Sequential
    opt_g: torch.optim.Optimizer
    opt_d: torch.optim.Optimizer


def point_players(seed: int = 0, width: int = WIDTH) -> Players:
    """Return a generator and a discriminator of points, untrained, with their optimisers.

    Adam's beta1 is 0: a running mean of past gradients remembers an opponent that has moved on.

    Parameters
    ----------
    seed : int
        Start of the random stream of the weights.
    width : int
        Units in each of the two hidden layers.
    """
    with seeded(seed, "weights"):
        G, D = mlp(2, width, width, 2), mlp(2, width, width, 1)
    opt_g, opt_d = (torch.optim.Adam(net.parameters(), betas=(0.0, 0.9), fused=True) for net in (G, D))
    return Players(G, D, opt_g, opt_d)


def game_losses(kind: int, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Return the losses of discriminator and generator for logits of real and fake examples, (B,) each.

    0 is the minimax game and 1 the non-saturating one of Goodfellow and others (2014); 2 compares pairs, the
    relativistic game of Jolicoeur-Martineau (2018) in the form of Huang and others (2024).

    Parameters
    ----------
    kind : int
        Place in `LOSS_KINDS`.
    real, fake : Tensor
        Logits (B,).

    Examples
    --------
    >>> d_loss, g_loss = game_losses(1, torch.zeros(3), torch.zeros(3))
    >>> round(d_loss.item(), 4), round(g_loss.item(), 4)
    (1.3863, 0.6931)
    """
    if kind == 2:
        return softplus(fake - real).mean(), softplus(real - fake).mean()
    d_loss = softplus(-real).mean() + softplus(fake).mean()
    return d_loss, softplus(-fake).mean() if kind == 1 else -softplus(fake).mean()


def slope_penalty(discriminator: nn.Module, x: Tensor) -> Tensor:
    """Return the mean squared length of the discriminator's slope at the examples `x` (B, ...): a scalar.

    R1 of Mescheder, Geiger and Nowozin (2018); half of it, times the weight, is added to the discriminator's loss.
    """
    x = x.detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)
    return slope.square().flatten(1).sum(1).mean()


def point_game_update(  # noqa: PLR0917 (a Run hands them over by name)
    G: nn.Module,
    D: nn.Module,
    opt_g: torch.optim.Optimizer,
    opt_d: torch.optim.Optimizer,
    x: Tensor,
    settings: SimpleNamespace,
    generator: torch.Generator,
) -> dict[str, float]:
    """Let the discriminator take its steps, then the generator, on the real points `x` (B, 2).

    Parameters
    ----------
    G, D : nn.Module
        Generator and discriminator.
    opt_g, opt_d : torch.optim.Optimizer
        Hold their weights.
    x : Tensor
        Real points (B, 2).
    settings : SimpleNamespace
        Has ``lr_d``, ``lr_g``, ``n_d``, ``n_g``, ``loss_kind``, ``r1``, ``slow_motion``, and ``progress``, the share of
        the game that is played.
    generator : torch.Generator
        Source of the noise.

    Returns
    -------
    dict of float
        ``loss_d`` and ``loss_g`` after the turn, and ``caught``, the share of verdicts that are right.
    """
    kind, rest = settings.loss_kind, 1 - settings.progress

    def logits(points: Tensor) -> Tensor:
        return D(points).squeeze(1)  # type: ignore[no-any-return]

    def fakes() -> Tensor:
        return G(torch.randn(x.shape, generator=generator))  # type: ignore[no-any-return]

    for _ in range(settings.n_d):
        with torch.no_grad():
            forged = fakes()
        real, fake = logits(torch.cat([x, forged])).chunk(2)  # one pass for both
        loss, _ = game_losses(kind, real, fake)
        if settings.r1 > 0:
            loss = loss + settings.r1 / 2 * slope_penalty(D, x)
        _descend(opt_d, loss, settings.lr_d * rest)
    for _ in range(settings.n_g):
        _, loss = game_losses(kind, logits(x).detach(), logits(fakes()))
        _descend(opt_g, loss, settings.lr_g * rest)
    time.sleep(settings.slow_motion / 1000)
    with torch.no_grad():
        real, fake = logits(torch.cat([x, fakes()])).chunk(2)
        d_loss, g_loss = game_losses(kind, real, fake)
        caught = ((real > 0).float().mean() + (fake < 0).float().mean()) / 2
    return {"loss_d": d_loss.item(), "loss_g": g_loss.item(), "caught": caught.item()}


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor, lr: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = lr
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
