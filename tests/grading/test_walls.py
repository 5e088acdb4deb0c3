"""Which wall stands, what is to be seen and used behind it, and that nothing outlives it."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from gentutor.errors import GradingError
from gentutor.grading import walls
from gentutor.grading.inside.confinement import Limits
from gentutor.grading.records import FAULT, GRADED
from gentutor.grading.walls import BUBBLEWRAP, NAMESPACES, NONE, choose_wall, zygote_start
from gentutor.workspace import sandbox
from tests.grading.conftest import Bench
from tests.grading.submissions import as_bytes, filled

_REPOSITORY = Path(__file__).parents[2]
_LIMITS = Limits()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretends to be a machine that offers these walls."""

    def pretend(bubblewrap: bool = False, namespaces: bool = False, landlock: int = 0) -> None:
        monkeypatch.setattr(sandbox, "bubblewrap_works", lambda: bubblewrap)
        monkeypatch.setattr(sandbox, "namespaces_work", lambda: namespaces)
        monkeypatch.setattr(sandbox, "landlock_version", lambda: landlock)

    return pretend


def ask(bench: Bench, expression: str, before: str = "") -> object:
    """The value of an expression behind the wall, which travels as the text of an exception."""
    fact = f"raise ValueError('FACT' + repr({expression}))"
    code = f"{before}\ndef kl_divergence(mu, logvar):\n    {fact}\n"
    result = bench.mark(as_bytes(filled(kl_divergence=code)), student="probe")
    message = next(verdict.message for verdict in result.verdicts if verdict.exercise == "kl_divergence")
    assert "ValueError: FACT" in message, message
    return ast.literal_eval(message.split("ValueError: FACT", 1)[1].rstrip(". "))


@pytest.mark.parametrize(
    ("offers", "wanted", "wall"),
    [
        ({"bubblewrap": True, "namespaces": True, "landlock": 4}, None, BUBBLEWRAP),
        ({"namespaces": True, "landlock": 1}, None, NAMESPACES),
        ({"bubblewrap": True, "namespaces": True, "landlock": 4}, NAMESPACES, NAMESPACES),
    ],
)
def test_the_best_wall_is_chosen(
    machine: Callable[..., None], offers: dict[str, int], wanted: str | None, wall: str
) -> None:
    machine(**offers)
    assert choose_wall(wanted) == wall


@pytest.mark.parametrize("offers", [{}, {"namespaces": True}, {"landlock": 3}], ids=str)
def test_without_a_wall_nothing_is_graded_unless_trusted(machine: Callable[..., None], offers: dict[str, int]) -> None:
    machine(**offers)
    with pytest.raises(GradingError, match=r"nothing was graded.*--trust"):
        choose_wall()
    assert choose_wall(trust=True) == NONE
    assert choose_wall(NONE, trust=True) == NONE


def test_no_wall_is_never_chosen_without_trust(machine: Callable[..., None]) -> None:
    machine(bubblewrap=True)
    with pytest.raises(GradingError):
        choose_wall(NONE)


@pytest.mark.parametrize("wanted", [BUBBLEWRAP, NAMESPACES])
def test_a_wall_that_was_asked_for_is_not_replaced(machine: Callable[..., None], wanted: str) -> None:
    machine()
    for trust in (False, True):
        with pytest.raises(GradingError, match="does not work on this machine"):
            choose_wall(wanted, trust=trust)


def test_unknown_walls_are_refused() -> None:
    with pytest.raises(GradingError, match=r"'stone'.*bubblewrap, namespaces, none"):
        choose_wall("stone")


@pytest.mark.parametrize("wall", [BUBBLEWRAP, NAMESPACES])
def test_an_installed_gentutor_and_its_lessons_are_hidden(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wall: str
) -> None:
    """Where Python's own folders hold gentutor, as after pip install, its code and masters are covered."""
    if wall == BUBBLEWRAP and sandbox.bubblewrap() is None:
        pytest.skip("There is no bubblewrap here.")
    monkeypatch.setattr(walls.site, "getsitepackages", lambda: [str(_REPOSITORY)])

    start = zygote_start(wall, tmp_path, _LIMITS, 5)

    hidden = json.loads(start.command[-1])["hidden"]
    assert {str(_REPOSITORY / "gentutor"), str(_REPOSITORY / "notebooks")} <= set(hidden)
    if wall == BUBBLEWRAP:
        assert all(start.command[start.command.index(place) - 1] == "--tmpfs" for place in hidden)


def test_the_zygote_gets_none_of_the_teachers_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("API_KEY", "secret")
    start = zygote_start(NAMESPACES, tmp_path, _LIMITS, 5)
    assert "secret" not in str(start)
    assert "API_KEY" not in start.environment


def test_no_file_outside_the_scratch_folder_can_be_changed(bench: Bench) -> None:
    before = f"""
import os
def writable(folder):
    try:
        open(os.path.join(folder, "probe"), "w").close()
        return True
    except OSError:
        return False
def folders():
    found = ["/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/run", "/proc", {str(bench.folder)!r}, {str(_REPOSITORY)!r},
             {str(Path.home())!r}, os.path.dirname(os.__file__), os.path.dirname(torch.__file__)]
    return [folder for folder in found if writable(folder)]
"""
    assert ask(bench, "folders()", before) == []
    assert ask(bench, "(writable('.'), len(os.listdir('.')))", before) == (True, 1)


def test_no_private_file_can_be_read(bench: Bench) -> None:
    places = [str(_REPOSITORY), str(bench.folder), str(Path.home()), "/etc", "/var/log", "/proc", "/sys"]
    before = """
import os
def readable(folder):
    try:
        return bool(os.listdir(folder))
    except OSError:
        return False
"""
    seen = ask(bench, f"[p for p in {places!r} if readable(p)]", before)
    assert isinstance(seen, list)
    assert set(seen) <= {"/etc"}
    if seen:  # behind bubblewrap its parents are there, and empty but for what Python needs
        assert ask(bench, "sorted(os.listdir('/etc'))", "import os") in (["ld.so.cache", "localtime", "ssl"], ["ssl"])


def test_only_the_observing_half_of_gentutor_is_there(bench: Bench) -> None:
    before = """
import os, gentutor
def modules():
    root = os.path.dirname(gentutor.__file__)
    return sorted({f for _, _, files in os.walk(root) for f in files} - {"__init__.py"})
"""
    names = ask(bench, "modules()", before)
    assert isinstance(names, list)
    assert {"observing.py", "wire.py"} <= set(names)
    assert not {"judging.py", "contract.py", "vaes.py", "losses.py", "kl_divergence.py", "marking.py"} & set(names)


def test_there_is_no_network_and_no_other_process(bench: Bench) -> None:
    assert ask(bench, "os.getpid()", "import os") == 1
    before = (
        "import socket\ndef refused():\n    try:\n        socket.socket()\n    except OSError:\n        return True\n"
    )
    assert ask(bench, "refused()", before) is True


def test_memory_is_bounded(bench: Bench) -> None:
    before = """
def fits(megabytes):
    try:
        return len(torch.empty(megabytes * 250_000)) > 0
    except (RuntimeError, MemoryError):
        return False
"""
    assert ask(bench, "(fits(300), fits(1_100))", before) == (True, False)


def test_temporary_files_are_bounded(bench: Bench) -> None:
    before = """
def fits(megabytes):
    try:
        with open("big", "wb") as file:
            for _ in range(megabytes): file.write(bytes(1_000_000))
        return True
    except OSError:
        return False
"""
    assert ask(bench, "(fits(25), fits(40))", before) == (True, False)


def test_open_files_are_bounded(bench: Bench) -> None:
    before = """
import os
def opened():
    kept = []
    try:
        while True: kept.append(os.open("/dev/null", 0))
    except OSError:
        for handle in kept: os.close(handle)
        return len(kept)
"""
    count = ask(bench, "opened()", before)
    assert isinstance(count, int)
    assert 50 < count < _LIMITS.files


def test_each_submission_finds_an_empty_folder(bench: Bench) -> None:
    before = "import os\ndef look():\n    seen = os.listdir('.')\n    open('left', 'w').close()\n    return seen\n"
    assert [ask(bench, "look()", before) for _ in range(2)] == [[], []]


def test_the_limits_are_said_in_words() -> None:
    assert "1000 MB of memory" in _LIMITS.sentence
    assert "no network" in _LIMITS.sentence


@pytest.mark.parametrize("wall", [BUBBLEWRAP, NAMESPACES])
def test_a_zygote_that_is_killed_costs_one_fault_at_most(new_bench: Callable[..., Bench], wall: str) -> None:
    bench = new_bench(wall)
    notebook = as_bytes(filled())
    whole = bench.mark(notebook).points
    for process in bench.family():
        process.kill()

    results = [bench.mark(notebook) for _ in range(3)]

    assert [result.kind for result in results[1:]] == [GRADED, GRADED]
    assert results[0].kind in (FAULT, GRADED)
    assert results[0].kind == FAULT or results[0].points == whole
    assert [result.points for result in results[1:]] == [whole, whole]
    assert not results[0].verdicts or results[0].kind == GRADED


@pytest.mark.parametrize("wall", [BUBBLEWRAP, NAMESPACES])
def test_a_zygote_that_is_killed_in_the_middle_is_no_fault_of_the_students(
    new_bench: Callable[..., Bench], wall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gentutor.grading.zygote import Child

    bench = new_bench(wall)
    receive = Child.receive

    def kill_first(self: Child, seconds: float) -> object:
        if seconds < 5:  # a call, not the reading
            for process in bench.family():
                process.kill()
        return receive(self, seconds)

    with monkeypatch.context() as patched:
        patched.setattr(Child, "receive", kill_first)
        assert bench.mark(as_bytes(filled())).kind == FAULT
    assert bench.mark(as_bytes(filled())).kind == GRADED


_CHECKER = """
import sys, time
from pathlib import Path
import psutil
from tests.grading.conftest import make_bench
from tests.grading.submissions import as_bytes, filled
bench = make_bench(Path(sys.argv[1]), sys.argv[2])
print(*(process.pid for process in psutil.Process().children(recursive=True)), flush=True)
loop = "def kl_divergence(mu, logvar):\\n    while True: pass\\n"
while True:
    bench.mark(as_bytes(filled(kl_divergence=loop)))
"""


@pytest.mark.parametrize("wall", [BUBBLEWRAP, NAMESPACES])
def test_nothing_outlives_a_checker_that_is_killed(tmp_path: Path, wall: str) -> None:
    try:
        choose_wall(wall)
    except GradingError as error:
        pytest.skip(str(error))
    command = [sys.executable, "-c", _CHECKER, str(tmp_path), wall]
    environment = {**os.environ, "PYTHONPATH": str(_REPOSITORY)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=_REPOSITORY) as checker:
        assert checker.stdout is not None
        line = checker.stdout.readline()
        time.sleep(0.5)  # a child is in the middle of its loop
        below = psutil.Process(checker.pid).children(recursive=True)
        checker.send_signal(signal.SIGKILL)
    assert len(line.split()) >= 3
    _, alive = psutil.wait_procs(below, timeout=5)
    living = [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    assert not living
