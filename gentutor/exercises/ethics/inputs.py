"""Seeded inputs of the checks of lesson 12."""

from __future__ import annotations

from typing import Any

import torch
from torch import Generator, Tensor

LESSON = "12_ethics"


def colours(generator: Generator, n: int, share: float, greener: float) -> tuple[Tensor, float]:
    """Return which of n tokens are green, bool (n,), about `greener` of them, and the share that is by chance."""
    green = torch.rand(n, generator=generator) < greener
    green[:2] = torch.tensor([True, False])
    return green, share


def verdicts(generator: Generator, ties: bool = False) -> tuple[Tensor, Tensor]:
    """Return scores (N,) of a fair detector and which items are fake, bool (N,); with `ties`, four scores only."""
    is_fake = torch.arange(23) < 9
    is_fake = is_fake[torch.randperm(23, generator=generator)]
    scores = torch.randn(23, generator=generator) + 0.9 * is_fake
    if ties:
        scores = scores.clamp(-1, 1.4).round()
        scores[is_fake.nonzero()[0, 0]] = scores[(~is_fake).nonzero()[0, 0]] = 0.0
    return scores, is_fake


def mixes(generator: Generator, none_rare: bool = False) -> tuple[Tensor, Tensor]:
    """Return made and training values, 0 or 1, int64 (N,) and (M,); with `none_rare`, only common ones were made."""
    rare_made = 0 if none_rare else int(torch.randint(3, 7, (1,), generator=generator))
    rare_known = int(torch.randint(14, 20, (1,), generator=generator))
    made = torch.zeros(41, dtype=torch.int64)
    made[:rare_made] = 1
    training = torch.zeros(67, dtype=torch.int64)
    training[:rare_known] = 1
    return made[torch.randperm(41, generator=generator)], training[torch.randperm(67, generator=generator)]


def _other(digits: str) -> str:
    """Return a fingerprint that differs in every digit."""
    return "".join(f"{(int(digit, 16) + 5) % 16:x}" for digit in digits)


def notes(generator: Generator, kind: str) -> tuple[dict[str, Any] | None, str, bool]:
    """Return a manifest, the fingerprint of the picture at hand, and whether the signature holds, of one kind."""
    digits = "".join(f"{int(n):x}" for n in torch.randint(16, (64,), generator=generator))
    end = f"{(int(digits[-1], 16) + 1) % 16:x}"  # differs in the last digit only
    manifest = {"maker": "a class", "fingerprint": digits}
    return {
        "intact": (manifest, digits, True),
        "changed": (manifest, digits[:-1] + end, True),
        "swapped": (manifest, _other(digits), True),
        "forged": (manifest, digits, False),
        "both": (manifest, digits[:-1] + end, False),
        "none": (None, digits, False),
    }[kind]
