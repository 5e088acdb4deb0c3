"""The training loop of every lesson."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from torch.optim import Optimizer

if TYPE_CHECKING:
    from gentutor.training.run import Run


def train(
    run: Run,
    until: int,
    on_step: Callable[[Run], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> None:
    """Take updates until the run stands at step `until`, or until `should_stop()` says so.

    The same function trains in the notebook's main thread and in the background thread of a live panel, which is
    why both give the same bits.

    Parameters
    ----------
    run : Run
        What is trained.
    until : int
        Step at which to stop.
    on_step : callable, optional
        Called with the run after each update, such as to show progress.
    should_stop : callable, optional
        Asked before each update.

    Raises
    ------
    TrainingDivergedError
        When a loss becomes NaN, infinite or absurdly large.
    """
    while not (should_stop and should_stop()):
        with run.lock:  # a panel and run.finish() may train one run together: neither may step over the end
            if run.position >= until:
                return
            run.step()
        if on_step:
            on_step(run)


def set_lr(optimiser: Optimizer, lr: float) -> None:
    """Give every parameter group of `optimiser` the learning rate `lr`.

    A group with an ``lr_scale`` gets ``lr * lr_scale``, so that one slider steers groups that need different steps.
    """
    for group in optimiser.param_groups:
        group["lr"] = lr * group.get("lr_scale", 1.0)
