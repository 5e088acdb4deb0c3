"""The translator's command: bring catalogues up to date and say what is missing."""

from __future__ import annotations

from typing import Annotated

import typer

from gentutor.cli.root import app


@app.command()
def translate(
    language: Annotated[str, typer.Argument(metavar="LANGUAGE", help="Such as de.")],
    lessons: Annotated[list[str] | None, typer.Argument(metavar="[LESSON]...", help="Those begun already.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say what is missing or stale; change no file.")] = False,
) -> None:
    """Bring the PO files of a language up to date with the lessons, and say what is left to translate."""
    from gentutor.language.catalogue import COMMON
    from gentutor.workspace.lessons import lesson_path
    from gentutor.workspace.translation import gaps, require_code, translated_lessons, update

    require_code(language)
    names = [lesson_path(name).stem for name in lessons] if lessons else translated_lessons(language)
    left = []
    for name in (COMMON, *names):
        if not check:
            typer.echo(f"{update(name, language)} is up to date.")
        left += gaps(name, language)
    for gap in left:
        typer.echo(gap.sentence)
    n = len(left)
    typer.echo(f"{n} sentence{'' if n == 1 else 's'} to translate." if left else "Everything is translated.")
    if left:
        raise typer.Exit(1)
