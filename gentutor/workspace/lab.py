"""`gentutor lab`: a workspace of student copies, and a JupyterLab that is set up for a lesson and nothing else.

The folder ``jupyter/`` beside this file holds the settings of this one server: nbgrader's buttons for teachers and
JupyterLab's question about news are switched off; a reader's own settings and other servers stay as they are.
"""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from gentutor.errors import SetupError
from gentutor.server.nodelay import OPTION
from gentutor.server.threads import patient_threads
from gentutor.workspace.lessons import lesson_paths
from gentutor.workspace.student_folder import touched_copies

SETTINGS = Path(__file__).parent / "jupyter"
FIRST_PORT = 8888
_N_PORTS = 20


def free_port(asked: int | None) -> int:
    """The port for JupyterLab: the one that was asked for, else the first free one from 8888 on.

    Raises
    ------
    SetupError
        When the asked port, or each of those tried, cannot be used; the message says what to do.
    """
    if asked is not None:
        problem = _port_problem(asked)
        if problem:
            raise SetupError(
                f"Port {asked} cannot be used: {problem}. Choose another one with --port, or leave the option out "
                "and a free one is found."
            )
        return asked
    for port in range(FIRST_PORT, FIRST_PORT + _N_PORTS):
        if not _port_problem(port):
            return port
    raise SetupError(
        f"The ports {FIRST_PORT} to {FIRST_PORT + _N_PORTS - 1} are all taken: close some of the JupyterLabs that run "
        "(`jupyter server list` names them), or choose a port with --port."
    )


def _port_problem(port: int) -> str:
    """Why this machine's own `port` cannot be listened on; empty when it can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # as the server does; on Windows the option would let two listen
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "another program uses it, perhaps a JupyterLab that still runs (see `jupyter server list`)"
            if error.errno == errno.EACCES:
                return "the system keeps ports below 1024 to itself"
            return error.strerror or str(error)
    return ""


def first_page(workspace: Path) -> str:
    """What JupyterLab opens: the notebook worked on last, else the first lesson, else the list of files."""
    copies = lesson_paths(workspace)
    worked_on = touched_copies(workspace)
    if worked_on:
        return _page_of(max(worked_on, key=lambda path: path.stat().st_mtime))
    return _page_of(copies[0]) if copies else "/lab"


def _page_of(notebook: Path) -> str:
    return "/lab/tree/" + quote(notebook.name)


def server_command(workspace: Path, port: int, *, browser: bool = True, extra: Sequence[str] = ()) -> list[str]:
    """The command that serves `workspace`; `extra` goes to JupyterLab as it is, and comes last so that it wins."""
    command = [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={workspace.resolve()}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--LabApp.default_url={first_page(workspace)}",
        OPTION,
    ]  # fmt: skip
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in containers the only user is root, and JupyterLab would refuse
    return [*command, *extra]


def server_environment() -> dict[str, str]:
    """The server's environment: gentutor's settings, and the kernel of this very Python."""
    before = os.environ.get("JUPYTER_CONFIG_PATH")
    return (
        dict(os.environ)
        | patient_threads()
        | {
            "JUPYTER_CONFIG_PATH": os.pathsep.join([str(SETTINGS), *([before] if before else [])]),
            "JUPYTER_PREFER_ENV_PATH": "1",  # no kernel called python3 from the user's home
            # So that `gentutor share` is found in JupyterLab's terminal and behind `!` in a cell.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        }
    )


def serve(command: Sequence[str]) -> int:
    """Run JupyterLab until it ends; its exit code. Where it can, it takes this process's place, and so gets Ctrl-C."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], list(command), server_environment())
    try:
        return subprocess.run(command, env=server_environment(), check=False).returncode
    except KeyboardInterrupt:
        return 0
