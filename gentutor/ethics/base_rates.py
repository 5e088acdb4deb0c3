"""What an alarm is worth: precision by how rare the thing is that it warns of, and what flooding costs. Lesson 12."""

from __future__ import annotations


def alarm_precision(hits: float, false_alarms: float, prevalence: float) -> float:
    """Return which share of the alarms is right: Bayes' rule.

    Parameters
    ----------
    hits : float
        Share of the false texts that raise an alarm.
    false_alarms : float
        Share of the honest texts that do so too.
    prevalence : float
        Share of all texts that is false.

    Examples
    --------
    >>> round(alarm_precision(0.95, 0.05, 0.01), 3)
    0.161
    """
    right, wrong = hits * prevalence, false_alarms * (1 - prevalence)
    return right / (right + wrong) if right + wrong else 0.0


def cost_per_thousand(tokens: int, price_per_million: float) -> float:
    """Return what a thousand texts cost in the currency of the price.

    Parameters
    ----------
    tokens : int
        Tokens in one text.
    price_per_million : float
        Price of a million generated tokens.

    Examples
    --------
    >>> cost_per_thousand(500, 0.6)
    0.3
    """
    return 1000 * tokens * price_per_million / 1e6
