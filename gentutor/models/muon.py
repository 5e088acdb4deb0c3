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

_WIDE = 3  # from this ratio of the sides on, working on the squares is quicker: five times for 96 by 864


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
    if x.dtype == torch.float32 and x.shape[-1] >= _WIDE * x.shape[-2]:
        return _by_squares(x, rounds)
    for _ in range(rounds):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x


def _by_squares(x: Tensor, rounds: int) -> Tensor:
    """Do the same rounds for wide matrices (..., n, m) on their small squares (..., n, n), and touch `x` only twice.

    Each round multiplies x from the left by a polynomial of its square, so the polynomials can be gathered first.
    """
    a, b, c = NEWTON_SCHULZ
    square, same = x @ x.mT, torch.eye(x.shape[-2])
    gathered = same
    for _ in range(rounds):
        factor = a * same + b * square + c * square @ square
        gathered, square = factor @ gathered, factor @ square @ factor
    return gathered @ x


class Muon(torch.optim.Optimizer):
    """Momentum, then a step that is equally long in every direction of each matrix.

    Parameters
    ----------
    params : iterable of Tensor
        Matrices; or kernels of convolutions, each a matrix with a row for every channel that it makes.
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
                    shapes.setdefault(tuple(sorted(p.flatten(1).shape)), []).append(p)
            for matrices in shapes.values():
                self._move(matrices, group)

    def _move(self, matrices: list[Tensor], group: dict[str, Any]) -> None:
        """Move matrices of one shape, lying or standing."""
        directions = []
        for p in matrices:
            assert p.grad is not None
            velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
            velocity.mul_(group["momentum"]).add_(p.grad)
            ahead = (p.grad + group["momentum"] * velocity).flatten(1)  # Nesterov: where momentum is about to lead
            directions.append(ahead if ahead.shape[0] <= ahead.shape[1] else ahead.T)
        stack = torch.stack(directions).to(torch.bfloat16 if group["in_16_bits"] else directions[0].dtype)
        for p, step in zip(matrices, orthogonalised(stack, group["rounds"]), strict=True):
            n, m = p.flatten(1).shape
            size = math.sqrt(max(1.0, n / m))  # so that outputs move equally far, whatever the shape
            p.add_((step.T if n > m else step).reshape(p.shape), alpha=-group["lr"] * size)


class Together(torch.optim.Optimizer):
    """Several optimisers as one: each moves its own weights, and they step together.

    Parameters
    ----------
    *optimisers : torch.optim.Optimizer
        At least one. No weight may belong to two of them.
    """

    def __init__(self, *optimisers: torch.optim.Optimizer) -> None:
        self.optimisers = optimisers
        super().__init__([weight for group in self._groups() for weight in group["params"]], {})
        self.param_groups = self._groups()  # theirs, so that who sets a rate here sets it there

    def _groups(self) -> list[dict[str, Any]]:
        return [group for optimiser in self.optimisers for group in optimiser.param_groups]

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Move every weight that has a gradient."""
        for optimiser in self.optimisers:
            optimiser.step()

    def state_dict(self) -> dict[str, Any]:
        """Return what all of them remember."""
        return {"optimisers": [optimiser.state_dict() for optimiser in self.optimisers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        for optimiser, state in zip(self.optimisers, state_dict["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        self.param_groups = self._groups()
