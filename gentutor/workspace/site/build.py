"""Builds the site: lessons executed, sources written, Sphinx run over them, slides and handouts beside them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gentutor.errors import SetupError
from gentutor.workspace.files import make_folder
from gentutor.workspace.lessons import Lesson
from gentutor.workspace.outcome import Outcome
from gentutor.workspace.site.executed import executed
from gentutor.workspace.site.libraries import require
from gentutor.workspace.site.slides import build_slides
from gentutor.workspace.site.sources import site_folder, write_sources

_NEEDED = ("sphinx", "myst_nb", "pydata_sphinx_theme", "numpydoc", "latex2mathml")


def build_site(
    lessons: Sequence[Lesson],
    folder: Path,
    *,
    work: Path,
    solutions: bool = False,
    jobs: int = 1,
    only: tuple[str, ...] = (),
    on_begin: Callable[[list[Lesson]], None] | None = None,
    on_end: Callable[[Outcome], None] | None = None,
) -> Path:
    """Build the site of `lessons` in `folder`.

    Parameters
    ----------
    lessons : sequence of Lesson
        What the site holds.
    folder : pathlib.Path
        Where the pages go.
    work : pathlib.Path
        Folder that keeps executed notebooks and Sphinx's memory, so that a second build is quick.
    solutions : bool
        Whether the pages hold the answers.
    jobs : int
        Lessons and pages made at a time.
    only : tuple of str
        Rooms of the reference; all where none is named.
    on_begin, on_end : callable, optional
        As for `executed`.

    Returns
    -------
    pathlib.Path
        The front page.

    Raises
    ------
    SetupError
        When a library or the repository is missing, or Sphinx fails.
    LessonError
        When a lesson does not run through.
    """
    require(_NEEDED, "The site")
    settings = site_folder()
    notebooks = executed(lessons, work / "executed", jobs=jobs, on_begin=on_begin, on_end=on_end)
    kind = "teacher" if solutions else "class"
    sources = work / f"sources-{kind}"
    write_sources(sources, lessons, notebooks, solutions=solutions, only=only)
    make_folder(folder)
    _forget(folder, sources)
    warnings = work / "warnings.txt"
    # All pages are written anew, from what Sphinx has kept: each lists its neighbours, which may have changed.
    command = [
        sys.executable, "-m", "sphinx", "-b", "html", "-c", str(settings), "-d", str(work / f"memory-{kind}"),
        "-a", "-j", str(jobs), "-q", "-w", str(warnings), str(sources), str(folder),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()] or ["it said nothing"]
        told = [line for line in lines if re.match(r"[\w.]*Error:", line)] or lines
        raise SetupError(f"Sphinx could not build the site: {told[-1]}. All that it said stands in {warnings}.")
    build_slides(lessons, folder / "slides", work=work, solutions=solutions, jobs=jobs)
    return folder / "index.html"


def _forget(folder: Path, sources: Path) -> None:
    """Delete pages of an earlier build whose source is gone, such as those of a lesson that has another name now."""
    for part in ("lessons", "reference", "teacher"):
        for page in (folder / part).glob("*.html"):
            if not list((sources / part).glob(f"{page.stem}.*")):
                page.unlink()
