"""Ways to choose a latent code: draw it, walk between two, lay out a grid, add an attribute.

Taught in lesson 04. Every random draw takes its `torch.Generator`, so that a run can be repeated.
"""

from __future__ import annotations

import torch
from torch import Tensor


def reparameterise(mu: Tensor, logvar: Tensor, eps: Tensor) -> Tensor:
    """Turn standard noise into a draw from N(mu, exp(logvar)) through which gradients flow.

    Kingma and Welling (2014), section 2.4: the randomness stays in `eps`, so z is a smooth function of
    `mu` and `logvar`.

    Parameters
    ----------
    mu, logvar : Tensor
        Mean and log-variance, (B, Z).
    eps : Tensor
        Noise from N(0, I), (B, Z).

    Examples
    --------
    >>> reparameterise(torch.tensor([[1.0]]), torch.tensor([[0.0]]), torch.tensor([[2.0]]))
    tensor([[3.]])
    """
    return mu + (0.5 * logvar).exp() * eps  # exp(logvar / 2) is the standard deviation


def sample_prior(n: int, latent_dim: int, generator: torch.Generator) -> Tensor:
    """Draw `n` codes from the prior N(0, I): (n, Z). Decoded, they are the model's own new pictures."""
    return torch.randn(n, latent_dim, generator=generator)


def interpolate(start: Tensor, end: Tensor, n: int, *, spherical: bool = False) -> Tensor:
    """Return `n` codes on the way from `start` (Z,) to `end` (Z,), both included: (n, Z).

    Parameters
    ----------
    start, end : Tensor
        Codes (Z,).
    n : int
        How many codes, 2 or more.
    spherical : bool
        Go along a great circle instead of a straight line, so that the middle is as far from the origin as
        the ends are (White 2016, "Sampling generative networks"). Ends that point the same or the opposite
        way have no single great circle; the straight line is taken.

    Examples
    --------
    >>> interpolate(torch.tensor([0.0, 0.0]), torch.tensor([2.0, 4.0]), 3)
    tensor([[0., 0.],
            [1., 2.],
            [2., 4.]])
    """
    t = torch.linspace(0, 1, n).unsqueeze(1)  # (n, 1)
    if spherical:
        cosine = torch.cosine_similarity(start, end, dim=0).clamp(-1, 1)
        angle = cosine.acos()
        if angle.sin() > 1e-3:
            return (((1 - t) * angle).sin() * start + (t * angle).sin() * end) / angle.sin()
    return (1 - t) * start + t * end


def attribute_direction(z: Tensor, has: Tensor) -> Tensor:
    """Return the step (Z,) that adds an attribute: mean code with it minus mean code without it.

    Larsen and others (2016), "Autoencoding beyond pixels", section 4.

    Parameters
    ----------
    z : Tensor
        Codes (N, Z).
    has : Tensor
        Whether each has the attribute, bool (N,); both kinds must occur.

    Examples
    --------
    >>> attribute_direction(torch.tensor([[0.0, 1.0], [2.0, 1.0]]), torch.tensor([False, True]))
    tensor([2., 0.])
    """
    return z[has].mean(0) - z[~has].mean(0)


def truncated_noise(n: int, z_dim: int, limit: float, generator: torch.Generator) -> Tensor:
    """Return `n` codes of normal noise without its tails beyond plus and minus `limit`: (n, Z).

    The truncation trick of Brock, Donahue and Simonyan (2019), lesson 03: a small limit gives better and more uniform
    samples. The same generator gives the same codes, drawn together as the limit falls.

    Parameters
    ----------
    n : int
        How many codes.
    z_dim : int
        Length Z of a code.
    limit : float
        Where the tails are cut off, in standard deviations; above 0.
    generator : torch.Generator
        Source of the randomness.

    Examples
    --------
    >>> noise = truncated_noise(1000, 2, 0.5, torch.Generator().manual_seed(0))
    >>> bool(noise.abs().max() <= 0.5)
    True
    """
    u = torch.rand(n, z_dim, generator=generator, dtype=torch.float64)
    tail = torch.special.ndtr(torch.tensor(-limit, dtype=torch.float64))  # share of the normal below -limit
    z: Tensor = torch.special.ndtri(tail + u * (1 - 2 * tail))
    return z.float().clamp(-limit, limit)
