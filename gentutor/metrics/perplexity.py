"""How well a model foresees a text: perplexity, and bits for each character. Taught in lesson 05."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor


def perplexity(log_probs: Tensor) -> float:
    """Return among how many equally likely tokens a model wavers on average: exp of the mean surprise.

    Jelinek, Mercer, Bahl and Baker (1977), "Perplexity, a measure of the difficulty of speech recognition tasks". It
    depends on what a token is, so that two tokenisers cannot be compared by it; `bits_per_character` can.

    Parameters
    ----------
    log_probs : Tensor
        Natural logarithm of the chance that the model gave to each token that really came, of any shape.

    Examples
    --------
    >>> round(perplexity(torch.tensor([0.5, 0.5, 0.125]).log()), 4)
    3.1748
    """
    return math.exp(-log_probs.double().mean().item())


def bits_per_character(log_probs: Tensor, n_characters: int) -> float:
    """Return how many bits a text costs for each of its characters, if the model's chances pack it.

    Shannon (1951), "Prediction and entropy of printed English": people need about 1.

    Parameters
    ----------
    log_probs : Tensor
        As for `perplexity`, of all tokens of the text.
    n_characters : int
        Characters that these tokens spell.

    Examples
    --------
    >>> round(bits_per_character(torch.tensor([0.5, 0.25]).log(), n_characters=6), 4)
    0.5
    """
    return -log_probs.double().sum().item() / math.log(2) / n_characters


@torch.no_grad()
def token_log_probs(model: Callable[[Tensor], Tensor], tokens: Tensor, context: int, batch_size: int = 64) -> Tensor:
    """Return the logarithm of the chance that a model gave to each token of a text, seen by the tokens before it.

    The text is cut into windows one after another, each foreseen without those before it; what does not fill a window
    at the end is left out.

    Parameters
    ----------
    model : callable
        Returns logits (B, T, n_tokens) for tokens (B, T).
    tokens : Tensor
        The text, int64 (N,).
    context : int
        Tokens T in a window.
    batch_size : int
        Windows at once.

    Returns
    -------
    Tensor
        Natural logarithms (windows, T), each of the token after.
    """
    windows = tokens.unfold(0, context + 1, context)  # (windows, T + 1), each starts with the last token of another
    found = []
    for batch in torch.split(windows, batch_size):
        log_probs = model(batch[:, :-1]).float().log_softmax(-1)  # (B, T, n_tokens)
        found.append(log_probs.gather(-1, batch[:, 1:].unsqueeze(-1)).squeeze(-1))
    return torch.cat(found)
