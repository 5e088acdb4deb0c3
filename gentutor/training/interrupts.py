"""Tells whoever trains in the background that the student pressed Interrupt.

Between two cells a Jupyter kernel ignores SIGINT, and during a cell it turns it into a ``KeyboardInterrupt`` in the
main thread; a trainer in another thread hears of neither. The main thread's event loop does: once it watches the
signal, it is woken even while the kernel's own handlers come and go around each cell.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import weakref
from collections.abc import Callable

_RETRY_S = 0.05

_listeners: list[Callable[[], None]] = []
_watched: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()  # loops that call us already


def on_interrupt(listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener()` in the main thread at each interrupt, also between cells; return a function that ends that.

    During a cell the cell is interrupted as always and the listener is called right after it. Must be called in the
    main thread. Where no event loop runs there (a plain script), an interrupt ends the program as usual, and the
    listener is not called.
    """
    if listener not in _listeners:
        _listeners.append(listener)
    loop = None
    with contextlib.suppress(RuntimeError):  # a script has no loop
        loop = asyncio.get_running_loop()
    if loop is not None and loop not in _watched and threading.current_thread() is threading.main_thread():
        _watched.add(loop)
        # Not now: the cell that runs has its own handler, and the kernel puts the idle one back after it.
        loop.call_later(_RETRY_S, _watch_when_idle, loop)

    def forget() -> None:
        with contextlib.suppress(ValueError):
            _listeners.remove(listener)

    return forget


def _watch_when_idle(loop: asyncio.AbstractEventLoop) -> None:
    """Take over SIGINT once the kernel ignores it; as long as a cell holds it, look again soon."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        loop.call_later(_RETRY_S, _watch_when_idle, loop)
        return
    try:
        loop.add_signal_handler(signal.SIGINT, _interrupted)
    except (NotImplementedError, RuntimeError):  # Windows' loop knows no signals; a handler serves while it is idle
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(_interrupted))


def _interrupted() -> None:
    for listener in list(_listeners):
        listener()
