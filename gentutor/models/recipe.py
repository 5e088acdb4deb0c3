"""How a VAE's weights move: its optimiser and one update, as lesson 04 shows them; and the same in 16 bits.

`FAST` is the recipe that ``bench/vae_elbo.py`` measures. How it was found stands in ``docs/log.md``.
"""

from __future__ import annotations

import math
import time
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from gentutor.losses import negative_elbo
from gentutor.models.vae import VAE

FAST: dict[str, Any] = {"width": 400, "n_layers": 2, "lr": 4e-3, "batch_size": 128, "epochs": 1.75}
"""On all 60,000 Fashion-MNIST images, with `update`: the ELBO that the usual recipe has after 10 epochs."""


def adam(model: nn.Module, lr: float = 4e-3) -> torch.optim.Adam:
    """Return Adam (Kingma and Ba 2015) for all weights of `model`.

    beta2 is 0.95 instead of the usual 0.999, whose memory of 1000 updates is longer than a lesson's run. The fused
    form does the same arithmetic in one pass over the weights.
    """
    return torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.95), fused=True)


def warmed_beta(beta: float, warm_up: float, progress: float) -> float:
    """Return the weight of the KL term now: it climbs from 0 to `beta` over the first part of the run.

    Bowman and others (2016), "Generating sentences from a continuous space", section 3.1.

    Parameters
    ----------
    beta : float
        Final weight.
    warm_up : float
        Share of the run, in [0, 1], during which it climbs; 0 switches the climb off.
    progress : float
        Share of the run that is done, in [0, 1).

    Examples
    --------
    >>> warmed_beta(4.0, warm_up=0.5, progress=0.25)
    2.0
    >>> warmed_beta(4.0, warm_up=0.0, progress=0.0)
    4.0
    """
    return beta * min(1.0, progress / warm_up) if warm_up > 0 else beta


def update(
    model: VAE,
    optimiser: torch.optim.Optimizer,
    x: Tensor,
    settings: SimpleNamespace,
    generator: torch.Generator,
) -> dict[str, float]:
    """Move the weights of `model` one step towards a better ELBO on the images `x` (B, C, H, W).

    The learning rate falls linearly to 0 over the run: large steps to get near, small ones to settle.

    Parameters
    ----------
    model : VAE
        What is trained.
    optimiser : torch.optim.Optimizer
        Holds the weights of `model`.
    x : Tensor
        A batch of images in [0, 1].
    settings : SimpleNamespace
        Has ``lr``, ``beta``, ``warm_up``, ``free_bits``, and ``progress``, the share of the run that is done.
    generator : torch.Generator
        Source of the noise.

    Returns
    -------
    dict of float
        ``loss``, ``reconstruction`` and ``kl`` before the step, in nats for one image.
    """
    for group in optimiser.param_groups:
        group["lr"] = settings.lr * (1 - settings.progress)
    logits, mu, logvar = model(x, generator)
    beta = warmed_beta(settings.beta, settings.warm_up, settings.progress)
    loss, metrics = negative_elbo(logits, x, mu, logvar, beta, free_bits=settings.free_bits)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return metrics


class BFloat16VAE(VAE):
    """A `VAE` whose matrix products run in bfloat16; weights, losses and updates keep 32 bits.

    Half the bits, the range of float32: on processors with bfloat16 instructions training is about 1.4 times
    faster, elsewhere it is slower (see `bfloat16_pays`). Weights are exchangeable with those of `VAE`.
    """

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """As `VAE.encode`; the results are float32 again."""
        with torch.autocast("cpu", torch.bfloat16):
            mu, logvar = super().encode(x)
        return mu.float(), logvar.float()

    def decode(self, z: Tensor) -> Tensor:
        """As `VAE.decode`; the results are float32 again."""
        with torch.autocast("cpu", torch.bfloat16):
            return super().decode(z).float()


def bfloat16_pays() -> bool:
    """Measure, in some milliseconds, whether this processor multiplies bfloat16 matrices faster than float32."""
    best = {torch.bfloat16: math.inf, torch.float32: math.inf}
    pairs = {dtype: (torch.ones(128, 784, dtype=dtype), torch.ones(784, 400, dtype=dtype)) for dtype in best}
    for _ in range(50):  # in turns, and the best of each: other programs disturb both alike
        for dtype, (x, w) in pairs.items():
            started = time.perf_counter()
            x @ w
            best[dtype] = min(best[dtype], time.perf_counter() - started)
    return best[torch.bfloat16] < 0.8 * best[torch.float32]
