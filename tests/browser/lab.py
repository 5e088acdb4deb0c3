"""JupyterLab in a real Chromium, driven from Python: for the browser tests and the latency benchmarks.

    with lab_server(folder) as server, chromium() as browser, open_lab(server, browser) as lab:
        lab.open(lab.write("first.ipynb", ["from gentutor.widgets import panel", "panel(...)"]))
        lab.run_all()
        lab.drag("beta", 0.2, 0.8)
        assert lab.pixels(lab.canvas())...

Everything that is started is ended with its context: the server and its kernels, the browser and its pages.
"""

from __future__ import annotations

import base64
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import psutil
from PIL import Image

from gentutor.server.nodelay import CONFIG_FILE
from gentutor.server.threads import patient_threads
from gentutor.workspace.browser import find_chromium
from gentutor.workspace.lab import SETTINGS

CHROMIUM_MISSING = (
    "No Chromium was found, so the browser tests could not run and the test run does not count as passed. "
    "Install it (Debian and Ubuntu: sudo apt-get install chromium; others: https://www.chromium.org), then run again."
)
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_NOT_NEEDED = (  # server extensions that take seconds to load and play no part here
    "jupyter_lsp", "jupyter_server_terminals", "notebook", "nbgrader.server_extensions.formgrader",
    "nbgrader.server_extensions.validate_assignment", "nbgrader.server_extensions.assignment_list",
    "nbgrader.server_extensions.course_list",
)  # fmt: skip
_START_SECONDS = 90  # a cold disk on a busy machine
# Each layout shift inside the notebook, those after a key or a click included (which the usual score leaves out).
_WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const moved = entry.sources.map(({node}) => node?.closest ? node : node?.parentElement).filter(Boolean);
    if (moved.some((node) => node.closest(".jp-Notebook"))) {
      window.shifts.push({at: entry.startTime, value: entry.value, what: moved.map((node) => node.className)});
    }
  }
}).observe({type: "layout-shift", buffered: true});
"""
_NOTEBOOK = "window.jupyterapp.shell.currentWidget"
_KERNEL = f"{_NOTEBOOK}.sessionContext.session.kernel"
_IDLE = f"() => {_KERNEL.replace('.', '?.')}?.status === 'idle'"


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium, as a Playwright browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class LabServer:
    """A running JupyterLab server: its folder of notebooks and its address; `door` leads to a notebook's page."""

    root: Path
    url: str
    token: str
    door: str = "lab/tree"

    def request(self, method: str, path: str) -> bytes:
        """Ask the server's REST interface."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            body: bytes = answer.read()
        return body


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def lab_server(
    folder: Path,
    *,
    options: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    prompt: bool = True,
    notebook: bool = False,
) -> Iterator[LabServer]:
    """JupyterLab on a free port, with its settings, runtime files and notebooks under `folder`.

    Parameters
    ----------
    folder : path
        An empty folder; notebooks live in ``folder/notebooks``.
    options : tuple of str
        More command-line options.
    environment : dict, optional
        More environment variables, for the server and its kernels.
    prompt : bool
        Whether to use gentutor's server configuration (TCP_NODELAY).
    notebook : bool
        Notebook 7 in place of JupyterLab.
    """
    root = folder / "notebooks"
    root.mkdir(parents=True)
    port, token = free_port(), secrets.token_hex(16)
    places = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython",
    }  # fmt: skip
    settings = {name: str(folder / place) for name, place in places.items()}
    if not notebook:
        settings["JUPYTER_CONFIG_PATH"] = str(SETTINGS)  # what `gentutor lab` changes in JupyterLab
    unneeded = ", ".join(f"'{name}': False" for name in _NOT_NEEDED if not (notebook and name == "notebook"))
    module, app, door = (
        ("notebook", "JupyterNotebookApp", "notebooks") if notebook else ("jupyterlab", "LabApp", LabServer.door)
    )
    command = [
        sys.executable, "-m", module, "--no-browser", f"--ServerApp.root_dir={root}",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}",
        "--ServerApp.allow_root=True", f"--{app}.expose_app_in_browser=True",
        f"--ServerApp.jpserver_extensions={{{unneeded}}}", *([f"--config={CONFIG_FILE}"] if prompt else []), *options,
    ]  # fmt: skip
    # Asked whether it may fetch news, JupyterLab would cover a corner of the page with the question.
    _setting(folder / "settings", "@jupyterlab/apputils-extension/notification", fetchNews="false")
    log = folder / "server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command,
            stdout=sink,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **patient_threads(), **settings, **(environment or {})},
            start_new_session=True,
        )
    try:
        server = LabServer(root, f"http://127.0.0.1:{port}", token, door)
        _wait_for(server, process, log)
        yield server
    finally:
        _end(process)


def _setting(settings: Path, plugin: str, **values: Any) -> None:
    """Write a user setting of JupyterLab."""
    path = settings / f"{plugin}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


def _wait_for(server: LabServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        with suppress(urllib.error.URLError, OSError):
            server.request("GET", "/api/status")
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"JupyterLab did not start. Its log ends:\n{log.read_text()[-3000:]}")
        time.sleep(0.2)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server and every process it has started; kernels run in sessions of their own."""
    family = []
    with suppress(psutil.NoSuchProcess):
        family = [*psutil.Process(process.pid).children(recursive=True)]
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    for survivor in family:
        with suppress(psutil.NoSuchProcess):
            survivor.kill()
    if process.poll() is None:
        process.kill()
    process.wait(10)


@contextmanager
def open_lab(server: LabServer, browser: Any) -> Iterator[Lab]:
    """A fresh page in the browser; its kernels end with it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        lab = Lab(server, context.new_page())
        lab.page.add_init_script(_WATCH_SHIFTS)
        yield lab
    finally:
        context.close()
        for session in json.loads(server.request("GET", "/api/sessions")):
            with suppress(urllib.error.URLError):
                server.request("DELETE", f"/api/sessions/{session['id']}")


@dataclass
class Lab:
    """One JupyterLab page. Cells are counted from 0; a slider is named by its knob."""

    server: LabServer
    page: Any
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(1000 * _START_SECONDS)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.extend([said.text] if said.type == "error" else []))

    def write(self, name: str, cells: list[str]) -> str:
        """Write a notebook of code cells into the server's folder; return its name."""
        form: Any = nbformat
        notebook = form.v4.new_notebook(
            cells=[form.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        )
        form.write(notebook, self.server.root / name)
        return name

    def open(self, name: str) -> None:
        """Open a notebook of the server's folder and wait until its kernel is idle."""
        self.page.goto(f"{self.server.url}/{self.server.door}/{name}?token={self.server.token}&reset")
        self.page.wait_for_function(_IDLE, timeout=1000 * _START_SECONDS)
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()

    def run(self, n: int, wait: bool = True) -> None:
        """Run cell `n` as the notebook's own command does; `wait` until it has ended."""
        then = "return done;" if wait else "return null;"
        self.page.evaluate(
            f"async (n) => {{ {_NOTEBOOK}.content.activeCellIndex = n;"
            f"const done = window.jupyterapp.commands.execute('notebook:run-cell'); {then} }}",
            n,
        )

    def run_all(self) -> None:
        """Run all cells and wait until the last has ended."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.wait_idle()

    def wait_idle(self, seconds: float = 60) -> None:
        """Wait until the kernel is idle."""
        self.page.wait_for_function(_IDLE, timeout=1000 * seconds)

    def interrupt(self) -> None:
        """Press the stop button."""
        self.page.evaluate(f"() => {_KERNEL}.interrupt()")

    def ask(self, expression: str) -> str:
        """The repr of a Python expression in the notebook's kernel, without a cell."""
        answer = self.page.evaluate(
            f"async (code) => {{ const reply = await {_KERNEL}.requestExecute("
            "{code: '', silent: true, store_history: false, user_expressions: {it: code}}).done;"
            "return reply.content.user_expressions.it; }",
            expression,
        )
        if answer["status"] != "ok":
            raise RuntimeError(f"{expression}: {answer['ename']}: {answer['evalue']}")
        return str(answer["data"]["text/plain"])

    @property
    def n_cells(self) -> int:
        """Cells in the notebook."""
        return int(self.page.evaluate(f"() => {_NOTEBOOK}.content.widgets.length"))

    def cell(self, n: int) -> Any:
        """Locator of cell `n`. JupyterLab hides the insides of a cell that is off the screen: scroll to it first."""
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{n}"]')

    def output(self, n: int) -> Any:
        """Locator of the outputs of cell `n`."""
        return self.cell(n).locator(".jp-OutputArea-output")

    def panel(self, n: int | None = None) -> Any:
        """Locator of the panels of cell `n`, or of the whole notebook."""
        return (self.page.locator(".jp-Notebook") if n is None else self.cell(n)).locator(".gentutor")

    def slider(self, name: str, n: int | None = None) -> Any:
        """Locator of a slider by its accessible name, which is the knob's; cell `n` is scrolled to."""
        if n is not None:
            self.cell(n).scroll_into_view_if_needed()
        return self.panel(n).get_by_role("slider", name=name, exact=True)

    def canvas(self, n: int | None = None) -> Any:
        """Locator of the first picture."""
        return self.panel(n).locator("canvas").first

    def drag(
        self, name: str, start: float, end: float, *, moves: int = 12, pause_ms: float = 30, n: int | None = None
    ) -> None:
        """Drag a slider with the mouse from one part of its track to another, both in [0, 1]."""
        slider = self.slider(name, n)
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        middle = box["y"] + box["height"] / 2

        def across(part: float) -> float:
            # The middle of the thumb, 16 pixels wide, travels between the ends.
            return float(box["x"] + 8 + part * (box["width"] - 16))

        self.page.mouse.move(across(start), middle)
        self.page.mouse.down()
        for step in range(1, moves + 1):
            self.page.mouse.move(across(start + (end - start) * step / moves), middle)
            self.page.wait_for_timeout(pause_ms)
        self.page.mouse.up()

    def pixels(self, canvas: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """What a canvas shows, as uint8 (H, W, 4)."""
        url = canvas.evaluate("(canvas) => canvas.toDataURL('image/png')")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGBA"))

    def wait_until_changed(self, canvas: Any, before: np.ndarray[Any, Any], seconds: float = 20) -> Any:
        """Wait until a canvas shows something else than `before`; return its pixels."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            now = self.pixels(canvas)
            if now.shape != before.shape or (now != before).any():
                return now
            self.page.wait_for_timeout(50)
        raise AssertionError(f"The picture had not changed after {seconds} s.")

    def clock(self) -> float:
        """The page's time in milliseconds, for `layout_shift`."""
        return float(self.page.evaluate("() => performance.now()"))

    def layout_shift(self, since: float = 0.0) -> tuple[float, list[Any]]:
        """The sum of all layout shifts in the notebook since a time of `clock`, and what moved."""
        shifts = [s for s in self.page.evaluate("() => window.shifts") if s["at"] >= since]
        return sum(s["value"] for s in shifts), shifts
