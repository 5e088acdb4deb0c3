"""`execute` runs tiny lessons that the test writes: passing, failing, hanging, dying, reaching out, and writing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from gentutor.errors import KnobError
from gentutor.workspace.execute import Job, execute
from gentutor.workspace.files import cell_source, read_notebook
from gentutor.workspace.lessons import find_lessons, read_lesson
from gentutor.workspace.outcome import Outcome, report
from gentutor.workspace.worker import first_line
from tests.workspace.masters import code, exercise_cells, marks, write_master

SHOWN = """from IPython.display import display
display({"application/vnd.gentutor.check+json": {"exercise": "add", "verdict": "right"}, "text/plain": "ok"}, raw=True)
display({"application/vnd.gentutor.claim+json": {"holds": True}, "text/plain": "ok"}, raw=True)"""
PASSING = [
    code('profile = "full"', tags=["parameters"]) | {"id": "parameters"},
    exercise_cells()[0] | {"id": "add"},
    code(SHOWN, nbgrader=marks("check_add", grade=True, points=2)) | {"id": "check-add"},
    code("print(profile)") | {"id": "says"},
]
HANGING = """import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "MARKER"])
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass"""
FAILING = {
    "02_raises": "# a comment\nx = 1\n1 / 0",
    "03_dies": "import os\nos._exit(3)",
}
TRIED = {
    "address": "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=20)",
    "name": "import urllib.request\nurllib.request.urlopen('http://example.org')",
    "child": "import subprocess, sys\ndone = subprocess.run([sys.executable, '-c', 'import socket; "
    'socket.getaddrinfo("example.org", 80)\'], capture_output=True, text=True)\nraise RuntimeError(done.stderr)',
    "loopback": "import socket\nserver = socket.create_server(('localhost', 0))\n"
    "socket.create_connection(server.getsockname()).close()",
    "file": "open('left.txt', 'w')",
    "folder": "import os\nos.mkdir('left')",
    "elsewhere": "import tempfile\nopen(tempfile.mkdtemp() + '/file.txt', 'w').close()",
}
"""What a lesson might try; each cell prints how that ended."""


def trying(source: str) -> str:
    """A cell that prints how `source` ended, and goes on."""
    body = "\n    ".join(source.splitlines())
    return f"try:\n    {body}\n    print('fine')\nexcept Exception as error:\n    print(error)"


def processes_with(marker: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if any(marker in part for part in process.info["cmdline"] or []):
            found.append(process)
    return found


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """One passing and several failing lessons, executed two at a time."""
    folder = tmp_path_factory.mktemp("masters")
    write_master(folder, *PASSING, name="01_good")
    for name, source in FAILING.items():
        write_master(folder, code(source) | {"id": "culprit"}, name=name)
    write_master(folder, *(code(trying(source)) | {"id": name} for name, source in TRIED.items()), name="04_tries")
    write_master(folder, *exercise_cells(), name="05_silent")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    found = execute(find_lessons(folder), jobs=2, limit=200, out=tmp_path_factory.getbasetemp() / "executed")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    return {outcome.lesson: outcome for outcome in found}


def test_a_good_lesson_passes_and_its_claims_and_exercises_count(outcomes: dict[str, Outcome]) -> None:
    good = outcomes["01_good"]
    assert (good.verdict, good.claims, good.right, good.exercises, good.tail) == ("passed", 1, 1, 1, ())
    assert good.passed
    assert good.seconds > 0


def test_a_failing_cell_is_named_with_its_last_lines(outcomes: dict[str, Outcome]) -> None:
    failed = outcomes["02_raises"]
    assert (failed.verdict, failed.cell, failed.line) == ("cell failed", "culprit", "x = 1")
    assert failed.tail[-1] == "ZeroDivisionError: division by zero"
    assert not failed.passed


def test_a_dead_kernel_is_said_to_be_dead(outcomes: dict[str, Outcome]) -> None:
    assert (outcomes["03_dies"].verdict, outcomes["03_dies"].cell) == ("kernel died", "culprit")


@pytest.fixture(scope="module")
def ended(outcomes: dict[str, Outcome], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """How each of `TRIED` ended."""
    assert outcomes["04_tries"].passed
    cells = read_notebook(tmp_path_factory.getbasetemp() / "executed" / "04_tries.ipynb")["cells"]
    texts = {cell["id"]: "".join("".join(o.get("text", "")) for o in cell.get("outputs", [])) for cell in cells}
    return {name: texts[name] for name in TRIED}


def test_no_network_not_even_in_a_process_that_the_lesson_starts(ended: dict[str, str]) -> None:
    offline = "Lessons run offline, but this one tried to reach"
    assert f"{offline} 192.0.2.1:80" in ended["address"]
    assert f"{offline} example.org:80" in ended["name"]
    assert f"{offline} example.org:80" in ended["child"]
    assert ended["loopback"] == "fine\n"


def test_nothing_is_written_beside_the_masters(ended: dict[str, str]) -> None:
    assert "Lessons leave nothing behind, but this one tried to write" in ended["file"]
    assert "Lessons leave nothing behind, but this one tried to write" in ended["folder"]
    assert ended["elsewhere"] == "fine\n"


def test_a_check_that_does_not_say_right_fails_the_master(outcomes: dict[str, Outcome]) -> None:
    silent = outcomes["05_silent"]
    assert (silent.verdict, silent.right, silent.exercises, silent.wrong) == ("check failed", 0, 1, ("add",))
    assert silent.tail == ("add: its check cell shows no verdict; it should read `name = check(name)`.",)


def test_gentutors_own_checks_and_claims_are_counted(tmp_path: Path) -> None:
    cells = [
        code("import torch\nfrom gentutor.exercises import check, claim"),
        code("def kl_divergence(mu, logvar):\n    return mu", nbgrader=marks("kl_divergence", solution=True)),
        code("kl_divergence = check(kl_divergence)", nbgrader=marks("check_kl_divergence", grade=True, points=3)),
        code("claim('Two is two', 2 == 2)"),
    ]
    (outcome,) = execute([read_lesson(write_master(tmp_path, *cells))], limit=200)
    assert (outcome.verdict, outcome.claims, outcome.wrong) == ("check failed", 1, ("kl_divergence",))
    assert outcome.tail[0].startswith("kl_divergence: differs. ")


def test_the_report_is_plain_and_complete(outcomes: dict[str, Outcome]) -> None:
    made = report(list(outcomes.values()), "quick", {}, 1.0)
    assert made["passed"] is False
    assert [lesson["lesson"] for lesson in made["lessons"]] == sorted(outcomes)


def test_a_hung_lesson_is_ended_with_all_it_started(tmp_path: Path) -> None:
    marker = f"hung-{os.getpid()}-{time.time_ns()}"
    path = write_master(tmp_path, code(HANGING.replace("MARKER", marker)) | {"id": "endless"}, name="01_hangs")
    seen: list[psutil.Process] = []

    def look(jobs: list[Job]) -> None:
        if not seen and processes_with(marker):  # the cell runs: from now on the limit is near
            seen.extend(processes_with(marker))
            jobs[0].limit = jobs[0].seconds + 1

    (outcome,) = execute([read_lesson(path)], limit=200, on_progress=look)
    assert (outcome.verdict, outcome.cell) == ("timed out", "endless")
    assert "It was still running after its limit" in outcome.tail[0]
    assert seen, "the lesson's own process never ran"
    assert [process for process in seen if process.is_running()] == []


def test_an_interrupted_command_ends_every_child(tmp_path: Path) -> None:
    marker = f"gone-{os.getpid()}-{time.time_ns()}"
    write_master(tmp_path, code(HANGING.replace("MARKER", marker)), name="01_hangs")
    command = subprocess.Popen(
        [sys.executable, "-m", "gentutor", "run"],
        env=os.environ | {"GENTUTOR_NOTEBOOKS": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 100
        while not processes_with(marker) and time.monotonic() < deadline:
            time.sleep(0.2)
        family = [*psutil.Process(command.pid).children(recursive=True), *processes_with(marker)]
        assert len(family) >= 3
        command.send_signal(signal.SIGINT)
        said, _ = command.communicate(timeout=300)
    finally:
        command.kill()
    assert command.returncode == 130
    assert "Interrupted" in said
    assert "Traceback" not in said
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_a_setting_and_a_profile_reach_the_lesson_and_the_notebook_is_kept(tmp_path: Path) -> None:
    cells = [code("beta = 1.0", tags=["parameters"]), code("print(profile, beta, width)")]
    path = write_master(tmp_path / "masters", *cells, name="04_vaes")
    out = tmp_path / "out"
    (outcome,) = execute([read_lesson(path)], "quick", settings={"beta": "4"}, out=out)
    assert outcome.verdict == "passed"
    last = read_notebook(out / "04_vaes.ipynb")["cells"][-1]
    assert cell_source(last) == "print(profile, beta, width)"
    width = read_lesson(path).knobs.values_for("quick")["width"]
    assert "".join(last["outputs"][0]["text"]) == f"quick 4.0 {width}\n"
    assert [path.name for path in (tmp_path / "masters").iterdir()] == ["04_vaes.ipynb"]


def test_settings_are_refused_before_anything_starts(tmp_path: Path) -> None:
    lesson = read_lesson(write_master(tmp_path, name="04_vaes"))
    with pytest.raises(KnobError, match="None of these lessons has a knob 'speed'"):
        execute([lesson], settings={"speed": "1"})
    with pytest.raises(KnobError, match="beta = 900 is outside its range"):
        execute([lesson], settings={"beta": "900"})


def test_the_first_line_of_a_cell_is_the_first_that_says_something() -> None:
    assert first_line("# why\n\n%%time\nx = 1") == "x = 1"
    assert first_line("# only this") == "# only this"
    assert first_line("") == ""
