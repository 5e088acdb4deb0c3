"""First weights: how large the random numbers should be that a network starts from. Lesson 02 teaches it."""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn

from gentutor.seeding import generator

GAINS = {"linear": 1.0, "relu": math.sqrt(2), "tanh": 5 / 3}
"""By how much a layer has to amplify what its nonlinearity takes away."""

SCHEMES = ("fixed 0.01", "torch's default", "Xavier", "He", "orthogonal")
"""Names of the schemes of `first_weights`, in the order of the knob ``scheme``."""


def init_std(fan_in: int, nonlinearity: str) -> float:
    """Return the standard deviation of first weights that keeps the spread of a signal level.

    A sum of `fan_in` products has a variance `fan_in` times that of one product, and the nonlinearity takes some of
    it away: He and others (2015), "Delving deep into rectifiers", equation 10; the value for tanh is torch's.

    Parameters
    ----------
    fan_in : int
        How many numbers each unit adds up.
    nonlinearity : {"linear", "relu", "tanh"}
        What comes before the layer.

    Examples
    --------
    >>> init_std(100, "linear")
    0.1
    >>> round(init_std(128, "relu"), 3)
    0.125
    """
    return GAINS[nonlinearity] / math.sqrt(fan_in)


def first_weights(scheme: int, n_in: int, n_out: int, gain: float, generator: torch.Generator) -> Tensor:
    """Return the first weights (n_out, n_in) of a layer, drawn by a scheme and then multiplied by `gain`.

    Parameters
    ----------
    scheme : int
        Place in `SCHEMES`: a fixed spread of 0.01; torch's default for ``nn.Linear``, uniform with variance
        1 / (3 n_in); Xavier (Glorot and Bengio 2010), variance 2 / (n_in + n_out); He (He and others 2015), variance
        2 / n_in; orthogonal (Saxe and others 2014), a rotation times the square root of 2.
    n_in, n_out : int
        Sizes of the layer.
    gain : float
        Factor for all weights; 1 is the scheme itself.
    generator : torch.Generator
        Source of the draws.

    Examples
    --------
    >>> tuple(first_weights(3, 20, 10, 1.0, generator(0, "example")).shape)
    (10, 20)
    """
    normal = torch.randn(n_out, n_in, generator=generator)
    if scheme == 4:
        tall = normal if n_out >= n_in else normal.T
        q, r = torch.linalg.qr(tall)
        q = q * r.diagonal().sign()  # without it the rotation is not uniformly drawn
        rotation: Tensor = q if n_out >= n_in else q.T
        return gain * math.sqrt(2) * rotation
    spread = (0.01, math.sqrt(1 / (3 * n_in)), math.sqrt(2 / (n_in + n_out)), math.sqrt(2 / n_in))[scheme]
    if scheme == 1:
        return gain * spread * math.sqrt(3) * (2 * torch.rand(n_out, n_in, generator=generator) - 1)
    return gain * spread * normal


def deep_net(*widths: int, scheme: int = 3, gain: float = 1.0, seed: int = 0) -> nn.Sequential:
    """Return linear layers with a ReLU between them, whose first weights follow a scheme; biases start at 0.

    Parameters
    ----------
    *widths : int
        Numbers of units from input to output.
    scheme : int
        Place in `SCHEMES`.
    gain : float
        Factor for all first weights.
    seed : int
        Start of the draws.

    Examples
    --------
    >>> deep_net(784, 64, 10)
    Sequential(
      (0): Linear(in_features=784, out_features=64, bias=True)
      (1): ReLU()
      (2): Linear(in_features=64, out_features=10, bias=True)
    )
    """
    layers: list[nn.Module] = []
    for index, (n_in, n_out) in enumerate(pairwise(widths)):
        # torch draws first weights of its own, from the global stream; skipped, because they are replaced at once.
        linear = torch.nn.utils.skip_init(nn.Linear, n_in, n_out)  # type: ignore[no-untyped-call]
        linear.weight.data = first_weights(scheme, n_in, n_out, gain, generator(seed, "weights", index))
        linear.bias.data = torch.zeros(n_out)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])
