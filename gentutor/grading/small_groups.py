"""One rule for every number on the page of a class: none stands for fewer than five students (k-anonymity, k = 5).

Where students are divided into groups, such as right, tried and not tried, a group smaller than five is shown together
with its neighbour, so that neither it nor the difference to its neighbours can be read; where fewer than five are left
in all, nothing is shown. Averages and medians stand for at least five students, quartiles for at least twenty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

K = 5  # the smallest group that is shown
TOO_FEW = "too few to tell apart"
_BINS = 20

Groups = tuple[tuple[str, int], ...]


def grouped(parts: Sequence[tuple[str, int]]) -> Groups:
    """Merge neighbours until each group is empty or has at least `K` students; empty ones are left out.

    Parameters
    ----------
    parts : sequence of (str, int)
        Label and count, in an order in which neighbours can be told as one.

    Examples
    --------
    >>> grouped([("right", 12), ("tried", 3), ("not tried", 4)])
    (('right', 12), ('tried or not tried', 7))
    >>> grouped([("right", 12), ("tried", 3), ("not tried", 0)])
    (('right, all but fewer than 5', 15),)
    """
    filled = [(label, n) for label, n in parts if n]
    total = sum(n for _, n in filled)
    if total < K:
        return ()
    groups = list(filled)
    while len(groups) > 1 and min(n for _, n in groups) < K:
        at = min(range(len(groups)), key=lambda i: groups[i][1])
        beside = [i for i in (at - 1, at + 1) if 0 <= i < len(groups)]
        first, last = sorted((at, min(beside, key=lambda i: groups[i][1])))
        (one, n_one), (other, n_other) = groups[first], groups[last]
        groups[first : last + 1] = [(f"{one} or {other}", n_one + n_other)]
    if len(groups) == 1 and len(filled) > 1:
        most, n_most = max(filled, key=lambda part: part[1])
        groups = [(f"{most}, all but fewer than {K}" if total - n_most < K else TOO_FEW, total)]
    return tuple(groups)


def bars_of(positions: Sequence[float]) -> tuple[tuple[float, float, int], ...]:
    """Count positions in bars as wide as it takes for `K` of them; there are at least `K` in all.

    Parameters
    ----------
    positions : sequence of float
        Where the guesses lie on the axis, 0 to 1.

    Examples
    --------
    >>> bars_of([0.01] * 5 + [0.5] * 4 + [0.93] * 3)
    ((0.0, 0.05, 5), (0.5, 0.95, 7))
    """
    counts = Counter(min(_BINS - 1, max(0, int(position * _BINS))) for position in positions)
    bars: list[tuple[float, float, int]] = []
    start, n = -1, 0
    for place in range(_BINS):
        if counts[place] and not n:
            start = place
        n += counts[place]
        if n >= K:
            bars.append((start / _BINS, (place + 1) / _BINS, n))
            n = 0
    if n:  # what is left over at the end joins the last bar
        first, _, before = bars.pop()
        bars.append((first, (max(counts) + 1) / _BINS, before + n))
    return tuple(bars)
