"""Text as numbers: characters, and byte-pair encoding from scratch. Taught in lesson 01.

Gage (1994), "A new algorithm for data compression"; Sennrich, Haddow and Birch (2016), "Neural machine translation of
rare words with subword units", who brought it to language models.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

Pair = tuple[str, str]


def encode(text: str, vocabulary: Sequence[str]) -> list[int]:
    """Return the place in `vocabulary` of each character of `text`; entry 0 stands for characters that it lacks.

    Parameters
    ----------
    text : str
        What is to be encoded.
    vocabulary : sequence of str
        Distinct characters; the first is the stand-in for all unknown ones.

    Examples
    --------
    >>> encode("abba!", ["?", "a", "b"])
    [1, 2, 2, 1, 0]
    """
    places = {character: place for place, character in enumerate(vocabulary)}
    return [places.get(character, 0) for character in text]


def decode(ids: Iterable[int], vocabulary: Sequence[str]) -> str:
    """Return the text that `encode` turned into `ids`.

    Examples
    --------
    >>> decode([1, 2, 2, 1, 0], ["?", "a", "b"])
    'abba?'
    """
    return "".join(vocabulary[i] for i in ids)


def most_frequent_pair(tokens: Sequence[str]) -> Pair:
    """Return the two neighbouring tokens that stand side by side most often; of equals the pair that comes first.

    Parameters
    ----------
    tokens : sequence of str
        Two or more tokens.

    Examples
    --------
    >>> most_frequent_pair(list("banana"))
    ('a', 'n')
    """
    return Counter(pairwise(tokens)).most_common(1)[0][0]  # most_common keeps the order of equals


def merge_pair(tokens: Sequence[str], pair: Pair) -> list[str]:
    """Return the tokens with every occurrence of `pair` joined into one token, from left to right.

    Examples
    --------
    >>> merge_pair(list("banana"), ("a", "n"))
    ['b', 'an', 'an', 'a']
    """
    merged: list[str] = []
    i = 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == tuple(pair):
            merged.append(tokens[i] + tokens[i + 1])
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged


def learn_merges(text: str, n_merges: int) -> list[Pair]:
    """Learn byte-pair encoding: join the most frequent pair of `text`, `n_merges` times.

    It stops early when a single token is left.

    Parameters
    ----------
    text : str
        Training text, of which the encoding will suit its like best.
    n_merges : int
        How many new tokens to make.

    Returns
    -------
    list of (str, str)
        The pairs in the order in which they were joined, which is the order in which they must be applied.

    Examples
    --------
    >>> learn_merges("banana", 2)
    [('a', 'n'), ('b', 'an')]
    """
    tokens = list(text)
    merges: list[Pair] = []
    while len(merges) < n_merges and len(tokens) > 1:
        merges.append(most_frequent_pair(tokens))
        tokens = merge_pair(tokens, merges[-1])
    return merges


def apply_merges(text: str, merges: Iterable[Pair]) -> list[str]:
    """Cut `text` into the tokens that `learn_merges` made; joined again they are the text itself.

    Examples
    --------
    >>> apply_merges("bandana", [("a", "n"), ("an", "a")])
    ['b', 'an', 'd', 'ana']
    """
    tokens = list(text)
    for pair in merges:
        tokens = merge_pair(tokens, pair)
    return tokens


def vocabulary_of(text: str, unknown: str = "\N{REPLACEMENT CHARACTER}") -> tuple[str, ...]:
    """Return the distinct characters of `text` in the order of Unicode, after a stand-in for all others.

    Parameters
    ----------
    text : str
        Training text.
    unknown : str
        The stand-in, which gets number 0.

    Examples
    --------
    >>> vocabulary_of("abba", unknown="?")
    ('?', 'a', 'b')
    """
    return (unknown, *sorted(set(text) - {unknown}))


def encode_tensor(text: str, vocabulary: Sequence[str]) -> Tensor:
    """Return what `encode` returns as a tensor (N,), int64: for millions of characters in a moment.

    Parameters
    ----------
    text : str
        What is to be encoded.
    vocabulary : sequence of str
        As for `encode`.

    Examples
    --------
    >>> encode_tensor("abba!", ["?", "a", "b"])
    tensor([1, 2, 2, 1, 0])
    """
    if not text:
        return torch.empty(0, dtype=torch.int64)
    codes = torch.frombuffer(bytearray(text, "utf-32-le"), dtype=torch.int32).long()  # number of each character
    places = torch.zeros(int(codes.max()) + 1, dtype=torch.int64)
    for place, character in enumerate(vocabulary):
        if ord(character) < len(places):
            places[ord(character)] = place
    return places[codes]
