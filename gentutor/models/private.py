"""Differentially private training (Abadi and others, 2016), and what it promises (Mironov and others, 2019)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from gentutor.seeding import generator

ORDERS = range(2, 257)


def clip_and_noise(grads: Tensor, clip_norm: float, noise: float, draw: Tensor) -> Tensor:
    """Return the noisy sum (P) of per-person gradients (B, P), each at most `clip_norm` long.

    Parameters
    ----------
    grads : Tensor
        One gradient for each person (B, P).
    clip_norm : float
        The greatest length a person's gradient may have; shorter ones stay as they are.
    noise : float
        Standard deviation of the noise, in units of `clip_norm`.
    draw : Tensor
        A draw of standard normal numbers (P).
    """
    scale: Tensor = (clip_norm / grads.norm(dim=1, keepdim=True).clamp_min(1e-12)).clamp(max=1.0)  # B 1
    return (grads * scale).sum(0) + noise * clip_norm * draw


def person_gradients(model: nn.Module, x: Tensor, noise: Tensor) -> Tensor:
    """Return the gradient of each row's own loss.

    Parameters
    ----------
    model : nn.Module
        ``model(row, noise)`` returns the loss of a row, such as a `TabularFlow`.
    x : Tensor
        Rows (B, D).
    noise : Tensor
        Standard normal numbers for each row (B, ``model.n_noise``).

    Returns
    -------
    Tensor
        One gradient for each row (B, P), its parts in the order of ``model.named_parameters()``.
    """
    weights = dict(model.named_parameters())

    def loss(weights: dict[str, Tensor], row: Tensor, noise: Tensor) -> Tensor:
        value: Tensor = functional_call(model, weights, (row, noise))
        return value

    slopes = vmap(grad(loss), in_dims=(None, 0, 0))({k: w.detach() for k, w in weights.items()}, x, noise)
    return torch.cat([slopes[name].flatten(1) for name in weights], 1)


def train_records(
    model: nn.Module,
    rows: Tensor,
    updates: int,
    *,
    noise: float = 0.0,
    clip_norm: float = math.inf,
    batch_size: int = 64,
    lr: float = 0.003,
    seed: int = 0,
) -> nn.Module:
    """Train a generator of rows, privately where `noise` is above 0, and return it.

    Each person joins each batch with the same probability (Poisson sampling), as the accountant assumes. With neither
    noise nor a finite `clip_norm`, the gradient of the whole batch is taken at once, which is the same and faster.
    Abadi and others (2016), algorithm 1, with Adam in place of plain descent.

    Parameters
    ----------
    model : nn.Module
        A `TabularVAE` or `TabularFlow`; its weights are changed.
    rows : Tensor
        The table (N, D), standardised.
    updates : int
        How often the weights are moved.
    noise : float
        Standard deviation of the noise in units of `clip_norm`, at least 0.
    clip_norm : float
        The greatest length of one person's gradient, above 0; infinite for none.
    batch_size : int
        How many people join an update on average; everyone where the table has no more.
    lr : float
        Adam's learning rate.
    seed : int
        Start of all random streams; who joins does not depend on `noise`.

    Raises
    ------
    ValueError
        When there is noise and no finite `clip_norm` to measure it by.
    """
    dice, secret = generator(seed, "records/training"), generator(seed, "records/privacy")
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    share = min(1.0, batch_size / len(rows))
    n_noise = int(model.n_noise)  # type: ignore[arg-type]
    for _ in range(updates):
        x = rows[torch.rand(len(rows), generator=dice) < share]
        e = torch.randn(len(x), n_noise, generator=dice)
        adam.zero_grad()
        if math.isinf(clip_norm):
            if noise:
                raise ValueError("Noise is measured in units of clip_norm: give a finite one.")
            (model(x, e).sum() / (share * len(rows))).backward()
        else:
            slopes = person_gradients(model, x, e)
            draw = torch.randn(slopes.shape[1], generator=secret)
            total = clip_and_noise(slopes, clip_norm, noise, draw) / (share * len(rows))
            at = 0
            for weight in model.parameters():
                weight.grad = total[at : at + weight.numel()].view_as(weight).clone()
                at += weight.numel()
        adam.step()
    return model


def renyi(order: int, share: float, noise: float) -> float:
    """Return the Rényi divergence of one update of the subsampled Gaussian, at a whole order.

    Mironov, Talwar and Zhang (2019), equation 6: a binomial sum over how often a person was drawn.

    Parameters
    ----------
    order : int
        Order of the divergence, at least 2.
    share : float
        The probability with which a person joins a batch, in (0, 1].
    noise : float
        Standard deviation of the noise in units of the clip norm, above 0.
    """
    if share == 1.0:
        return order / (2 * noise**2)
    terms = [
        math.log(math.comb(order, k))
        + k * math.log(share)
        + (order - k) * math.log1p(-share)
        + (k * k - k) / (2 * noise**2)
        for k in range(order + 1)
    ]
    top = max(terms)
    return (top + math.log(sum(math.exp(term - top) for term in terms))) / (order - 1)


def epsilon(share: float, noise: float, updates: int, delta: float) -> float:
    """Return the epsilon that holds for `updates` updates, but for a probability `delta`.

    Parameters
    ----------
    share : float
        The probability with which a person joins a batch.
    noise : float
        Standard deviation of the noise in units of the clip norm; 0 promises nothing.
    updates : int
        Number of updates; their divergences add up.
    delta : float
        How likely the promise may fail; less than one over the number of people.
    """
    if noise <= 0:
        return math.inf
    found = []
    for order in ORDERS:  # the conversion of Canonne, Kamath and Steinke (2020), proposition 12
        spent = updates * renyi(order, share, noise)
        found.append(spent + math.log1p(-1 / order) - math.log(delta * order) / (order - 1))
    return max(0.0, min(found))
