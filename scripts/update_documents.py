"""Write what the documents quote from where it is declared: lesson table, knobs, tree, measured figures.

    python scripts/update_documents.py            # writes README.md and docs/knobs.md
    python scripts/update_documents.py --check    # only says what is out of date, and fails then

README.md keeps each quoted part between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from pathlib import Path

from gentutor.knobs import lesson_knobs
from gentutor.workspace.lessons import Lesson, find_lessons

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results.json"

# What a file is for is said by its own docstring; these have none.
PLAIN = {
    "README.md": "promise, the two commands, lessons, measured figures",
    "CONTRIBUTING.md": "how a lesson is added, on one page",
    "CHANGELOG.md": "what changed, in sentences",
    "LICENSE": "MIT",
    "Makefile": "lab, test, run, bench, format, lint: each sets up what it needs",
    "pyproject.toml": "the pip door: bounds, extras, tools",
    "environment.yml": "the conda door: the same bounds",
    "notebooks/": "the master lessons, in canonical form",
    "data/": "bundled data and small trained weights, each with a card",
    "bench/": "measured comparisons, never timed tests",
    "tests/": "mirrors gentutor/, plus lessons, knob effects, documents, a real browser",
    "docs/": "teacher's pages, knobs, log of what was tried and failed",
    "scripts/": "set-up, and how data, weights and documents were made",
}
TOP = (
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", "environment.yml",
    "notebooks/", "gentutor/", "data/", "tests/", "bench/", "docs/", "scripts/",
)  # fmt: skip


def docstring_line(path: Path) -> str:
    """Return the first sentence of a module's or package's docstring."""
    source = (path / "__init__.py" if path.is_dir() else path).read_text(encoding="utf-8")
    first = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")[0]
    return " ".join(first.split()).rstrip(".").replace("``", "").replace("`", "")


def tree() -> str:
    """Return the top level and the package's rooms, a line each."""
    lines = []
    for name in TOP:
        lines.append(f"{name:<20} {PLAIN[name] if name in PLAIN else docstring_line(ROOT / name)}")
        if name == "gentutor/":
            rooms = sorted((ROOT / name).iterdir(), key=lambda p: (p.is_file(), p.name))
            for room in rooms:
                if room.name.startswith(("_", ".")) or (room.is_file() and room.suffix != ".py"):
                    continue
                label = f"  {room.name}" + ("/" if room.is_dir() else "")
                lines.append(f"{label:<20} {docstring_line(room)}")
    return "```\n" + "\n".join(lines) + "\n```"


def lesson_row(lesson: Lesson) -> str:
    """Return a lesson's row of the table."""
    promise = " ".join(lesson.promise.split())
    return (
        f"| [{lesson.number:02d} · {lesson.title}](notebooks/{lesson.path.name}) | {lesson.minutes} | 2 | {promise} |"
    )


def lesson_table() -> str:
    """Return the lesson table."""
    head = "| lesson | minutes | cores | what you will see |\n|---|---|---|---|\n"
    return head + "\n".join(lesson_row(lesson) for lesson in find_lessons())


def cell(value: object, unit: str = "") -> str:
    """Return a table's cell, a dash where there is no value."""
    return "–" if value is None else f"{value}{unit}"


def measured() -> str:
    """Return the table of `make bench`, from its latest results."""
    if not RESULTS.exists():
        return "Nothing has been measured yet: run `make bench`."
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    machine = results["machine"]
    head = (
        f"By `make bench`, both sides in the same run, on {machine['cores']} cores of an {machine['processor']} with "
        f"{machine['memory_gb']:g} GB of memory and no graphics card, Python {machine['python']}, torch "
        f"{machine['torch'].split('+')[0]}. All notes stand in [bench/results.json](bench/results.json).\n\n"
        "| what | reference | ours | ratio | to reach |\n|---|---|---|---|---|\n"
    )
    return head + "\n".join(
        f"| {r['what']} | {cell(r['reference'])} | {cell(r['ours'])} | {cell(r['ratio'], 'x')} | {cell(r['reach'])} |"
        for r in results["rows"]
    )


def knobs_document() -> str:
    """Return docs/knobs.md."""
    parts = ["# Knobs\n\nWritten by `scripts/update_documents.py` from `gentutor/knobs/`; change them there.\n"]
    for lesson in find_lessons():
        parts.append(f"\n## {lesson.number:02d} {lesson.title}\n\n{lesson_knobs(lesson.name).markdown_table()}")
    return "".join(parts)


def documents() -> dict[Path, str]:
    """Return each document's path with the text it should have."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, make in (("lessons", lesson_table), ("measured", measured), ("tree", tree)):
        pattern = re.compile(rf"(<!-- begin {name} -->\n).*?(\n<!-- end {name} -->)", flags=re.DOTALL)
        text = make()
        readme, n = pattern.subn(lambda m, text=text: m[1] + text + m[2], readme)  # type: ignore[misc]
        if n != 1:
            sys.exit(f"README.md must hold the marks of {name!r} once; found {n}.")
    return {ROOT / "README.md": readme, ROOT / "docs" / "knobs.md": knobs_document()}


def main() -> None:
    """Write or check the documents."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is out of date")
    check = parser.parse_args().check
    wanted = documents()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if not check:
            path.write_text(wanted[path], encoding="utf-8")
        print(f"{path.relative_to(ROOT)} {'is out of date' if check else 'written'}")
    if check and stale:
        sys.exit("Run: python scripts/update_documents.py")


if __name__ == "__main__":
    main()
