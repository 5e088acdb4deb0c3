"""The pages that Sphinx makes the site of: front page with the map, lessons, guides, knobs, reference."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from gentutor.errors import SetupError
from gentutor.workspace.files import cell_source, make_folder, read_notebook, write_text
from gentutor.workspace.lessons import Lesson
from gentutor.workspace.site.readings import reading
from gentutor.workspace.site.reference import reference_pages

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "site"
"""Sphinx's settings and what is copied as it is."""

_NOT_A_PAGE = {"docs/log.md"}  # for contributors, who have the repository
_BEFORE = re.compile(r"\*\*Before this\*\* (.+?)(?: · |\n|$)")
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")
_ANSWERS = re.compile(r"^## Answers\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_LEFT_OUT = "## Answers\n\nThey stand in the repository, and in the site that `make site ARGS=--solutions` builds.\n\n"
_MADE = (
    "```{note}\nThis page shows one run in the quick profile{answers}. Sliders that need a running kernel show a still "
    "picture here; those that compute in the page move. `make lab` opens the lesson itself.\n```"
)


def site_folder() -> Path:
    """The folder of Sphinx's settings.

    Raises
    ------
    SetupError
        Where gentutor is installed without its repository.
    """
    if not (FOLDER / "conf.py").exists():
        raise SetupError(
            f"The site is built from gentutor's repository, but {FOLDER} is not there. "
            "Clone the repository and run `make site` in it."
        )
    return FOLDER


def write_sources(
    folder: Path,
    lessons: Sequence[Lesson],
    notebooks: Mapping[str, Path],
    *,
    solutions: bool = False,
    only: tuple[str, ...] = (),
) -> None:
    """Write what Sphinx reads into `folder`; a file that is as it should be is not touched, one too many is deleted.

    Parameters
    ----------
    folder : pathlib.Path
        Where the sources go; it belongs to this function alone.
    lessons : sequence of Lesson
        The lessons of the site.
    notebooks : mapping
        Lesson name to its executed notebook.
    solutions : bool
        Whether lessons keep their answers, and the teacher's pages theirs.
    only : tuple of str
        Rooms of the reference; all where none is named.
    """
    texts = {f"lessons/{lesson.name}.ipynb": _lesson(lesson, notebooks[lesson.name], solutions) for lesson in lessons}
    texts["lessons/index.md"] = _listing("Lessons", [lesson.name for lesson in lessons])
    texts |= {f"reference/{name}": text for name, text in reference_pages(only).items()}
    pages = _documents()
    known = {ROOT / "notebooks" / lesson.path.name: f"lessons/{lesson.name}.ipynb" for lesson in lessons} | pages
    for source, page in pages.items():
        text = source.read_text(encoding="utf-8")
        if "## Answers\n" in text and not solutions:
            text = _ANSWERS.sub(lambda _: _LEFT_OUT, text)
        texts[page] = _links(text, source, page, known)
    teacher = [Path(page).stem for page in pages.values() if page.startswith("teacher/")]
    texts["teacher/index.md"] = _listing("For teachers", sorted(teacher, key=lambda name: (name != "guide", name)))
    others = [page.removesuffix(".md") for page in pages.values() if "/" not in page]
    texts["index.md"] = _front(lessons, others)
    for name, text in texts.items():
        path = folder / name
        make_folder(path.parent)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_text(path, text)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.relative_to(folder).as_posix() not in texts:
            path.unlink()


def _lesson(lesson: Lesson, executed: Path, solutions: bool) -> str:
    notebook = reading(lesson, executed, solutions=solutions)
    answers = ", with its answers" if solutions else "; the answers are left out, though the run was made with them"
    note = {"cell_type": "markdown", "id": "how-made", "metadata": {}, "source": _MADE.replace("{answers}", answers)}
    notebook["cells"].insert(1, note)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _documents() -> dict[Path, str]:
    """The repository's documents that become pages: path to name in the site."""
    pages = {ROOT / "CONTRIBUTING.md": "contributing.md"}
    for path in sorted((ROOT / "docs").rglob("*.md")):
        name = path.relative_to(ROOT).as_posix()
        if name not in _NOT_A_PAGE:
            pages[path] = name.removeprefix("docs/")
    return pages


def _links(text: str, source: Path, page: str, known: Mapping[Path, str]) -> str:
    """Let links of a document lead to pages of the site; a link to what is no page becomes plain text."""

    def lead(found: re.Match[str]) -> str:
        goal = (source.parent / found[2]).resolve()
        if goal not in known:
            return found[1]
        up = "../" * page.count("/")
        return f"[{found[1]}]({up}{known[goal]}{found[3] or ''})"

    return _LINK.sub(lead, text)


def _listing(title: str, names: list[str]) -> str:
    lines = "\n".join(names)
    return f"# {title}\n\n```{{toctree}}\n:maxdepth: 1\n\n{lines}\n```\n"


def _front(lessons: Sequence[Lesson], others: list[str]) -> str:
    cards = "\n".join(map(_card, lessons))
    listed = "\n".join(["lessons/index", "teacher/index", *sorted(others), "reference/index"])
    return (
        "# gentutor\n\n**Learn how generative AI is trained, by training it.** Interactive lessons for an ordinary "
        "laptop: two cores, no graphics card, no network, real data inside. Move a slider on these pages and see what "
        "a model does; open the lessons with `make lab` to train your own.\n\n## The map of the lessons\n\n"
        f'<ol class="lesson-map">\n{cards}\n</ol>\n\n'
        f"```{{toctree}}\n:hidden:\n\n{listed}\n```\n"
    )


def _card(lesson: Lesson) -> str:
    head = cell_source(read_notebook(lesson.path)["cells"][0])
    before = _BEFORE.search(head)
    after = " · before this: " + escape(_LINK.sub(lambda found: found[1], before[1]).strip()) if before else ""
    promise = escape(" ".join(lesson.promise.split()))
    number, title = f"{lesson.number:02d}", escape(lesson.title)
    return (
        f'<li><a href="lessons/{lesson.name}.html"><span class="number">{number}</span> {title}</a>\n<p>{promise}</p>\n'
        f'<p class="facts">{lesson.minutes} minutes{after}</p>\n<p class="facts">'
        f'<a href="slides/{lesson.name}.html" aria-label="Slides of lesson {number}">slides</a> · '
        f'<a href="slides/{lesson.name}_handout.html" aria-label="Handout of lesson {number}">handout</a></p></li>'
    )
