"""A writer that only counts: which letter followed after the last few, taught in lesson 00.

Shannon (1948), "A Mathematical Theory of Communication", section 3, wrote English in this way by hand.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

Table = dict[str, Counter[str]]

END = "\n"


def count_letters(lines: Sequence[str], context: int) -> Table:
    """Count for each `context` letters which letter came next.

    Parameters
    ----------
    lines : sequence of str
        What to learn from; a line break stands before and after each.
    context : int
        How many letters are looked back, 0 or more.

    Examples
    --------
    >>> count_letters(["abab"], context=1)["b"]
    Counter({'a': 1, '\\n': 1})
    """
    table: Table = {}
    for line in lines:
        text = END * context + line + END
        for i in range(context, len(text)):
            table.setdefault(text[i - context : i], Counter())[text[i]] += 1
    return table


def write_line(table: Table, context: int, rng: random.Random, longest: int = 120) -> str:
    """Write one line, letter by letter, each drawn as often as it was counted.

    Parameters
    ----------
    table : dict
        What `count_letters` returned for the same `context`.
    context : int
        How many letters are looked back.
    rng : random.Random
        Source of the draws.
    longest : int
        The line is broken off after so many letters.
    """
    text = END * context
    while len(text) < context + longest:
        follows = table[text[len(text) - context :]]
        letter = rng.choices(list(follows), list(follows.values()))[0]
        if letter == END:
            break
        text += letter
    return text[context:]


def copied_share(line: str, lines: Sequence[str], n: int = 12) -> float:
    """Return the share of a line's stretches of `n` letters that stand word for word in what was learnt.

    Parameters
    ----------
    line : str
        What was written.
    lines : sequence of str
        What was learnt from.
    n : int
        Letters in a stretch.

    Examples
    --------
    >>> copied_share("the old fox sang", ["the old fox slept"], n=12)
    0.4
    """
    known = {text[i : i + n] for text in lines for i in range(len(text) - n + 1)}
    stretches = [line[i : i + n] for i in range(len(line) - n + 1)]
    return sum(stretch in known for stretch in stretches) / len(stretches) if stretches else 0.0
