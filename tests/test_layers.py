"""The house: a floor imports only from the floors below it, and nothing heavy is imported by accident."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "gentutor"

# From the ground up. Rooms of one floor do not import each other, except where a pair is listed below.
FLOORS = [
    {"errors", "knobs", "language", "seeding"},
    {"datasets"},
    {"losses", "models", "samplers"},
    {"ethics", "metrics", "plots", "sound"},
    {"training", "tuning"},
    {"exercises"},
    {"server", "widgets"},
    {"grading", "workspace"},
    {"__main__", "cli"},
]
NEIGHBOURS = {
    ("knobs", "errors"),
    ("knobs", "language"),
    ("models", "losses"),
    ("models", "samplers"),
    ("losses", "samplers"),
    ("sound", "plots"),
    ("tuning", "training"),
    ("grading", "workspace"),
    ("__main__", "cli"),
}
ONLY_IN = {
    "ipywidgets": {"widgets"},
    "anywidget": {"widgets"},
    "nbgrader": {"workspace", "grading"},
    "papermill": {"workspace", "grading"},
    "nbformat": {"workspace", "grading"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(module: str) -> str:
    """``gentutor.widgets.panel`` stands in the room ``widgets``."""
    return module.split(".")[1] if "." in module else ""


def imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            if node.module == "gentutor":
                names += [f"gentutor.{alias.name}" for alias in node.names]
            else:
                names.append(node.module or "")
    return names


def floor(name: str) -> int:
    return next(level for level, rooms in enumerate(FLOORS) if name in rooms)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_floor_imports_only_from_the_floors_below(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for name in imports(path):
        if name.startswith("gentutor.") and name != "gentutor.__version__":
            other = room(name)
            allowed = other == own or floor(other) < floor(own) or (own, other) in NEIGHBOURS
            assert allowed, f"{path.relative_to(PACKAGE)} must not import {name}"
        top = name.split(".")[0]
        assert own in ONLY_IN.get(top, {own}), f"{path.relative_to(PACKAGE)} must not import {top}"


def test_every_room_has_a_floor():
    rooms = {p.name.removesuffix(".py") for p in PACKAGE.iterdir() if p.name not in ("__init__.py", "__pycache__")}
    known = set().union(*FLOORS)
    assert {r for r in rooms if not r.startswith((".", "_bundle", "py.typed"))} <= known


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_star_imports_and_a_docstring_in_every_module(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    stars = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]
    assert not stars
    assert ast.get_docstring(tree)


def modules_after(statement: str) -> set[str]:
    code = f"{statement}; import sys; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


HEAVY = {"torch", "torchvision", "matplotlib", "numpy", "ipywidgets", "IPython", "nbgrader", "papermill"}


def test_importing_gentutor_imports_nothing_heavy():
    assert not modules_after("import gentutor") & HEAVY


def test_declaring_knobs_needs_no_torch():
    assert not modules_after("import gentutor.knobs; gentutor.knobs.lesson_knobs('04_vaes')") & HEAVY


def test_bundled_data_load_without_torchvision():
    assert "torchvision" not in modules_after("import gentutor.datasets as d; d.load_fashion('test', n=10)")
