"""The teacher's command for handing lessons out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gentutor.cli.root import app


@app.command()
def release(
    out: Annotated[Path, typer.Option(file_okay=False, help="The course folder, in nbgrader's layout.")],
    lessons: Annotated[list[str] | None, typer.Argument(metavar="[LESSON]...", help="Names of lessons.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Release every lesson.")] = False,
    language: Annotated[str, typer.Option(help="That of the students' copies, such as de.")] = "en",
) -> None:
    """Write the teacher's copy and the student's copy of lessons into a course folder, as nbgrader lays it out."""
    from gentutor.grading.release import release as write_release
    from gentutor.workspace.lessons import find_lesson, find_lessons
    from gentutor.workspace.translation import require_language

    if bool(lessons) == all_:
        raise typer.BadParameter("Name the lessons to release, or give --all for every lesson; not both.")
    chosen = find_lessons() if all_ else [find_lesson(name) for name in dict.fromkeys(lessons or [])]
    for released in write_release(chosen, out, require_language(language)):
        typer.echo(released.sentence)
    names = ", ".join(lesson.name for lesson in chosen)
    typer.echo(f"Hand out what is in {out / 'release'}. `gentutor grade` takes what comes back ({names}).")
