import contextlib
import signal
import threading
import time

import pytest

from gentutor.exercises import deadline
from gentutor.exercises.deadline import DeadlineError, within

WAYS = [deadline._within_by_thread]
if hasattr(signal, "setitimer"):
    WAYS.append(deadline._within_by_signal)


def forever():
    while True:
        pass


def forever_deaf():
    while True:
        try:  # noqa: SIM105
            sum(range(100))
        except:  # noqa: E722 (the bare form is what students write)
            pass


def forever_in_python():
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.001)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("function", [forever, forever_deaf, forever_in_python])
def test_an_endless_loop_ends_and_nothing_comes_after(way, function):
    with pytest.raises(DeadlineError):
        way(0.1, function)
    for _ in range(20):  # a late exception would land here
        time.sleep(0.005)
    assert not [t for t in threading.enumerate() if t.name == "gentutor deadline"]


@pytest.mark.parametrize("way", WAYS)
def test_results_and_exceptions_pass_through(way):
    assert way(5.0, max, 2, 3) == 3
    with pytest.raises(ZeroDivisionError):
        way(5.0, lambda: 1 // 0)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer signal on this system")
def test_the_signal_wakes_a_sleeper_and_the_old_handler_comes_back():
    def mine(number, frame):
        raise AssertionError

    before = signal.signal(signal.SIGALRM, mine)
    try:
        with pytest.raises(DeadlineError):
            within(0.1, time.sleep, 60)
        assert signal.getsignal(signal.SIGALRM) is mine
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGALRM, before)


def test_it_works_outside_of_the_main_thread():
    caught = []

    def run():
        try:
            within(0.1, forever)
        except DeadlineError as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert len(caught) == 1
