"""The pages of the reference: one for each room of the package, with its modules and their docstrings."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
_INSIDE = ("grading.inside", "workspace.walls", "server.jupyter_server_config", "__main__")


def rooms() -> list[str]:
    """The packages and modules that stand directly in gentutor, in alphabetical order."""
    found = [path.parent.name for path in PACKAGE.glob("[a-z]*/__init__.py")]
    return sorted([*found, *(path.stem for path in PACKAGE.glob("[a-z]*.py"))])


def reference_pages(only: tuple[str, ...] = ()) -> dict[str, str]:
    """The reference as reStructuredText, by file name; ``index.rst`` lists the rooms.

    Parameters
    ----------
    only : tuple of str
        Rooms to write; all where none is named.
    """
    chosen = [room for room in rooms() if not only or room in only]
    pages = {f"{room}.rst": _page(room) for room in chosen}
    listing = "\n".join(f"   {room}" for room in chosen)
    lines = "\n".join(f":doc:`gentutor.{room} <{room}>`\n   {_first_line(room)}\n" for room in chosen)
    pages["index.rst"] = (
        f"{_heading('Reference', '=')}\nEvery public object of the package, from its docstring. "
        f"A floor of the house imports only from the floors below it.\n\n{lines}\n"
        f".. toctree::\n   :hidden:\n\n{listing}\n"
    )
    return pages


def _page(room: str) -> str:
    parts = [_heading(f"gentutor.{room}", "=")]
    for module in _modules(room):
        name = f"gentutor.{module}"
        if module != room:
            parts.append(_heading(name, "-"))
        parts.append(f".. automodule:: {name}\n   :members:\n")
    return "\n".join(parts)


def _modules(room: str) -> list[str]:
    """A room's modules by their dotted names below gentutor, the package itself first."""
    folder = PACKAGE / room
    if not folder.is_dir():
        return [room]
    names = set()
    for path in folder.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        names.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return sorted(name for name in names if not name.startswith(_INSIDE) and "._" not in name)


def _first_line(room: str) -> str:
    path = PACKAGE / room / "__init__.py"
    source = (path if path.exists() else PACKAGE / f"{room}.py").read_text(encoding="utf-8")
    return " ".join((ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0].split())


def _heading(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}\n"
