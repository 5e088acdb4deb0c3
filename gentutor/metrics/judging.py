"""How well a judge tells generated from real, by how sure it is: the ROC curve and the area under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

Curve = tuple[list[float], list[float]]


def judge_curve(ratings: Sequence[float] | Any, fake: Sequence[bool] | Any) -> Curve:
    """Return false alarms and hits of a judge for each threshold on its ratings, from (0, 0) to (1, 1).

    A *hit* is a generated item called generated; a *false alarm* is a real one called generated. Green and Swets
    (1966), "Signal Detection Theory and Psychophysics", draw human judges in this way from ratings of confidence.

    Parameters
    ----------
    ratings : sequence of float
        How surely each item was called generated; any scale, the higher the surer.
    fake : sequence of bool
        Whether each item was generated; both kinds must occur.

    Returns
    -------
    (list of float, list of float)
        Share of real items called generated, and share of generated items called generated.

    Raises
    ------
    ValueError
        When all items are of one kind.

    Examples
    --------
    >>> judge_curve([0, 1, 2, 3], [False, True, False, True])
    ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    scores, truth = torch.as_tensor(ratings, dtype=torch.float64), torch.as_tensor(fake, dtype=torch.bool)
    if bool(truth.all()) or not bool(truth.any()):
        raise ValueError("A judge is measured on both kinds: give real and generated items.")
    thresholds = torch.tensor(
        sorted(set(scores.tolist()), reverse=True), dtype=torch.float64
    )  # from the strictest to the most suspicious
    called = scores >= thresholds[:, None]  # (thresholds, N)
    false_alarms, hits = called[:, ~truth].double().mean(1), called[:, truth].double().mean(1)
    return [0.0, *false_alarms.tolist()], [0.0, *hits.tolist()]


def judge_area(ratings: Sequence[float] | Any, fake: Sequence[bool] | Any) -> float:
    """Return the area under `judge_curve`: how often a generated item is rated above a real one, ties half.

    1 is a perfect judge, 0.5 one that throws a coin.

    Parameters
    ----------
    ratings : sequence of float
        How surely each item was called generated.
    fake : sequence of bool
        Whether each item was generated; both kinds must occur.

    Raises
    ------
    ValueError
        When all items are of one kind.

    Examples
    --------
    >>> judge_area([0, 1, 2, 3], [False, True, False, True])
    0.75
    """
    false_alarms, hits = judge_curve(ratings, fake)
    return float(torch.trapezoid(torch.tensor(hits).double(), torch.tensor(false_alarms).double()))
