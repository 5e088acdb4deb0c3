"""Slides of each lesson, made from its own cells by one rule, and the page that lists them with the handouts.

The rule: a Markdown cell that opens with a heading begins a slide to the right, every other cell a slide below it, but
code that follows a short text stands with it. Cells that only import or set parameters, and checks, are skipped.
Nothing about slides stands in the lessons.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gentutor.errors import SetupError
from gentutor.workspace.files import cell_tags, make_folder, write_text
from gentutor.workspace.lessons import Lesson
from gentutor.workspace.outcome import Outcome
from gentutor.workspace.site.executed import executed
from gentutor.workspace.site.formulas import to_html
from gentutor.workspace.site.handout import handout
from gentutor.workspace.site.libraries import require
from gentutor.workspace.site.readings import as_node, is_check, reading
from gentutor.workspace.site.sources import site_folder

_SHORT = 70  # words that leave room for a piece of code and a figure below them
_IMPORT = re.compile(r"(?:import|from) |#|$|[\s)]")


def slide_type(cell: dict[str, Any], before: dict[str, Any] | None = None) -> str:
    """Where a cell stands in the slides: ``"slide"``, ``"subslide"``, ``"-"`` (with `before`) or ``"skip"``.

    Parameters
    ----------
    cell : dict
        A cell of a lesson.
    before : dict, optional
        The last cell before it that is not skipped.

    Examples
    --------
    >>> slide_type({"cell_type": "markdown", "source": "## What to minimise", "metadata": {}})
    'slide'
    >>> slide_type({"cell_type": "code", "source": "import torch", "outputs": [], "metadata": {}})
    'skip'
    """
    source = cell["source"].strip()
    if cell["cell_type"] == "markdown":
        return "slide" if source.startswith(("# ", "## ")) else "subslide" if source else "skip"
    plumbing = not cell["outputs"] and all(_IMPORT.match(line) for line in source.split("\n"))
    if plumbing or is_check(cell) or "parameters" in cell_tags(cell):
        return "skip"
    joined = before is not None and before["cell_type"] == "markdown" and len(before["source"].split()) <= _SHORT
    return "-" if joined else "subslide"


def slides(lesson: Lesson, notebook: dict[str, Any]) -> str:
    """The slides of a lesson as a page, which needs reveal.js in the folder ``reveal`` beside it.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    notebook : dict
        Its executed cells, as `reading` returns them.
    """
    import nbconvert

    copy = as_node(notebook)
    before = None
    for cell in copy.cells:
        kind = slide_type(cell, before)
        cell.metadata["slideshow"] = {"slide_type": kind}
        before = before if kind == "skip" else cell
    copy.metadata["title"] = f"{lesson.number:02d} · {lesson.title}"
    make: Any = nbconvert.SlidesExporter
    exporter = make(
        template_name="slides_gentutor",
        extra_template_basedirs=[str(site_folder() / "templates")],
        reveal_url_prefix="reveal",
        reveal_theme="white",
    )
    exporter.register_filter("markdown2html", to_html)
    return str(exporter.from_notebook_node(copy)[0])


def build_slides(
    lessons: Sequence[Lesson],
    folder: Path,
    *,
    work: Path,
    solutions: bool = False,
    jobs: int = 1,
    on_begin: Callable[[list[Lesson]], None] | None = None,
    on_end: Callable[[Outcome], None] | None = None,
) -> Path:
    """Write slides and a handout of each lesson into `folder`, with all that they need.

    Parameters
    ----------
    lessons : sequence of Lesson
        What to make them of.
    folder : pathlib.Path
        Where the pages go.
    work : pathlib.Path
        Folder that keeps executed notebooks.
    solutions : bool
        Whether exercises show their answers on the slides; handouts never do.
    jobs : int
        Lessons executed at a time.
    on_begin, on_end : callable, optional
        As for `executed`.

    Returns
    -------
    pathlib.Path
        The page that lists them.

    Raises
    ------
    SetupError
        When a library or the repository is missing.
    LessonError
        When a lesson does not run through.
    """
    require(("nbconvert", "sphinx_revealjs", "latex2mathml"), "Making slides")
    notebooks = executed(lessons, work / "executed", jobs=jobs, on_begin=on_begin, on_end=on_end)
    make_folder(folder)
    _copy_reveal(folder / "reveal")
    for name in ("slides.css", "slides.js", "handout.css"):
        shutil.copyfile(site_folder() / "templates" / name, folder / name)
    items = []
    for lesson in lessons:
        shown = reading(lesson, notebooks[lesson.name], solutions=solutions)
        write_text(folder / f"{lesson.name}.html", slides(lesson, shown))
        open_ = reading(lesson, notebooks[lesson.name])
        write_text(folder / f"{lesson.name}_handout.html", handout(lesson, open_))
        title = escape(f"{lesson.number:02d} · {lesson.title}")
        items.append(
            f'<li>{title}: <a href="{lesson.name}.html" aria-label="Slides of {title}">slides</a>, '
            f'<a href="{lesson.name}_handout.html" aria-label="Handout of {title}">handout</a></li>'
        )
    front = folder / "index.html"
    write_text(front, _FRONT.replace("ITEMS", "\n".join(items)))
    return front


_FRONT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slides and handouts</title><link rel="stylesheet" href="handout.css"></head>
<body><main><h1>Slides and handouts</h1>
<p>On a slide: arrow keys or space go on, Esc shows all, S opens the speaker's view, ? lists the keys.
Handouts are made to be printed.</p>
<ul>
ITEMS
</ul></main></body></html>
"""


def _copy_reveal(folder: Path) -> None:
    """Copy reveal.js from the package that brings it."""
    found = find_spec("sphinx_revealjs")
    places = list(Path(found.origin).parent.rglob("revealjs/dist/reveal.js")) if found and found.origin else []
    if not places:
        raise SetupError("sphinx-revealjs holds no reveal.js; install the version that pyproject.toml names.")
    source = places[0].parents[1]
    for part in ("dist", "plugin/notes"):
        shutil.copytree(source / part, folder / part, dirs_exist_ok=True)
    shutil.copyfile(source / "LICENSE", folder / "LICENSE")
