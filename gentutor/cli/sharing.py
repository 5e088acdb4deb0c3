"""Sharing how the lessons went: the student's `share`, and the teacher's `class`, which needs no server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gentutor.cli.root import app


@app.command()
def share(
    workspace: Annotated[Path, typer.Option(file_okay=False, help="Folder of your lessons.")] = Path(),
    lesson: Annotated[str, typer.Option(help="Share this lesson only.")] = "",
    name: Annotated[str, typer.Option(help="Put your name in; without it you stay anonymous.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Agree without being asked.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take your consent back and delete the file.")] = False,
) -> None:
    """Share with your teacher how the lessons went, if you want to: you see all of it first, without your name."""
    from gentutor.workspace.lessons import lesson_path
    from gentutor.workspace.sharing import WHAT, WHAT_NOT, prepare, workspace_of
    from gentutor.workspace.sharing import share as write_share
    from gentutor.workspace.sharing import withdraw as take_back

    folder = workspace_of(workspace)
    if withdraw:
        pseudonym = take_back(folder)
        typer.echo("Your consent is withdrawn. The file to hand in is deleted, and nothing is shared any more.")
        if pseudonym:
            typer.echo(f"What you have handed in already is with your teacher: ask to delete {pseudonym}.")
        return
    shared = prepare(folder, name, lesson_path(lesson).stem if lesson else "")
    typer.echo(f"{WHAT}\n{WHAT_NOT}\n\nThis is the whole file, letter by letter:\n")
    typer.echo(shared.to_text())
    nameless = f"You appear as {shared.pseudonym}, drawn by chance."
    who = f"It bears your name, {shared.name}." if shared.name else nameless
    typer.echo(f"{who} Your teacher sees the class as a whole; no number stands for fewer than five students.")
    typer.echo("It is yours to decide, gives no marks, and can be taken back: gentutor share --withdraw")
    if not yes and not typer.confirm("\nWrite this file, to be handed in?", default=False):
        typer.echo("Nothing was written, nothing is shared.")
        return
    path = write_share(folder, shared)
    typer.echo(f"Written: {path}\nHand it in beside your notebook, or as your teacher asked. Nothing was sent.")


@app.command("class")
def class_(
    folder: Annotated[Path, typer.Argument(help="Folder or zip with what students shared and handed in.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the page and the tables.")],
) -> None:
    """Sum up what students shared: what was misunderstood, how far the class came, how well it predicts."""
    import tempfile

    from gentutor.grading.class_page import FILE, write_class
    from gentutor.grading.class_sharing import view
    from gentutor.grading.class_tables import EXERCISES, PREDICTIONS, write_tables
    from gentutor.grading.shared_files import gather
    from gentutor.workspace.steps import all_steps

    steps = all_steps()
    with tempfile.TemporaryDirectory(prefix="gentutor-class-") as scratch:
        gathered = gather(folder, steps, Path(scratch))
    lessons = view(gathered.students, steps)
    write_class(out, gathered, lessons)
    write_tables(out, lessons)
    for name, reason in gathered.troubles:
        typer.echo(f"Left out: {name}: {reason}.")
    n = len(gathered.students)
    typer.echo(f"{n} student{'' if n == 1 else 's'} shared {len(lessons)} lesson{'' if len(lessons) == 1 else 's'}.")
    typer.echo(f"Page: {out / FILE}\nTables: {out / EXERCISES} and {out / PREDICTIONS}")
