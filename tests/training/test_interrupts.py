"""`on_interrupt`: heard between cells and after an interrupted cell, as a Jupyter kernel handles SIGINT."""

import asyncio
import os
import signal
import sys

import pytest

from gentutor.training.interrupts import on_interrupt

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send to oneself")


async def until(condition):
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("It did not happen within 4 seconds.")


@pytest.fixture(autouse=True)
def _kernel_at_rest():
    """ipykernel ignores SIGINT while no cell runs."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


async def watched():
    await until(lambda: signal.getsignal(signal.SIGINT) is not signal.SIG_IGN)


def test_heard_while_no_cell_runs():
    heard = []

    async def kernel():
        forget = on_interrupt(lambda: heard.append(1))
        await watched()
        os.kill(os.getpid(), signal.SIGINT)
        await until(lambda: heard)
        forget()

    asyncio.run(kernel())
    assert heard == [1]


def test_a_cell_is_interrupted_and_the_listener_hears_it_too():
    heard = []

    async def kernel():
        forget = on_interrupt(lambda: heard.append(1))
        await watched()
        idle = signal.signal(signal.SIGINT, signal.default_int_handler)  # what ipykernel does before a cell
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        signal.signal(signal.SIGINT, idle)  # and after it
        await until(lambda: heard)
        os.kill(os.getpid(), signal.SIGINT)  # between cells again
        await until(lambda: len(heard) == 2)
        forget()

    asyncio.run(kernel())
    assert heard == [1, 1]


def test_the_handler_of_a_running_cell_is_left_alone():
    async def kernel():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        forget = on_interrupt(lambda: None)
        await asyncio.sleep(0.2)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        forget()

    asyncio.run(kernel())


def test_a_forgotten_listener_hears_nothing():
    heard = []

    async def kernel():
        on_interrupt(lambda: heard.append("forgotten"))()
        forget = on_interrupt(lambda: heard.append("kept"))
        await watched()
        os.kill(os.getpid(), signal.SIGINT)
        await until(lambda: heard)
        forget()

    asyncio.run(kernel())
    assert heard == ["kept"]


def test_without_an_event_loop_nothing_is_changed():
    on_interrupt(lambda: None)()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
