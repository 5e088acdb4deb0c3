"""A watermark in text: chance favours green tokens, and a count finds them again. Taught in lesson 12.

Kirchenbauer and others (2023), "A watermark for large language models", algorithm 2. Which tokens are green depends on
a secret key and on the `LOOK_BACK` tokens before. The lesson's model writes characters, of which many leave no choice:
four characters of context make the green lists change often enough, and each run of five is counted once only.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gentutor.samplers.sequences import NextToken

LOOK_BACK = 4
"""How many tokens before choose the green list."""

_PRIMES = (2654435761, 40503, 2246822519)
_MASK = 2**31 - 1


def _mix(x: Tensor) -> Tensor:
    """Scramble whole numbers below 2³¹, so that neighbours end far apart: same shape."""
    for prime in _PRIMES:
        x = (x * (prime & _MASK) + 12345) & _MASK
        x = x ^ (x >> 15)
    return x


def green_list(before: Tensor, n_tokens: int, share: float, key: int) -> Tensor:
    """Return which tokens are green after each context: bool (B, n_tokens), each with chance `share`.

    Parameters
    ----------
    before : Tensor
        The last `LOOK_BACK` tokens, int64 (B, LOOK_BACK).
    n_tokens : int
        Size of the vocabulary.
    share : float
        Share of the tokens that is green, in (0, 1).
    key : int
        The secret: another key, other lists.
    """
    state = torch.full((len(before),), key & _MASK, dtype=torch.int64)
    state = _mix(state)
    for column in before.T:
        state = _mix((state + column + 1) & _MASK)
    dice = _mix((state[:, None] + 7919 * torch.arange(1, n_tokens + 1)) & _MASK)  # (B, n_tokens)
    return dice < share * _MASK


@torch.no_grad()
def write_marked(
    model: NextToken, prompt: Tensor, n: int, *, strength: float, share: float, key: int, temperature: float = 0.8,
    generator: torch.Generator,
) -> Tensor:  # fmt: skip
    """Return the prompt and `n` more tokens, (B, T + n), where `strength` is added to the logits of green tokens.

    Parameters
    ----------
    model : NextToken
        Who writes.
    prompt : Tensor
        int64 (B, T), T at least `LOOK_BACK`.
    n : int
        How many tokens to draw.
    strength : float
        0 leaves no mark; 4 makes a green token about 55 times as likely against a red one.
    share, key : float, int
        As for `green_list`.
    temperature : float
        Divides the logits before the mark is added.
    generator : torch.Generator
        Source of every chance.
    """
    tokens, cache = prompt, model.new_cache()
    for _ in range(n):
        unread = tokens[:, -1:] if cache.seen else tokens[:, -model.context :]
        logits = model(unread, cache)[:, -1] / temperature  # (B, n_tokens)
        logits = logits + strength * green_list(tokens[:, -LOOK_BACK:], logits.shape[-1], share, key)
        tokens = torch.cat([tokens, torch.multinomial(logits.softmax(-1), 1, generator=generator)], 1)
    return tokens


def green_marks(tokens: Tensor, n_tokens: int, share: float, key: int) -> Tensor:
    """Return for each different run of `LOOK_BACK` + 1 tokens of one text whether it ends green: bool (T,).

    A run that comes back is counted once: its colour is known, so that it says nothing new.

    Parameters
    ----------
    tokens : Tensor
        One text, int64 (length,).
    n_tokens, share, key : int, float, int
        As for `green_list`.
    """
    runs: Tensor = torch.unique(tokens.unfold(0, LOOK_BACK + 1, 1), dim=0)  # (T, LOOK_BACK + 1)
    green = green_list(runs[:, :-1], n_tokens, share, key)
    return green.gather(1, runs[:, -1:])[:, 0]


def green_z_score(green: Tensor, share: float) -> Tensor:
    """Return by how many standard deviations more tokens are green than without a mark: a scalar tensor.

    Parameters
    ----------
    green : Tensor
        Whether each token is green, bool (T,).
    share : float
        Share that is green by chance.

    Examples
    --------
    >>> green_z_score(torch.tensor([True] * 75 + [False] * 25), 0.5)
    tensor(5.)
    """
    n = len(green)
    z: Tensor = (green.sum() - share * n) / (n * share * (1 - share)) ** 0.5
    return z


def mark_z(tokens: Tensor, n_tokens: int, share: float, key: int) -> float:
    """Return the z score of one text, int64 (length,): `green_z_score` of its `green_marks`."""
    return float(green_z_score(green_marks(tokens, n_tokens, share, key), share))


def with_typos(tokens: Tensor, rate: float, n_tokens: int, generator: torch.Generator) -> Tensor:
    """Return the text with a share `rate` of its tokens replaced by random ones: the cheapest attack."""
    hit = torch.rand(tokens.shape, generator=generator) < rate
    return torch.where(hit, torch.randint(n_tokens, tokens.shape, generator=generator), tokens)


def paraphrased(model: NextToken, tokens: Tensor, every: int, *, generator: torch.Generator) -> Tensor:
    """Return the text with every second stretch of `every` tokens written anew by an unmarked model.

    A stand-in for a paraphrase: half of the text keeps its words, the other half is what the model would say there.

    Parameters
    ----------
    model : NextToken
        Who writes anew.
    tokens : Tensor
        One text, int64 (length,).
    every : int
        Length of a stretch.
    generator : torch.Generator
        Source of every chance.
    """
    told = tokens[:every]
    while len(told) < len(tokens):
        plain = torch.Generator().manual_seed(int(torch.randint(2**31, (1,), generator=generator)))
        anew = write_marked(
            model, told[None, -model.context // 2 :], every, strength=0, share=0.5, key=0, generator=plain
        )[0, -every:]
        told = torch.cat([told, anew, tokens[len(told) + every : len(told) + 2 * every]])
    return told[: len(tokens)]
