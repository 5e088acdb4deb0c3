"""Commands for who writes exercises: list them, and measure whether their checks can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gentutor.cli.root import app

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from gentutor.exercises.audit import Audit
    from gentutor.exercises.contract import Contract

Lessons = Annotated[list[str] | None, typer.Argument(metavar="[LESSON]...", help="All lessons where none is named.")]

exercises_app = typer.Typer(help="List the exercises, and measure their checks.", no_args_is_help=True)
app.add_typer(exercises_app, name="exercises")


def _chosen(lessons: list[str] | None) -> list[Contract]:
    """Return the contracts of the lessons; a lesson may be named in any form that `lesson_path` takes."""
    from gentutor.exercises.registry import exercises
    from gentutor.workspace.lessons import lesson_path

    names = [lesson_path(name).stem for name in dict.fromkeys(lessons)] if lessons else [None]
    return [contract for name in names for contract in exercises(name)]


@exercises_app.command("list")
def list_(lessons: Lessons = None) -> None:
    """List the exercises: points, checks, and how many wrong and right answers are planted."""
    from rich.console import Console
    from rich.table import Table

    from gentutor.exercises.contract import Choice, Exercise

    table = Table()
    for column in ("lesson", "exercise", "form", "points", "checks", "wrong", "right"):
        words = column in ("lesson", "exercise", "form")
        table.add_column(column, justify="left" if words else "right", no_wrap=words)
    for contract in _chosen(lessons):
        if isinstance(contract, Exercise):
            form, n_checks = "function", str(len(contract.checks))
            n_wrong, n_right = str(len(contract.misconceptions)), str(1 + len(contract.alternatives))
        elif isinstance(contract, Choice):
            form, n_checks, n_wrong, n_right = "letter", "1", str(len(contract.options) - 1), "1"
        else:
            form, n_checks, n_wrong, n_right = "in words", "by hand", "", ""
        table.add_row(contract.lesson, contract.name, form, f"{contract.points:g}", n_checks, n_wrong, n_right)
    Console().print(table)


@exercises_app.command("audit")
def audit_(
    lessons: Lessons = None,
    seeds: Annotated[int, typer.Option(min=1, help="Inputs that every answer is judged on.")] = 200,
    report: Annotated[Path | None, typer.Option(dir_okay=False, help="Write the counts to this JSON file.")] = None,
) -> None:
    """Judge every planted wrong answer and every right one over many seeds, and count wrong verdicts."""
    import json
    import time

    from rich.console import Console

    from gentutor.exercises.audit import audit
    from gentutor.workspace.files import write_text

    console = Console()
    audits, started = [], time.monotonic()
    for contract in _chosen(lessons):
        with console.status(f"{contract.name}: {seeds} seeds"):
            audits.append(audit(contract, range(seeds)))
        _print(console, audits[-1])
    clean = all(result.clean for result in audits)
    if report:
        content = {"seeds": seeds, "clean": clean, "exercises": [result.to_json() for result in audits]}
        write_text(report, json.dumps(content, indent=1) + "\n")
    n_wrong, n_right = sum(a.wrong_tries for a in audits), sum(a.right_tries for a in audits)
    console.print(
        f"{len(audits)} exercises in {time.monotonic() - started:.0f} s: "
        f"{_rate(sum(a.false_passes for a in audits), n_wrong)} wrong answers passed, "
        f"{_rate(sum(a.false_fails for a in audits), n_right)} right answers failed.",
        highlight=False,
    )
    if not clean:
        raise typer.Exit(1)


def _print(console: Console, result: Audit) -> None:
    """Print what the audit of one exercise counted."""
    passed, failed = _rate(result.false_passes, result.wrong_tries), _rate(result.false_fails, result.right_tries)
    console.print(f"\n[bold]{result.exercise}[/]: false passes {passed}, false fails {failed}", highlight=False)
    if result.recognised_as:
        console.print(_table(result))
    for name, message in result.messages.items():
        console.print(f"  {name}: {message}", style="dim", markup=False, highlight=False, soft_wrap=True)


def _table(result: Audit) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table()
    table.add_column("wrong answer")
    table.add_column("most marks", justify="right")
    table.add_column("recognised", justify="right", no_wrap=True)
    table.add_column("else taken for")
    for name, names in result.recognised_as.items():
        others = ", ".join(f"{n} × {other or 'a general diagnosis'}" for other, n in names.items() if other != name)
        share, known = f"{result.most_marks[name]:.0%}", f"{names[name]} of {names.total()}"
        style = "bold red" if others else ""
        table.add_row(escape(name), share, known, escape(others), style=style)
    return table


def _rate(n: int, of: int) -> str:
    return f"{n} of {of}{f' ({n / of:.2%})' if of else ''}"
