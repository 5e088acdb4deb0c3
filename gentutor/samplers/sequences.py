"""Writing one token after another: how chances are reshaped before a token is drawn, and the loop that draws.

Taught in lesson 05.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor

Allowed = Callable[[int], Tensor | None]


class NextToken(Protocol):
    """What a sampler needs of a model; `gentutor.models.Transformer` has it."""

    context: int

    def __call__(self, tokens: Tensor, cache: Any = None) -> Tensor:
        """Return logits (B, T, n_tokens) of the token after each one."""

    def new_cache(self) -> Any:
        """Return an empty cache."""


def next_token_probs(logits: Tensor, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0) -> Tensor:
    """Turn logits into the chances with which the next token is drawn.

    First the temperature, then the `top_k` likeliest tokens are kept, then of these the likeliest that together have
    at least `top_p` of the chances (Holtzman and others 2020, "The curious case of neural text degeneration", section
    3.1). What is left is scaled to sum to 1.

    Parameters
    ----------
    logits : Tensor
        Of shape (..., n_tokens).
    temperature : float
        Divides the logits: below 1 the likely become likelier, above 1 all become more alike. 0 always takes the
        likeliest token (of equals the first).
    top_k : int
        How many tokens may be drawn; 0 for all. Tokens as likely as the last one kept are kept too.
    top_p : float
        Share of the chances, in [0, 1], that may be drawn; 1 for all. The likeliest token always may.

    Examples
    --------
    >>> logits = torch.tensor([4.0, 2.0, 1.0]).log()
    >>> next_token_probs(logits, top_k=2)
    tensor([0.6667, 0.3333, 0.0000])
    >>> next_token_probs(logits, temperature=0)
    tensor([1., 0., 0.])
    """
    logits = logits.float()
    if temperature == 0:
        likeliest = logits.argmax(-1, keepdim=True)
        return torch.zeros_like(logits).scatter(-1, likeliest, 1.0)
    logits = logits / temperature
    if 0 < top_k < logits.shape[-1]:
        smallest_kept = logits.topk(top_k).values[..., -1:]
        logits = logits.masked_fill(logits < smallest_kept, -math.inf)
    probs = logits.softmax(-1)
    if top_p < 1:
        sorted_probs, order = probs.sort(descending=True, stable=True)
        likelier = sorted_probs.cumsum(-1) - sorted_probs  # chances of all tokens that are likelier than this one
        dropped = likelier >= top_p
        dropped[..., 0] = False
        probs = probs.masked_fill(dropped.scatter(-1, order, dropped), 0.0)
        probs = probs / probs.sum(-1, keepdim=True)
    return probs


@torch.no_grad()
def continue_tokens(
    model: NextToken,
    prompt: Tensor,
    n: int,
    *,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    generator: torch.Generator,
    cached: bool = True,
    allowed: Allowed | None = None,
) -> Tensor:
    """Return the prompt and `n` more tokens, each drawn after all before it: (B, T + n).

    Beyond the model's context the window slides: it looks back on the last `context` tokens. Up to there, tokens with
    and without cache are the same. After it they may differ, because what is cached of a token also tells of tokens
    that have left the window since.

    Parameters
    ----------
    model : NextToken
        Gives the logits.
    prompt : Tensor
        What is to be continued, int64 (B, T), T at least 1.
    n : int
        How many tokens to draw.
    temperature, top_k, top_p : float, int, float
        As for `next_token_probs`.
    generator : torch.Generator
        Source of every chance.
    cached : bool
        Whether keys and values are kept from token to token: the same tokens, sooner.
    allowed : callable, optional
        ``allowed(place)`` says which tokens may stand at a place of the row, counted from 0 with the prompt: bool
        (n_tokens,) or (B, n_tokens), or None for all.
    """
    tokens = prompt
    cache = model.new_cache() if cached else None
    for _ in range(n):
        unread = tokens[:, -1:] if cache and cache.seen else tokens[:, -model.context :]
        logits = model(unread, cache)[:, -1]  # (B, n_tokens)
        mask = allowed(tokens.shape[1]) if allowed else None
        if mask is not None:
            logits = logits.masked_fill(~mask, -math.inf)
        probs = next_token_probs(logits, temperature, top_k, top_p)
        tokens = torch.cat([tokens, torch.multinomial(probs, 1, generator=generator)], 1)
    return tokens
