"""Seeded inputs of the checks of lesson 10, laid out so that every planted mistake shows with every seed."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

LESSON = "10_finetuning"

# All sizes differ from each other and from 1, so that a wrong axis cannot go unseen.
B, T, D, E = 2, 3, 7, 5


def layer(
    generator: Generator, rank: int = 4, alpha: float = 6.0, n_out: int = E
) -> tuple[Tensor, Tensor, Tensor, float]:
    """Return weights (n_out, D), an adapter's ways down (rank, D) and up (n_out, rank), and its alpha."""
    weight, down, up = (
        torch.randn(*shape, generator=generator) for shape in ((n_out, D), (rank, D), (n_out, rank))
    )
    return weight, down, up, alpha


def layer_and_input(
    generator: Generator, rank: int = 4, alpha: float = 6.0
) -> tuple[Tensor, Tensor, Tensor, Tensor, float]:
    """Return inputs (B, T, D), and a layer with its adapter."""
    return torch.randn(B, T, D, generator=generator), *layer(generator, rank, alpha)


def new_adapter(generator: Generator) -> tuple[Tensor, Tensor, Tensor, Tensor, float]:
    """Return the same with a way up of zeros: an adapter that has learnt nothing yet."""
    x, weight, down, up, alpha = layer_and_input(generator)
    return x, weight, down, torch.zeros_like(up), alpha


_COURSES = torch.tensor(
    [
        [1.2, 2.0, 1.6],  # before fine-tuning
        [1.0, 2.3, 1.9],
        [1.5, 2.2, 1.8],
        [1.4, 2.6, 1.3],  # after: the first lost what it had gained, the second what it had, the third gained
    ]
)


def courses(generator: Generator, n_between: int = 0) -> tuple[Tensor]:
    """Return losses (M, K) of three texts at 4 + n_between moments, in nats: see `_COURSES`."""
    jitter = 0.08 * (torch.rand(4, 3, generator=generator) - 0.5)
    losses = _COURSES + jitter
    if n_between:
        between = 1.55 + 0.05 * torch.rand(n_between, 3, generator=generator) + torch.tensor([0.0, 0.9, 0.3])
        losses = torch.cat([losses[:3], between, losses[3:]])
    return (losses,)
