"""Says in words that a run has diverged, and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Mapping

_ABSURD = 1e3  # a loss this many times its first value has diverged, though it is still finite


def explain(
    metrics: Mapping[str, float],
    first_loss: float | None,
    *,
    step: int,
    healthy_step: int,
    lr: float | None = None,
) -> str | None:
    """Return an explanation when `metrics` show divergence, None when they are sound.

    Parameters
    ----------
    metrics : mapping
        What an update measured, the loss first.
    first_loss : float, optional
        Size of the run's first loss; without it only NaN and infinity count.
    step : int
        The step at which it was measured.
    healthy_step : int
        A step that can be rewound to.
    lr : float, optional
        The learning rate in force.

    Examples
    --------
    >>> explain({"loss": 0.5}, 1.0, step=3, healthy_step=2) is None
    True
    >>> explain({"loss": float("nan")}, 1.0, step=3, healthy_step=2, lr=0.1)[:46]
    'Training diverged at step 3: loss became nan. '
    """
    loss_name, loss = next(iter(metrics.items()))
    culprit = next((name for name, value in metrics.items() if not math.isfinite(value)), None)
    if culprit is None and (first_loss is None or abs(loss) <= _ABSURD * first_loss):
        return None
    culprit = culprit or loss_name
    rate = "" if lr is None else f"The learning rate was {lr:g}: steps that are too long overshoot, each further. "
    return (
        f"Training diverged at step {step}: {culprit} became {metrics[culprit]:g}. {rate}"
        f"What to do: run.rewind({healthy_step}), then run.branch(lr=...) with a learning rate ten times lower."
    )
