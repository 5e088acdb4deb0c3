"""What a worker process does: it starts its zygote first, so that both load torch at the same time, then marks."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

from gentutor.grading.orders import Order, Task
from gentutor.grading.records import Result
from gentutor.grading.walls import choose_wall
from gentutor.grading.zygote import Zygote

if TYPE_CHECKING:
    from gentutor.grading.marking import Marker

_markers: list[Marker] = []  # at most one: a worker serves many tasks of one run after the other


def mark(task: Task) -> Result:
    """Grade one submission; the zygote is kept for the next one of the same run.

    Raises
    ------
    GradingError
        When the wall cannot be put up, or this gentutor has other exercises than the one that gave the order.
    """
    if not _markers or _markers[0].order != task.order:
        end()
        _markers.append(_marker(task.order))
    return _markers[0].mark(task)


def end() -> None:
    """End the zygote of this process."""
    while _markers:
        _markers.pop().close()


def _marker(order: Order) -> Marker:
    zygote = Zygote(choose_wall(order.wall, trust=order.trust), order.limits)
    try:
        from gentutor.grading.marking import Marker

        return Marker(order, zygote)
    except BaseException:
        zygote.close()
        raise


atexit.register(end)
