"""Ends a call that takes too long, inside the running process.

In the main thread of Linux and macOS a timer signal interrupts the call, even one that sleeps. Elsewhere (Windows,
other threads) a watching thread asks Python to raise in the calling thread, which happens as soon as it runs Python
code. Both repeat until the call ends, because a loop around ``except:`` swallows the first. A long call inside
compiled code, such as one huge matrix product, ends only when it returns; to stop that takes a process of its own.
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

_AGAIN = 0.02  # seconds between repeats: short enough to land outside a loop's `try`


class DeadlineError(BaseException):
    """The call did not end in time. Not an `Exception`, so that ``except Exception`` does not swallow it."""


def within(seconds: float, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return ``function(*arguments)``, or give up after `seconds`.

    Raises
    ------
    DeadlineError
        When the call did not end in time.

    Examples
    --------
    >>> within(1.0, max, 2, 3)
    3
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread and hasattr(signal, "setitimer"):
        return _within_by_signal(seconds, function, *arguments)
    return _within_by_thread(seconds, function, *arguments)


def _within_by_signal(seconds: float, function: Callable[..., Any], *arguments: Any) -> Any:
    over = False

    def expire(number: int, frame: FrameType | None) -> None:
        if not over:
            raise DeadlineError

    previous = signal.signal(signal.SIGALRM, expire)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
        result = function(*arguments)
        over = True  # from here on a late signal does nothing
        return result
    finally:
        over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _within_by_thread(seconds: float, function: Callable[..., Any], *arguments: Any) -> Any:
    lock, ended = threading.Lock(), threading.Event()
    caller = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch() -> None:
        wait = seconds
        while not ended.wait(wait):
            with lock:
                if not ended.is_set():
                    raise_in(caller, ctypes.py_object(DeadlineError))
            wait = _AGAIN

    watcher = threading.Thread(target=watch, name="gentutor deadline", daemon=True)
    watcher.start()
    try:
        return function(*arguments)
    finally:
        ended.set()
        with lock:
            raise_in(caller, None)  # take back a request that has not been carried out yet
        watcher.join()
