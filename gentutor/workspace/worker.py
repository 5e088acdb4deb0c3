"""The process that executes one lesson: ``python -m gentutor.workspace.worker SPECIFICATION``.

It writes one JSON line per event into a file that `gentutor.workspace.execute` reads: each cell that begins, and how it
all ended. When its standard input closes, because the command that started it is gone, it ends itself and its kernel.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from nbclient.exceptions import DeadKernelError
from papermill import execute_notebook
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_N_LAST_LINES = 12

Report = Callable[..., None]


def main(specification: dict[str, Any]) -> None:
    """Execute one notebook as the specification says, and report events to its file."""
    events = Path(specification["events"])

    def report(event: str, **details: Any) -> None:
        with events.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, **details}) + "\n")

    threading.Thread(target=_end_with_parent, daemon=True).start()
    papermill_engines.register("gentutor", _engine(report))
    try:
        execute_notebook(
            specification["notebook"],
            specification["output"],
            parameters=specification["parameters"],
            engine_name="gentutor",
            kernel_name="python3",
            language="python",
            cwd=specification["cwd"],
            progress_bar=False,
            start_timeout=120,
            # With widget state in the file nbconvert shows live views, which need a network, in place of the pictures.
            store_widget_state=False,
        )
    except PapermillExecutionError as error:
        report("end", verdict="cell failed", lines=_last_lines(error))
    except DeadKernelError:
        report("end", verdict="kernel died", lines=["The kernel's process ended by itself."])
    else:
        report("end", verdict="passed", lines=[])


def _end_with_parent() -> None:
    """Wait until standard input closes; then end the kernel and this process."""
    while os.read(0, 1024):
        pass
    for child in psutil.Process().children(recursive=True):
        child.kill()
    os._exit(1)


def _engine(report: Report) -> type[NBClientEngine]:
    """Papermill's engine, which tells of each code cell before it runs."""

    class ReportingEngine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
            begin = nb_man.cell_start
            n_cells = len(nb_man.nb.cells)

            def cell_start(cell: Any, cell_index: int | None = None, **more: Any) -> Any:
                if cell.cell_type == "code":
                    place = (cell_index or 0) + 1
                    report("cell", id=cell.get("id", ""), line=first_line(cell.source), index=place, of=n_cells)
                return begin(cell, cell_index, **more)

            nb_man.cell_start = cell_start
            return super().execute_managed_notebook(nb_man, kernel_name, **options)

    return ReportingEngine


def first_line(source: str) -> str:
    """The first line of a cell that says something."""
    lines = [line.strip() for line in source.splitlines()]
    return next((line for line in lines if line and not line.startswith(("#", "%%"))), lines[0] if lines else "")


def _last_lines(error: PapermillExecutionError) -> list[str]:
    """The end of a cell's traceback, without colours."""
    text = "\n".join(error.traceback) or f"{error.ename}: {error.evalue}"
    return _COLOURS.sub("", text).splitlines()[-_N_LAST_LINES:]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
