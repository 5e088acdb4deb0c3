"""The one block that every small network of the first lessons is built from."""

from __future__ import annotations

from itertools import pairwise

from torch import nn


def mlp(*widths: int) -> nn.Sequential:
    """Linear layers with a ReLU between them, and none after the last.

    Parameters
    ----------
    *widths : int
        Numbers of units from input to output; two widths make one linear layer.

    Examples
    --------
    >>> mlp(784, 400, 40)
    Sequential(
      (0): Linear(in_features=784, out_features=400, bias=True)
      (1): ReLU()
      (2): Linear(in_features=400, out_features=40, bias=True)
    )
    """
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
