"""Exercise `merge_pair`: join two tokens wherever they meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.data.byte_pairs import Pair, neighbours
from gentutor.exercises.data.inputs import LESSON, tokens_and_pair, twins


def _merged(tokens: Sequence[str], pair: Pair, most: int = 10**6, either_way: bool = False) -> list[Any]:
    """Join at most `most` occurrences of the pair."""
    merged: list[Any] = []
    waiting = list(tokens)
    while waiting:
        head = tuple(waiting[:2])
        if most > 0 and (head == pair or (either_way and head == pair[::-1])):
            merged.append("".join(head))
            del waiting[:2]
            most -= 1
        else:
            merged.append(waiting.pop(0))
    return merged


def _by_flag(tokens: Sequence[str], pair: Pair) -> list[str]:
    merged: list[str] = []
    skip = False
    for i, token in enumerate(tokens):
        if skip:
            skip = False
        elif i + 1 < len(tokens) and (token, tokens[i + 1]) == pair:
            merged.append(token + tokens[i + 1])
            skip = True
        else:
            merged.append(token)
    return merged


def _by_growing(tokens: Sequence[str], pair: Pair) -> list[str]:
    merged: list[str] = []
    whole = True  # whether the last token was made by a merge, and so cannot be the first of a pair
    for token in tokens:
        if not whole and merged[-1] == pair[0] and token == pair[1]:
            merged[-1] += token
            whole = True
        else:
            merged.append(token)
            whole = False
    return merged


def _second_kept(tokens: Sequence[str], pair: Pair) -> list[str]:
    found = [*neighbours(tokens), (tokens[-1], "")]
    return [a + b if (a, b) == pair else a for a, b in found]


def _overlapping(tokens: Sequence[str], pair: Pair) -> list[str]:
    found = [*neighbours(tokens), (tokens[-1], "")]
    merged = []
    for i, (a, b) in enumerate(found):
        if (a, b) == pair:
            merged.append(a + b)
        elif i == 0 or found[i - 1] != pair:
            merged.append(a)
    return merged


def _in_place(tokens: list[str], pair: Pair) -> list[str]:
    i = 0
    while i + 1 < len(tokens):
        if (tokens[i], tokens[i + 1]) == pair:
            tokens[i : i + 2] = ["".join(pair)]
        i += 1
    return tokens


MERGE_PAIR = Exercise(
    name="merge_pair",
    lesson=LESSON,
    task="Return a new list of tokens in which every occurrence of `pair`, from left to right, is joined to one token.",
    arguments={"tokens": "list of str", "pair": "tuple of two str"},
    returns="list of str",
    points=3,
    oracle=_merged,
    taught="gentutor.datasets.tokens:merge_pair",
    hints=(
        "Walk from left to right with a finger on one token. Look at it and at the next: are they the pair?",
        "If they are, put the joined token down and move two places on; else put down this one and move one place on.",
        "i = 0; while i < len(tokens): if tuple(tokens[i:i + 2]) == pair, append tokens[i] + tokens[i + 1] and i += 2; "
        "else append tokens[i] and i += 1.",
    ),
    checks=(
        Check("a pair that stands there three times", tokens_and_pair, share=0.5),
        Check("a pair of equal tokens, as in `a a a`", twins, share=0.3),
        Check("tokens of two letters", lambda g: tokens_and_pair(g, 2), share=0.2),
    ),
    misconceptions=(
        Misconception(
            "only the first",
            lambda tokens, pair: _merged(tokens, pair, most=1),
            "Only the first occurrence is joined: go on to the end.",
        ),
        Misconception(
            "second token kept",
            _second_kept,
            "After a joined pair its second token stands there once more: when you have joined two, move two on.",
        ),
        Misconception(
            "last token lost",
            lambda tokens, pair: _merged(tokens, pair)[:-1],
            "The last token is lost: it has no neighbour on the right, but it belongs to the text.",
        ),
        Misconception(
            "order of the two ignored",
            lambda tokens, pair: _merged(tokens, pair, either_way=True),
            "You join the two tokens in either order. Only this order is the pair.",
        ),
        Misconception(
            "pair left as a pair",
            lambda tokens, pair: [pair if token == "".join(pair) else token for token in _merged(tokens, pair)],
            "You put the pair itself into the list. The new token is one text: `pair[0] + pair[1]`.",
        ),
        Misconception(
            "pair dropped",
            lambda tokens, pair: [token for token in _merged(tokens, pair) if token != "".join(pair)],
            "The pair is taken out, but the joined token is not put in its place.",
        ),
        Misconception(
            "joined to one text",
            lambda tokens, pair: "".join(_merged(tokens, pair)),
            "You return one text, in which no token can be told from the next. Wanted is a list of tokens.",
        ),
        Misconception(
            "nothing joined",
            lambda tokens, pair: list(tokens),
            "Nothing is joined: the tokens come back as they were. Is `pair`, a tuple, compared with a list?",
        ),
        Misconception(
            "token used twice",
            _overlapping,
            "In `a a a` you join the middle `a` twice, with its left and with its right neighbour. Once joined, a "
            "token is used up: move two places on.",
        ),
        Misconception(
            "changed in place",
            _in_place,
            "The result is right, but you change the list that you were given, and the caller still needs it. Build a "
            "new list.",
            symptom="in place",
        ),
    ),
    alternatives=(_by_flag, _by_growing, lambda tokens, pair: _in_place(list(tokens), pair)),
)
