"""Muon: an optimiser for matrices whose steps are equally long in every direction. Lesson 02 shows one step of it.

Jordan and others (2024), "Muon: an optimizer for hidden layers in neural networks". Here all matrices of one shape are
handled together, which on a processor matters more than the arithmetic; ``torch.optim.Muon``, which came with torch
2.9, takes them one by one. The steps are the same, and a test compares them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients of one round of `orthogonalised`, chosen by Jordan and others (2024) so that five rounds suffice."""


def orthogonalised(matrices: Tensor, rounds: int = 5) -> Tensor:
    """Return nearly the orthogonal matrices nearest to `matrices`: all their singular values become about 1.

    Newton-Schulz iteration with the coefficients of Jordan and others (2024); singular values end between 0.7 and
    1.2, unless they were below some thousandth of the largest.

    Parameters
    ----------
    matrices : Tensor
        One matrix or a stack of them, (..., n, m), none of them 0; fastest where n is at most m.
    rounds : int
        Iterations.
    """
    a, b, c = NEWTON_SCHULZ
    x: Tensor = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)  # all singular values in [0, 1]
    for _ in range(rounds):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x


class Muon(torch.optim.Optimizer):
    """Momentum, then a step that is equally long in every direction of each matrix.

    Parameters
    ----------
    params : iterable of Tensor
        Matrices.
    lr : float
        Learning rate.
    momentum : float
        Share of the old direction that is kept.
    rounds : int
        Iterations of `orthogonalised`.
    in_16_bits : bool
        Whether the iterations run in bfloat16: only the direction of a step, no weight, loses digits.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 0.02,
        momentum: float = 0.95,
        rounds: int = 5,
        *,
        in_16_bits: bool = False,
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "rounds": rounds, "in_16_bits": in_16_bits})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Move every matrix that has a gradient."""
        for group in self.param_groups:
            shapes: dict[tuple[int, ...], list[Tensor]] = {}
            for p in group["params"]:
                if p.grad is not None:
                    shapes.setdefault(tuple(sorted(p.shape)), []).append(p)
            for matrices in shapes.values():
                self._move(matrices, group)

    def _move(self, matrices: list[Tensor], group: dict[str, Any]) -> None:
        """Move matrices of one shape, lying or standing."""
        directions = []
        for p in matrices:
            assert p.grad is not None
            velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
            velocity.mul_(group["momentum"]).add_(p.grad)
            ahead = p.grad + group["momentum"] * velocity  # Nesterov: where momentum is about to lead
            directions.append(ahead if p.shape[0] <= p.shape[1] else ahead.T)
        stack = torch.stack(directions).to(torch.bfloat16 if group["in_16_bits"] else directions[0].dtype)
        for p, step in zip(matrices, orthogonalised(stack, group["rounds"]), strict=True):
            standing = p.shape[0] > p.shape[1]
            size = math.sqrt(max(1.0, p.shape[0] / p.shape[1]))  # so that outputs move equally far, whatever the shape
            p.add_(step.T if standing else step, alpha=-group["lr"] * size)
