"""Commands that make pages of the lessons: the site, slides and handouts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gentutor.cli.root import app

if TYPE_CHECKING:
    from gentutor.workspace.lessons import Lesson
    from gentutor.workspace.outcome import Outcome

Names = Annotated[list[str] | None, typer.Argument(metavar="[LESSON]...", help="All lessons where none is named.")]
Work = Annotated[Path, typer.Option(file_okay=False, help="Keeps executed lessons, so that a second build is quick.")]
Jobs = Annotated[int, typer.Option(min=1, help="Lessons and pages made at a time.")]
Solutions = Annotated[bool, typer.Option("--solutions", help="With the answers: for yourself, not for the class.")]


@app.command()
def site(
    lessons: Names = None,
    out: Annotated[Path, typer.Option(file_okay=False, help="Where the pages go.")] = Path("build/site"),
    work: Work = Path("build/work"),
    solutions: Solutions = False,
    jobs: Jobs = 1,
) -> None:
    """Build the whole course as a site that works from a folder or a stick, without a network."""
    from gentutor.workspace.site.build import build_site

    started = time.monotonic()
    front = build_site(
        _chosen(lessons), out, work=work, solutions=solutions, jobs=jobs, on_begin=_begun, on_end=_ended
    )
    typer.echo(f"The site is built ({time.monotonic() - started:.0f} s). Open {front.resolve().as_uri()}")


@app.command()
def slides(
    lessons: Names = None,
    out: Annotated[Path, typer.Option(file_okay=False, help="Where the pages go.")] = Path("build/slides"),
    work: Work = Path("build/work"),
    solutions: Solutions = False,
    jobs: Jobs = 1,
) -> None:
    """Make slides and a printable handout of each lesson, for use without a network."""
    from gentutor.workspace.site.slides import build_slides

    started = time.monotonic()
    front = build_slides(
        _chosen(lessons), out, work=work, solutions=solutions, jobs=jobs, on_begin=_begun, on_end=_ended
    )
    typer.echo(f"Slides and handouts are made ({time.monotonic() - started:.0f} s). Open {front.resolve().as_uri()}")


def _chosen(names: list[str] | None) -> list[Lesson]:
    from gentutor.workspace.lessons import find_lesson, find_lessons

    return [find_lesson(name) for name in dict.fromkeys(names)] if names else find_lessons()


def _begun(lessons: list[Lesson]) -> None:
    if lessons:
        typer.echo(f"{len(lessons)} to execute first, some 30 s each: {', '.join(lesson.name for lesson in lessons)}")


def _ended(outcome: Outcome) -> None:
    typer.echo(f"{outcome.lesson}: {outcome.verdict} ({outcome.seconds:.0f} s)")
