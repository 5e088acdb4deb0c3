"""Markers for the grader's tests: one for each wall that this machine offers, with a zygote that starts once."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from gentutor.errors import GradingError
from gentutor.grading.assignment import make_assignment, order_for
from gentutor.grading.inside.confinement import Limits
from gentutor.grading.marking import Marker
from gentutor.grading.orders import Task
from gentutor.grading.records import Result, Submission
from gentutor.grading.walls import BUBBLEWRAP, NAMESPACES, choose_wall
from tests.grading.submissions import LESSON, as_bytes, filled


@dataclass
class Bench:
    """A marker behind a wall, and how a test hands files to it."""

    marker: Marker
    folder: Path
    others: frozenset[int] = frozenset()  # children that lived before: multiprocessing's tracker serves other tests too
    at_rest: int = 0

    def mark(self, content: bytes, extras: dict[str, bytes] | None = None, student: str = "anna") -> Result:
        """Write a submission to disk, as it lies in a teacher's folder, and mark it."""
        path = self.write(content, student)
        folder = path.parent
        beside = {name: folder / name for name in extras or {}}
        for name, target in beside.items():
            target.write_bytes((extras or {})[name])
        return self.marker.mark(Task(self.marker.order, Submission(student, path, f"{student}/{path.name}", beside)))

    def write(self, content: bytes, student: str) -> Path:
        """Write a notebook to where a student's lies, and return its path."""
        folder = self.folder / student
        folder.mkdir(exist_ok=True)
        path = folder / f"{LESSON}.ipynb"
        path.write_bytes(content)
        return path

    def left_over(self, seconds: float = 5.0) -> list[str]:
        """What lives beside the zygote, what holds it, and the child for the next submission, after a moment's wait."""
        until = time.monotonic() + seconds
        while len(self._living()) > self.at_rest and time.monotonic() < until:
            time.sleep(0.01)  # the kernel takes a moment to clear up
        living = self._living()
        return living if len(living) > self.at_rest else []

    def rest(self) -> None:
        """Count the processes of a marker that has just graded something ordinary."""
        time.sleep(0.3)
        self.at_rest = len(self._living())

    def family(self) -> list[psutil.Process]:
        """The processes that the marker has started, behind its walls too."""
        return [child for child in psutil.Process().children(recursive=True) if child.pid not in self.others]

    def _living(self) -> list[str]:
        living = []
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.status() != psutil.STATUS_ZOMBIE:
                    age = time.time() - process.create_time()
                    about = f"{process.pid} of {process.ppid()}, {process.status()}, {process.num_threads()} threads"
                    living.append(f"{about}, {age:.1f} s old: {' '.join(process.cmdline())[:60]}")
        return living


def make_bench(folder: Path, wall: str | None, seed: int | None = None) -> Bench:
    """Start a marker of lesson 04 behind a wall; skip where this machine has no such wall."""
    try:
        choose_wall(wall)
    except GradingError as error:
        pytest.skip(str(error))
    seed = secrets.randbelow(2**31) if seed is None else seed
    order = order_for(make_assignment(LESSON), seed, wall=wall, limits=Limits(prepare_s=3.0))
    others = frozenset(child.pid for child in psutil.Process().children(recursive=True))
    bench = Bench(Marker(order), folder, others)
    bench.mark(as_bytes(filled()))
    bench.rest()
    return bench


@pytest.fixture(scope="session", params=[BUBBLEWRAP, NAMESPACES])
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A marker behind each of the walls, in turn."""
    bench = make_bench(tmp_path_factory.mktemp("submissions"), request.param)
    yield bench
    bench.marker.close()


@pytest.fixture(scope="session")
def best_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A marker behind the best wall of this machine."""
    bench = make_bench(tmp_path_factory.mktemp("handed-in"), None)
    yield bench
    bench.marker.close()


@pytest.fixture
def new_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Makes markers that a test may break; closes them."""
    made: list[Bench] = []

    def make(wall: str | None = None, seed: int | None = None) -> Bench:
        made.append(make_bench(tmp_path, wall, seed))
        return made[-1]

    yield make
    for bench in made:
        bench.marker.close()
