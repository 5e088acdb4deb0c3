"""Two ways to tell two groups of points apart, taught in lesson 00.

`fit_border` learns only where one group ends and the other begins: it is discriminative. `fit_groups` learns what each
group looks like: it is generative, and can draw new points as well. Ng and Jordan (2001), "On Discriminative vs.
Generative Classifiers", compare the two.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

CENTRES = ((-0.8, -0.6), (0.8, 0.6))  # 2 apart


class Border(NamedTuple):
    """A straight border: a point `x` belongs to group 1 with probability sigmoid(x · w + b)."""

    w: Tensor
    b: Tensor

    def posterior(self, x: Tensor) -> Tensor:
        """Return the probability of each group, (B, 2), for points `x` (B, 2)."""
        p = torch.sigmoid(x @ self.w + self.b)
        return torch.stack([1 - p, p], dim=1)


class Groups(NamedTuple):
    """A round cloud for each group: means (K, 2), the clouds' one spread (), and how common each group is (K,)."""

    means: Tensor
    spread: Tensor
    log_priors: Tensor

    def log_likelihoods(self, x: Tensor) -> Tensor:
        """Return the log-density of points `x` (B, 2) under each group: (B, K)."""
        steps = (x[:, None] - self.means) / self.spread  # (B, K, 2)
        return -(0.5 * steps.square() + self.spread.log() + 0.5 * math.log(2 * math.pi)).sum(2)

    def posterior(self, x: Tensor) -> Tensor:
        """Return the probability of each group, (B, K), for points `x` (B, 2), by Bayes' rule."""
        return bayes_posterior(self.log_likelihoods(x), self.log_priors)

    def sample(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Draw `n` new points (n, 2), and the group (n,) that each was drawn from."""
        y = torch.multinomial(self.log_priors.exp(), n, replacement=True, generator=generator)
        return self.means[y] + self.spread * torch.randn(n, 2, generator=generator), y


def two_groups(n: int, overlap: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw the data of the comparison: `n` points (n, 2), half of each group, and their groups 0 and 1 (n,).

    Parameters
    ----------
    n : int
        Number of points, 2 or more.
    overlap : float
        Spread of each group; the centres lie 2 apart.
    generator : torch.Generator
        Source of the draw.
    """
    y = torch.arange(n) % 2
    return torch.tensor(CENTRES)[y] + overlap * torch.randn(n, 2, generator=generator), y


def fit_border(x: Tensor, y: Tensor, steps: int = 300) -> Border:
    """Fit a straight border by gradient descent on the log-loss: logistic regression (Cox 1958).

    Parameters
    ----------
    x : Tensor
        Points (N, 2).
    y : Tensor
        Their groups, 0 or 1 (N,).
    steps : int
        Updates of the border.
    """
    w, b = torch.zeros(2), torch.zeros(())
    for _ in range(steps):
        wrong = torch.sigmoid(x @ w + b) - y  # (N,)
        w, b = w - wrong @ x / len(x), b - wrong.mean()
    return Border(w, b)


def fit_groups(x: Tensor, y: Tensor) -> Groups:
    """Fit a round cloud to each group by counting and averaging; there is nothing to descend.

    Parameters
    ----------
    x : Tensor
        Points (N, 2).
    y : Tensor
        Their groups, 0 or 1 (N,); both must occur.
    """
    means = torch.stack([x[y == k].mean(0) for k in (0, 1)])  # (K, 2)
    spread = (x - means[y]).square().mean().sqrt() + 1e-3  # (); never quite 0
    return Groups(means, spread, torch.bincount(y).div(len(y)).log())


def bayes_posterior(log_likelihoods: Tensor, log_priors: Tensor) -> Tensor:
    """Return the probability of each class given what was seen, by Bayes' rule.

    Parameters
    ----------
    log_likelihoods : Tensor
        Log-density of each example under each class, (B, K).
    log_priors : Tensor
        Logarithm of how common each class is, (K,).

    Returns
    -------
    Tensor
        Probabilities (B, K); each row adds up to 1.

    Examples
    --------
    >>> bayes_posterior(torch.tensor([[0.0, 0.0]]), torch.tensor([0.25, 0.75]).log())
    tensor([[0.2500, 0.7500]])
    """
    return torch.softmax(log_likelihoods + log_priors, dim=1)
