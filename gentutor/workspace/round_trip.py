"""The whole way of a slider's message, for real: Chromium, JupyterLab, a widget, the kernel, and back."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from gentutor.errors import SetupError
from gentutor.workspace.browser import find_chromium
from gentutor.workspace.canonical import canonical, to_json
from gentutor.workspace.files import write_text
from gentutor.workspace.lab import free_port, server_command, server_environment

_N_TRIPS = 40
_PATIENCE_S = 90
_CELL = f'''import anywidget

PAGE = """
export default {{ render({{ model, el }}) {{
  const times = []; let sent = 0;
  const send = () => {{ sent = performance.now(); model.send({{}}); }};
  model.on("msg:custom", () => {{
    times.push(performance.now() - sent);
    if (times.length < {_N_TRIPS}) {{ setTimeout(send, 20); return; }}
    el.className = "gt-echo"; el.textContent = "trips " + JSON.stringify(times);
  }});
  send();
}} }};
"""

class Echo(anywidget.AnyWidget):
    _esm = PAGE

echo = Echo()
echo.on_msg(lambda widget, content, buffers: widget.send({{}}))
echo'''

_KERNEL_IS_IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"


def round_trips() -> list[float]:
    """Milliseconds of some messages from a page to the kernel and back, in the order in which they were sent.

    Raises
    ------
    SetupError
        When Playwright or a Chromium is missing, or the page does not answer in time.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise SetupError("Driving a browser needs Playwright: pip install playwright.") from None
    chromium = find_chromium()
    if chromium is None:
        raise SetupError(
            "There is no Chromium on this machine. Debian and Ubuntu: apt-get install chromium; "
            "others: python -m playwright install --with-deps chromium."
        )
    with tempfile.TemporaryDirectory(prefix="gentutor-doctor-") as folder, sync_playwright() as playwright:
        notebook = {"cells": [{"cell_type": "code", "metadata": {}, "source": _CELL}]}
        write_text(Path(folder) / "01_echo.ipynb", to_json(canonical(notebook)))
        token, port = secrets.token_hex(16), free_port(None)
        options = [f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True", "--log-level=ERROR"]
        command = server_command(Path(folder), port, browser=False, extra=options)
        server = subprocess.Popen(
            command, env=server_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/api?token={token}", server)
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}/lab/tree/01_echo.ipynb?token={token}")
            page.wait_for_function(_KERNEL_IS_IDLE, timeout=_PATIENCE_S * 1000)
            page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
            shown = page.wait_for_selector(".gt-echo", timeout=_PATIENCE_S * 1000)
            text = (shown.text_content() if shown else "") or ""
            browser.close()
        except Error as error:
            raise SetupError(f"The browser round trip failed: {error.message.splitlines()[0]}") from error
        finally:
            _end(server)
    found = re.search(r"trips (\[.*\])", text)
    if found is None:
        raise SetupError(f"The browser round trip failed: the page showed {text!r}.")
    times: list[float] = json.loads(found[1])
    return times


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SetupError("JupyterLab did not start; `gentutor lab --no-browser` shows what it says.")


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels."""
    if server.poll() is None:
        for child in psutil.Process(server.pid).children(recursive=True):
            child.kill()
    server.kill()
    server.wait()
