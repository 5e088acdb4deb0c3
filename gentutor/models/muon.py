"""Muon: an optimiser for matrices whose steps are equally long in every direction. Lesson 02 shows one step of it.

Jordan and others (2024), "Muon: an optimizer for hidden layers in neural networks". Here all matrices of one shape are
handled together, which on a processor matters more than the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of Jordan and others; all singular values go to about 1


def orthogonalised(matrices: Tensor, rounds: int = 5) -> Tensor:
    """Return nearly the orthogonal matrices nearest to `matrices` (..., n, m): all singular values become about 1.

    As `gentutor.training.optimisers.orthogonalised`, for a stack of matrices at once, and in their own precision.

    Parameters
    ----------
    matrices : Tensor
        Any matrices but 0; fastest where n is at most m.
    rounds : int
        Newton-Schulz iterations.
    """
    a, b, c = _COEFFICIENTS
    x = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)
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
            for params in _by_shape(group["params"]).values():
                self._move(params, group)

    def _move(self, params: list[Tensor], group: dict[str, Any]) -> None:
        grads = [p.grad for p in params if p.grad is not None]
        for p in params:
            if not self.state[p]:
                self.state[p]["velocity"] = torch.zeros_like(p)
        velocities = [self.state[p]["velocity"] for p in params]
        torch._foreach_mul_(velocities, group["momentum"])
        torch._foreach_add_(velocities, grads)
        ahead = torch._foreach_add(grads, velocities, alpha=group["momentum"])  # Nesterov: where momentum will lead
        stack = torch.stack(ahead)  # (n matrices, rows, columns)
        if group["in_16_bits"]:
            stack = stack.bfloat16()
        rows, columns = stack.shape[1:]
        upright = rows > columns
        step = orthogonalised(stack.mT if upright else stack, group["rounds"])
        step = (step.mT if upright else step).to(params[0].dtype)
        scale = max(1, rows / columns) ** 0.5
        torch._foreach_add_(params, list(step.unbind(0)), alpha=-group["lr"] * scale)


def _by_shape(params: Iterable[Tensor]) -> dict[torch.Size, list[Tensor]]:
    found: dict[torch.Size, list[Tensor]] = {}
    for p in params:
        if p.grad is not None:
            found.setdefault(p.shape, []).append(p)
    return found
