"""The code that a jailed child may read: copies of the few modules that it needs, and of nothing else of gentutor."""

from __future__ import annotations

import shutil
from pathlib import Path

import gentutor

# The package's own __init__ modules would import everything; in the library they are empty.
_OBSERVING = ("observing", "values", "deadline", "explaining")


def make_library(folder: Path) -> Path:
    """Copy the modules that run inside the wall into `folder`, as a package ``gentutor`` that holds only them.

    Parameters
    ----------
    folder : pathlib.Path
        An empty folder.

    Returns
    -------
    pathlib.Path
        The folder, to be put first on a Python path.
    """
    package = Path(gentutor.__file__).parent
    target = folder / "gentutor"
    for room in ("exercises", "grading", "grading/inside"):
        (target / room).mkdir(parents=True, exist_ok=True)
        (target / room / "__init__.py").touch()
    (target / "__init__.py").touch()
    for name in _OBSERVING:
        shutil.copyfile(package / "exercises" / f"{name}.py", target / "exercises" / f"{name}.py")
    for path in sorted((package / "grading" / "inside").glob("*.py")):
        shutil.copyfile(path, target / "grading" / "inside" / path.name)
    return folder
