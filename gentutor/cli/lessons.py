"""Commands for working with lessons: open them, execute them, list them, bring them into form."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from gentutor import __version__
from gentutor.cli.root import app
from gentutor.errors import KnobError
from gentutor.language import SOURCE, VARIABLE

Names = Annotated[list[str] | None, typer.Argument(metavar="[LESSON]...", help="All lessons where none is named.")]


@app.command()
def lab(
    jupyter_arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[-- JUPYTER_ARGUMENT...]", help="Passed on to JupyterLab.")
    ] = None,
    workspace: Annotated[
        Path, typer.Option(file_okay=False, help="Folder of your copies of the lessons.")
    ] = Path("gentutor-workspace"),
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Where JupyterLab listens.")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")] = True,
    language: Annotated[str, typer.Option(help="Such as de; your workspace remembers it.")] = "",
) -> None:
    """Make or update your workspace, and open JupyterLab on it. Your own work is never overwritten."""
    from gentutor.language import remembered
    from gentutor.workspace.lab import free_port, serve, server_command
    from gentutor.workspace.student_folder import make_workspace
    from gentutor.workspace.translation import require_language

    chosen = require_language(language) if language else remembered(workspace)
    free = free_port(port)
    for arrival in make_workspace(workspace, chosen=chosen):
        if arrival.sentence:
            typer.echo(arrival.sentence)
    typer.echo(f"Your workspace: {workspace.resolve()}")
    typer.echo(f"JupyterLab starts at http://localhost:{free}; Ctrl-C twice ends it.")
    raise typer.Exit(serve(server_command(workspace, free, browser=browser, extra=jupyter_arguments or ())))


@app.command()
def doctor(
    browser: Annotated[bool, typer.Option("--browser", help="Also measure a widget's round trip in Chromium.")] = False,
) -> None:
    """Say what this machine can do, and what to do about what is missing."""
    from rich.console import Console
    from rich.markup import escape

    from gentutor.workspace.doctor import BROKEN, GOOD, examine

    console = Console()
    broken = 0
    for finding in examine(browser=browser):
        broken += finding.state == BROKEN
        mark = {GOOD: "[green]✓[/]", BROKEN: "[bold red]✗[/]"}.get(finding.state, "[yellow]![/]")
        console.print(f"{mark} [bold]{finding.about}[/]: {escape(finding.text)}", highlight=False, soft_wrap=True)
        if finding.remedy:
            console.print(f"    {finding.remedy}", highlight=False, markup=False, soft_wrap=True)
    if broken:
        console.print(f"\n{broken} thing{'s' if broken > 1 else ''} must be mended before the lessons can run.")
        raise typer.Exit(1)
    console.print("\nThe lessons can run here.")


@app.command()
def run(  # noqa: PLR0917  (the options of a command)
    lessons: Names = None,
    profile: Annotated[str, typer.Option(help="quick (tests) or full (class).")] = "quick",
    jobs: Annotated[int, typer.Option(min=1, help="Lessons at a time.")] = 1,
    report: Annotated[Path | None, typer.Option(dir_okay=False, help="Write the outcome to this JSON file.")] = None,
    out: Annotated[Path | None, typer.Option(file_okay=False, help="Keep the executed notebooks here.")] = None,
    limit: Annotated[float | None, typer.Option(min=1, help="Seconds after which a lesson is ended.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KNOB=VALUE", help="Set a knob.")] = None,
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="Spread over this Dask cluster.")] = "",
    language: Annotated[str, typer.Option(help="Such as de.")] = "en",
) -> None:
    """Execute master lessons from top to bottom, offline, and say whether they hold what they promise."""
    import json
    import os
    import tempfile

    from rich.console import Console

    from gentutor.workspace.execute import execute
    from gentutor.workspace.execute_on_cluster import execute_on_cluster
    from gentutor.workspace.files import write_text
    from gentutor.workspace.lessons import find_lesson, find_lessons
    from gentutor.workspace.outcome import report as report_of
    from gentutor.workspace.show import Progress, outcome_table, print_failure
    from gentutor.workspace.translation import require_language, translated_masters

    if profile not in ("quick", "full"):
        raise KnobError(f"The profile must be 'quick' or 'full'; got {profile!r}.")
    chosen = [find_lesson(name) for name in dict.fromkeys(lessons)] if lessons else find_lessons()
    settings = _settings(set_ or [])
    console = Console()
    progress = Progress(console, len(chosen))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that being ended also ends the children
    started = time.monotonic()
    try:
        with progress.screen(), tempfile.TemporaryDirectory() as folder:
            if require_language(language) != SOURCE:
                chosen = translated_masters(chosen, language, Path(folder))
                os.environ[VARIABLE] = language  # for the kernels
            if scheduler:
                outcomes = execute_on_cluster(
                    chosen, scheduler, profile, settings=settings, out=out, limit=limit, on_end=progress.ended
                )
            else:
                outcomes = execute(
                    chosen, profile, jobs=jobs, settings=settings, out=out, limit=limit,
                    on_progress=progress.update, on_end=progress.ended,
                )  # fmt: skip
    except KeyboardInterrupt:
        console.print("Interrupted; every lesson that ran was ended.", style="bold red")
        raise typer.Exit(130) from None
    console.print(outcome_table(outcomes, profile))
    if report:
        seconds = time.monotonic() - started
        write_text(report, json.dumps(report_of(outcomes, profile, dict(settings), seconds), indent=1) + "\n")
    for outcome in outcomes:
        if not outcome.passed:
            print_failure(console, outcome)
    if not all(outcome.passed for outcome in outcomes):
        raise typer.Exit(1)


def _settings(assignments: list[str]) -> dict[str, str]:
    """Split ``knob=value`` as typed."""
    settings = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise KnobError(f"--set takes knob=value, such as --set beta=4; got {text!r}.")
        settings[name.strip()] = value.strip()
    return settings


@app.command()
def lessons() -> None:
    """List the lessons: minutes, exercises, and what each promises."""
    from rich.console import Console
    from rich.table import Table

    from gentutor.workspace.lessons import find_lessons

    table = Table(show_lines=True)
    for column in ("lesson", "minutes", "exercises", "points", "promise"):
        table.add_column(column, justify="left" if column in ("lesson", "promise") else "right")
    for lesson in find_lessons():
        n_exercises = str(len(lesson.exercises))
        promise = f"{lesson.title}\n{lesson.promise}"
        table.add_row(lesson.name, str(lesson.minutes), n_exercises, f"{lesson.points:g}", promise)
    Console().print(table)


@app.command()
def knobs(
    lesson: Annotated[str | None, typer.Argument(help="All lessons where none is named.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown, for docs/knobs.md.")] = False,
) -> None:
    """List the knobs: usual value, range, and what a student sees when it goes up."""
    from rich.console import Console
    from rich.table import Table

    from gentutor.knobs import lesson_knobs, lessons_with_knobs
    from gentutor.workspace.lessons import lesson_path

    if lesson and lesson not in lessons_with_knobs():
        lesson = lesson_path(lesson).stem
    for subject in [lesson] if lesson else lessons_with_knobs():
        declared = lesson_knobs(subject)
        if markdown:
            typer.echo(f"## {subject}\n\n{declared.markdown_table()}")
            continue
        table = Table(title=subject, show_lines=True)
        for column in ("knob", "usual", "range", "what it is", "when it goes up"):
            table.add_column(column)
        for knob in declared.values():
            table.add_row(knob.name, f"{knob.default:g}", knob.range_text, knob.help, knob.effect)
        Console().print(table)


@app.command("format")
def format_(
    lessons: Names = None,
    check: Annotated[bool, typer.Option("--check", help="Only list what is not in canonical form.")] = False,
) -> None:
    """Bring master notebooks into canonical form: no outputs, ids that are words, parameters from the knobs."""
    from gentutor.workspace.canonical import format_file, offences
    from gentutor.workspace.lessons import lesson_path, lesson_paths

    paths = [lesson_path(name) for name in lessons] if lessons else lesson_paths()
    n_offending = 0
    for path in paths:
        if check:
            found = offences(path)
            n_offending += bool(found)
            for offence in found:
                typer.echo(f"{path.name}: {offence}")
        else:
            typer.echo(f"{path.name}: {'written' if format_file(path) else 'is in canonical form'}")
    if n_offending:
        typer.echo(f"{n_offending} of {len(paths)} notebooks are not in canonical form; `gentutor format` mends that.")
        raise typer.Exit(1)


@app.command()
def student(
    lesson: Annotated[str, typer.Argument(help="The lesson's name.")],
    out: Annotated[Path, typer.Option(help="File of the student copy; - prints it.")],
    language: Annotated[str, typer.Option(help="Such as de.")] = "en",
) -> None:
    """Write the student copy of one lesson: the master without its solutions."""
    from gentutor.workspace.files import write_text
    from gentutor.workspace.lessons import find_lesson
    from gentutor.workspace.student import student_copy
    from gentutor.workspace.translation import require_language

    text = student_copy(find_lesson(lesson), require_language(language))
    if str(out) == "-":
        typer.echo(text, nl=False)
    else:
        write_text(out, text)
        typer.echo(f"Written: {out}")


@app.command()
def version() -> None:
    """Print gentutor's version."""
    typer.echo(__version__)
