"""A generator of text that only counts: which words followed which. Used in lesson 01; lesson 05 goes on from it."""

from __future__ import annotations

from collections.abc import Sequence

import torch

Followers = dict[tuple[str, ...], list[str]]


def count_followers(tokens: Sequence[str], context: int) -> Followers:
    """Return what followed each run of `context` tokens, as often as it did.

    Shannon (1948), "A mathematical theory of communication", section 3.

    Parameters
    ----------
    tokens : sequence of str
        Training text.
    context : int
        How many tokens the generator looks back.

    Examples
    --------
    >>> count_followers("a b a c".split(), 1)
    {('a',): ['b', 'c'], ('b',): ['a']}
    """
    followers: Followers = {}
    for i in range(context, len(tokens)):
        followers.setdefault(tuple(tokens[i - context : i]), []).append(tokens[i])
    return followers


def write_on(followers: Followers, n: int, generator: torch.Generator) -> list[str]:
    """Return `n` new tokens, each drawn from what followed the tokens before it.

    Where nothing is known to follow, because these tokens only stood at the very end, it starts at a random place.

    Parameters
    ----------
    followers : dict
        As `count_followers` returns it.
    n : int
        How many tokens to write.
    generator : torch.Generator
        Source of every chance.
    """
    starts = list(followers)
    last = starts[int(torch.randint(len(starts), (), generator=generator))]
    written: list[str] = []
    while len(written) < n:
        if last not in followers:
            last = starts[int(torch.randint(len(starts), (), generator=generator))]
        choices = followers[last]
        written.append(choices[int(torch.randint(len(choices), (), generator=generator))])
        last = (*last[1:], written[-1])
    return written
