"""One widget per run of a cell: what an earlier run of the same cell has made is closed.

A notebook forgets a widget when its cell is run again; the kernel would keep it, with its handlers, for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class _Run:
    message: str  # id of the request that made the kernel run the cell
    closers: list[Callable[[], None]] = field(default_factory=list)


_runs: dict[str, _Run] = {}  # by cell id, as the notebook gives it with every request


def _present_cell() -> tuple[str, str] | None:
    """The ids of the cell and of the request that run now; None outside a notebook."""
    try:
        from IPython.core.getipython import get_ipython

        shell: Any = get_ipython()
        request = shell.kernel.get_parent("shell")
        return request["metadata"]["cellId"], request["header"]["msg_id"]
    except (ImportError, AttributeError, KeyError, TypeError):
        return None


def close_whole(widget: Any) -> None:
    """Close a widget with its children, style and layout, which are widgets of their own in kernel and page."""
    for part in (*getattr(widget, "children", ()), getattr(widget, "style", None), getattr(widget, "layout", None)):
        if part is not None:
            close_whole(part)
    widget.close()


def replace_in_cell(close: Callable[[], None]) -> None:
    """Close what earlier runs of this cell have registered here, then register `close` for the next run.

    Widgets made by the same run stay: a cell may show two. Outside a notebook nothing happens.
    """
    cell = _present_cell()
    if cell is None:
        return
    cell_id, message = cell
    run = _runs.get(cell_id)
    if run is None or run.message != message:
        for old in run.closers if run else ():
            old()
        run = _runs[cell_id] = _Run(message)
    run.closers.append(close)
