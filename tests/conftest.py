"""How the tests share the cores of a machine, and what holds for all of them.

`make test` runs one process for each core (pytest-xdist). What shares an expensive fixture, such as an executed
lesson or a JupyterLab server, stays together; the longest groups begin first.
"""

import gc
import os
import re
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Two torch processes with two threads each slow each other tenfold (docs/log.md).
if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# A shell that starts the tests in the background makes them deaf to Ctrl-C, and all programs that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Examples take long on a busy machine, and that says nothing about the code.
settings.register_profile("gentutor", deadline=None)
settings.load_profile("gentutor")

LONGEST_FIRST = ("browser", "0", "1", "tests/grading", "tests/workspace", "tests/knobs")


def group_of(item: pytest.Item) -> str:
    """Name what a test shares with others: the browser, an executed lesson, or else its module."""
    path = item.nodeid.split("::", maxsplit=1)[0]
    if path.startswith("tests/browser/"):
        return "browser"
    if path.startswith("tests/lessons/"):
        lesson = re.search(r"\d\d_[a-z]+", item.nodeid)
        return lesson[0] if lesson else path
    return path


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        group = group_of(item)
        return next((n for n, start in enumerate(LONGEST_FIRST) if group.startswith(start)), len(LONGEST_FIRST))

    items.sort(key=rank)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))


@pytest.fixture(autouse=True, scope="module")
def let_go() -> Iterator[None]:
    """Free what a module's tests held in cycles, such as the histories of training runs."""
    yield
    gc.collect()
