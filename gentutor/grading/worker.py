"""What a worker process does: it starts its zygote first, so that both load torch at the same time, then marks."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gentutor.grading.inside.confinement import Limits
from gentutor.grading.orders import Order, Task
from gentutor.grading.records import Result
from gentutor.grading.walls import choose_wall
from gentutor.grading.zygote import Zygote

if TYPE_CHECKING:
    from gentutor.grading.marking import Marker

_markers: list[Marker] = []  # at most one: a worker serves many tasks of one run after the other
_zygotes: list[Zygote] = []  # at most one, started ahead


def mark(task: Task) -> Result:
    """Grade one submission; the zygote is kept for the next one of the same run.

    Raises
    ------
    GradingError
        When the wall cannot be put up, or this gentutor has other exercises than the one that gave the order.
    """
    if not _markers or _markers[0].order != task.order:
        while _markers:
            _markers.pop().close()
        _markers.append(_marker(task.order))
    return _markers[0].mark(task)


def prepare(wall: str, limits: Limits) -> None:
    """Start the zygote of this process already, before there is an order.

    Parameters
    ----------
    wall : str
        One of `gentutor.grading.walls.WALLS`.
    limits : Limits
        What a submission may use.
    """
    end()
    _zygotes.append(Zygote(wall, limits))


def end() -> None:
    """End the zygote of this process."""
    while _markers:
        _markers.pop().close()
    while _zygotes:
        _zygotes.pop().close()


@contextmanager
def ended() -> Iterator[None]:
    """End the zygote of this process with the block."""
    try:
        yield
    finally:
        end()


def _marker(order: Order) -> Marker:
    wall = choose_wall(order.wall, trust=order.trust)
    prepared = [zygote for zygote in _zygotes if zygote.wall == wall and zygote.limits == order.limits]
    zygote = prepared[0] if prepared else Zygote(wall, order.limits)
    _zygotes[:] = [other for other in _zygotes if other is not zygote]
    try:
        from gentutor.grading.marking import Marker

        return Marker(order, zygote)
    except BaseException:
        zygote.close()
        raise


atexit.register(end)
