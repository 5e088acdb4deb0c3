"""Exercise `most_frequent_pair`: which two tokens to join."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from gentutor.exercises.contract import Check, Exercise, Misconception
from gentutor.exercises.data.inputs import LESSON, equal_pairs, pairs

Pair = tuple[str, str]


def neighbours(tokens: Sequence[str]) -> list[Pair]:
    """Return every two tokens that stand side by side."""
    return [(tokens[i], tokens[i + 1]) for i in range(len(tokens) - 1)]


def _top(things: Iterable[Any]) -> Any:
    """Return what occurs most often; of equals what comes first."""
    return Counter(things).most_common(1)[0][0]


def _oracle(tokens: Sequence[str]) -> Pair:
    found = neighbours(tokens)
    return max(found, key=lambda pair: (found.count(pair), -found.index(pair)))


def _by_max(tokens: Sequence[str]) -> Pair:
    counts: dict[Pair, int] = {}
    for pair in pairwise(tokens):
        counts[pair] = counts.get(pair, 0) + 1
    return max(counts, key=lambda pair: counts[pair])


def _two_commonest_tokens(tokens: Sequence[str]) -> tuple[str, ...]:
    return tuple(token for token, _ in Counter(tokens).most_common(2))


def _last_of_equals(tokens: Sequence[str]) -> Pair:
    return sorted(Counter(neighbours(tokens)).items(), key=lambda entry: entry[1])[-1][0]


def _largest_of_equals(tokens: Sequence[str]) -> Pair:
    counts = Counter(neighbours(tokens))
    return max(counts, key=lambda pair: (counts[pair], pair))


MOST_FREQUENT_PAIR = Exercise(
    name="most_frequent_pair",
    lesson=LESSON,
    task="Return the two tokens that stand side by side most often, as a pair; of several equally frequent pairs the "
    "one that comes first.",
    arguments={"tokens": "list of str"},
    returns="tuple of two str",
    points=3,
    oracle=_oracle,
    taught="gentutor.datasets.tokens:most_frequent_pair",
    hints=(
        "Write down all neighbours of `banana`: ba, an, na, an, na. Which stands there most often, and which of the "
        "equals comes first?",
        "zip(tokens, tokens[1:]) walks through all neighbours. Count them in a dict, or with collections.Counter.",
        "Counter(zip(tokens, tokens[1:])).most_common(1)[0][0] is the pair: most_common gives (pair, count), and keeps "
        "the order of equals.",
    ),
    checks=(
        Check("tokens of one letter", pairs, share=0.5),
        Check("tokens of two letters", lambda g: pairs(g, 2), share=0.25),
        Check("three pairs that are equally frequent", equal_pairs, share=0.25),
    ),
    misconceptions=(
        Misconception(
            "cut into twos",
            lambda tokens: _top(zip(tokens[::2], tokens[1::2], strict=False)),
            "You cut the tokens into twos and so see only every other pair: tokens 1 and 2 are neighbours as well. "
            "Walk with zip(tokens, tokens[1:]).",
        ),
        Misconception(
            "order of the two ignored",
            lambda tokens: _top(tuple(sorted(pair)) for pair in neighbours(tokens)),
            "You count `ab` and `ba` together. Order matters: `th` is common in English, `ht` is not.",
        ),
        Misconception(
            "most frequent tokens",
            _two_commonest_tokens,
            "You return the two most frequent tokens. They may never meet: count neighbours.",
        ),
        Misconception(
            "with its count",
            lambda tokens: Counter(neighbours(tokens)).most_common(1)[0],
            "You return the pair with its count. Wanted is only the pair: one more `[0]`.",
        ),
        Misconception(
            "joined",
            lambda tokens: "".join(_oracle(tokens)),
            "You return the joined text. Wanted are the two tokens as a pair; they are joined in the next step.",
        ),
        Misconception(
            "turned round",
            lambda tokens: _oracle(tokens)[::-1],
            "The two tokens of your pair are the wrong way round.",
        ),
        Misconception(
            "rarest",
            lambda tokens: Counter(neighbours(tokens)).most_common()[-1][0],
            "That is the rarest pair.",
        ),
        Misconception(
            "letters counted",
            lambda tokens: _top(neighbours("".join(tokens))),
            "You count pairs of letters. After the first merge tokens are longer than a letter: count pairs of tokens.",
        ),
        Misconception(
            "last of equals",
            _last_of_equals,
            "Of several equally frequent pairs you take the one that comes last; agreed is the first.",
        ),
        Misconception(
            "alphabet decides between equals",
            _largest_of_equals,
            "Of several equally frequent pairs you take the last in the alphabet; agreed is the one that comes first "
            "in the text.",
        ),
    ),
    alternatives=(
        _by_max,
        lambda tokens: _top(pairwise(tokens)),
        lambda tokens: _top(neighbours(tokens)),
    ),
)
