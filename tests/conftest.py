"""How the tests share the cores of a machine, and what holds for all of them.

`make test` runs one process for each core (pytest-xdist). What shares an expensive fixture, such as an executed
lesson or a JupyterLab server, stays together; the longest groups begin first.
"""

import gc
import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

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


def group_of(nodeid: str) -> str:
    """Name what a test shares with others: the browser, an executed lesson, or else its module."""
    path = nodeid.split("::", maxsplit=1)[0]
    if path.startswith("tests/browser/"):
        return "browser"
    if path.startswith("tests/lessons/"):
        lesson = re.search(r"\d\d_[a-z]+", nodeid)
        return lesson[0] if lesson else path
    return path


class Groups(LoadScopeScheduling):
    """Hands a whole group to the next process that is free, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    config.option.loadscopereorder = False  # else the group with most tests begins, however short they are
    return Groups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        group = group_of(item.nodeid)
        return next((n for n, start in enumerate(LONGEST_FIRST) if group.startswith(start)), len(LONGEST_FIRST))

    items.sort(key=rank)


@pytest.fixture(autouse=True, scope="module")
def let_go() -> Iterator[None]:
    """Free what a module's tests held in cycles, such as the histories of training runs."""
    yield
    gc.collect()
