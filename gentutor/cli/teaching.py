"""The teacher's command for a class: grade what was handed in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gentutor.cli.root import app

if TYPE_CHECKING:
    from rich.console import Console

    from gentutor.grading.records import Result

_N_MISCONCEPTIONS = 5


@app.command()
def grade(  # noqa: PLR0917  (the options of a command)
    submissions: Annotated[Path, typer.Argument(help="Folder or zip with what was handed in.")],
    lesson: Annotated[str, typer.Option(help="The lesson's name.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for marks, feedback and report.")],
    jobs: Annotated[int | None, typer.Option(min=1, help="Submissions at a time; else one for each core.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run stopped.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Grade this student, anew; may be repeated.")] = None,
    allow: Annotated[list[str] | None, typer.Option(help="Name of a file that may lie beside the notebook.")] = None,
    checks: Annotated[Path | None, typer.Option(dir_okay=False, help="Your own checks, a Python file.")] = None,
    show_inputs: Annotated[bool, typer.Option("--show-inputs", help="Show failed inputs to students.")] = False,
    memory: Annotated[int, typer.Option(min=100, help="MB of memory for one submission.")] = 1000,
    trust: Annotated[bool, typer.Option("--trust", help="Grade even where there is no wall.")] = False,
    wall: Annotated[str | None, typer.Option(help="bubblewrap, namespaces or none; else the best.")] = None,
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="Spread over this Dask cluster.")] = "",
) -> None:
    """Grade a class behind a wall: marks, a feedback page for each student, a report of what was misunderstood."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from gentutor.grading.grade import Options, grade
    from gentutor.grading.inside.confinement import Limits

    options = Options(
        jobs=jobs, resume=resume, only=tuple(only or ()), allowed=tuple(allow or ()), checks=checks,
        show_inputs=show_inputs, trust=trust, wall=wall, scheduler=scheduler, limits=Limits(memory_mb=memory),
    )  # fmt: skip
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("Starting", total=None)

        def start(n_waiting: int, n_earlier: int) -> None:
            progress.update(bar, description="Grading", total=n_waiting)
            if n_earlier:
                console.print(f"{n_earlier} were graded by an earlier run and stand as they are.")

        def stored(result: Result) -> None:
            progress.advance(bar)

        results = grade(submissions, lesson, out, options, on_start=start, on_result=stored)
    _summarise(console, results, out)
    if any(result.kind == "fault" for result in results):
        raise typer.Exit(1)


def _summarise(console: Console, results: list[Result], out: Path) -> None:
    """Say in a few lines how it went and where everything is."""
    kinds = Counter(result.kind for result in results)
    graded = [result for result in results if result.kind == "graded"]
    walls = ", ".join(sorted({result.wall for result in results if result.wall})) or "no"
    console.print(f"{len(graded)} graded behind the wall: {walls}.", highlight=False)
    if graded:
        mean = sum(result.points for result in graded) / len(graded)
        console.print(f"Mean {mean:.1f} of {graded[0].of:g} points.", highlight=False)
    found = Counter(
        f"{verdict.exercise}: {verdict.misconception}"
        for result in graded
        for verdict in result.verdicts
        if verdict.misconception
    )
    for misconception, n in found.most_common(_N_MISCONCEPTIONS):
        console.print(f"  {n:4d} × {misconception}", highlight=False, markup=False)
    for result in results:
        if result.kind != "graded":
            line = f"{result.kind}: {result.student} ({result.source}): {result.message}"
            console.print(line, style="bold red", highlight=False, markup=False, soft_wrap=True)
    n_waiting = sum(result.waiting > 0 for result in results)
    if n_waiting:
        console.print(f"{n_waiting} wait for marks by hand: see {out / 'written.csv'}.", markup=False, highlight=False)
    if kinds["fault"]:
        console.print(f"{kinds['fault']} have no mark because the grader failed: run again with --resume.")
    console.print(f"Report: {out / 'report.html'}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"Marks: {out / 'grades.csv'}; one page for each student in {out / 'feedback'}.", markup=False)
