"""`TurnLock`: a lock that the trainer and the panel take in turns."""

from __future__ import annotations

import threading
from types import TracebackType


class TurnLock:
    """A re-entrant lock that serves whoever waited first.

    A plain lock starves the panel: a trainer that releases it after a step takes it again microseconds later, before
    the waiting thread has woken up. Here a thread must first own the turn, and a thread that waits for the lock
    keeps its turn, so the trainer queues up behind it.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> TurnLock:
        me = threading.get_ident()
        if self._owner == me:
            self._depth += 1
            return self
        with self._turn:
            self._lock.acquire()
        self._owner, self._depth = me, 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._owner = None
            self._lock.release()
