"""Two students at once on a JupyterHub here, started from docs/examples/jupyterhub_config.py.

Everybody may log in, and users are folders, not accounts of this machine; the hub's own walls between users are tried
all the same.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.anywhere.conftest import WELCOME, move, show_first_panel
from tests.browser.lab import Lab, LabServer, free_port

pytestmark = pytest.mark.timeout(300)
ROOT = Path(__file__).resolve().parents[2]
STUDENTS = ("ada", "bela")
HERE = """
import os
load_subconfig({example!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]
c.Spawner.environment = {{"PYTHONPATH": os.environ.get("PYTHONPATH", "")}}
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
"""


@contextmanager
def hub(folder: Path) -> Iterator[str]:
    """A JupyterHub on free ports with everything below `folder`; its address."""
    port = free_port()
    config = folder / "config.py"
    example = str(ROOT / "docs" / "examples" / "jupyterhub_config.py")
    config.write_text(
        HERE.format(example=example, port=port, hub=free_port(), api=free_port(), homes=str(folder / "homes"))
    )
    log = folder / "hub.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "--config", str(config)],
            cwd=folder, stdout=sink, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 90
        while "JupyterHub is now running" not in log.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterHub did not start. Its log ends:\n{log.read_text()[-3000:]}")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        for survivor in family:
            with suppress(psutil.NoSuchProcess):
                survivor.kill()
        process.kill()
        process.wait(10)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="module")
def students(browser: Any, place: Path) -> Iterator[dict[str, Lab]]:
    """Both students' pages, logged in at the same time, each in a browser of their own."""
    with hub(place) as address:
        contexts = [browser.new_context(viewport={"width": 1280, "height": 900}) for _ in STUDENTS]
        try:
            yield {
                name: log_in(context.new_page(), address, name, place / "homes" / name / "gentutor-workspace")
                for name, context in zip(STUDENTS, contexts, strict=True)
            }
        finally:
            for context in contexts:
                context.close()


def log_in(page: Any, address: str, name: str, workspace: Path) -> Lab:
    lab = Lab(LabServer(workspace, f"{address}/user/{name}", token=""), page)
    page.goto(f"{address}/hub/login?next=/hub/spawn")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("any")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/user/{name}/lab**")
    return lab


def test_two_students_learn_at_once_and_apart(students: dict[str, Lab], place: Path) -> None:
    panels = {}
    for name, lab in students.items():
        lab.open(f"{WELCOME}.ipynb")
        panels[name] = show_first_panel(lab, (lab.server.root / f"{WELCOME}.ipynb").read_text(encoding="utf-8"))
    ada, bela = students["ada"], students["bela"]

    untouched = bela.pixels(bela.canvas(panels["bela"]))
    move(ada, panels["ada"], 0.9)
    assert (bela.pixels(bela.canvas(panels["bela"])) == untouched).all()
    move(bela, panels["bela"], 0.6)

    # Each kernel knows and keeps its own student's work only.
    for number, lab in enumerate(students.values()):
        lab.ask(f"exec({record(number)!r})")
        assert lab.ask("__import__('os').getcwd()").strip("'") == str(lab.server.root)
    for number, lab in enumerate(students.values()):
        lines = (lab.server.root / ".gentutor" / "progress.jsonl").read_text().splitlines()
        kept = [json.loads(line) for line in lines if line]
        assert [entry["number"] for entry in kept if entry["kind"] == "hint"] == [number]


def record(number: int) -> str:
    return (
        "from gentutor.exercises import progress; "
        f"progress.record('hint', '00_welcome', exercise='pace', number={number})"
    )


def test_nobody_reads_a_neighbours_workspace(students: dict[str, Lab]) -> None:
    for mine, other in (STUDENTS, STUDENTS[::-1]):
        page, address = students[mine].page, students[mine].server.url.removesuffix(f"/user/{mine}")
        seen = {name: page.request.get(f"{address}/user/{name}/api/contents", max_redirects=0) for name in STUDENTS}
        assert seen[mine].status == 200
        assert f"{WELCOME}.ipynb" in {entry["name"] for entry in seen[mine].json()["content"]}
        assert seen[other].status in (302, 403)
        assert WELCOME not in seen[other].text()
