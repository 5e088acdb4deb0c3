"""What `gentutor run` prints: a line that lives while lessons run, a table, and the last lines of what failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from gentutor.workspace.execute import Job
from gentutor.workspace.outcome import Outcome

_LINE_EVERY_S = 10.0


class Progress:
    """Shows the lessons that run: one living line each in a terminal, a line now and then in a log file.

    Parameters
    ----------
    console : rich.console.Console
        Where to print.
    n_lessons : int
        How many lessons there are in all.
    """

    def __init__(self, console: Console, n_lessons: int) -> None:
        self.console = console
        self.n_lessons = n_lessons
        self.n_done = 0
        self._last = time.monotonic()
        self._live = Live(console=console, transient=True, refresh_per_second=8) if console.is_terminal else None

    def screen(self) -> AbstractContextManager[object]:
        """The context in which the living line is drawn."""
        return self._live or nullcontext()

    def update(self, jobs: Sequence[Job]) -> None:
        """Draw the state of the running lessons."""
        if self._live:
            self._live.update(Text("\n".join(self._line(job) for job in jobs)))
        elif jobs and time.monotonic() - self._last > _LINE_EVERY_S:
            self._last = time.monotonic()
            for job in jobs:
                self.console.print(self._line(job), markup=False, highlight=False)

    def ended(self, outcome: Outcome) -> None:
        """Say that one lesson is done."""
        self.n_done += 1
        if self._live:
            self._live.update(Text(""))
        said = f"{self.n_done} of {self.n_lessons}: {outcome.lesson} {outcome.verdict} after {outcome.seconds:.1f} s"
        self.console.print(Text(said, style="" if outcome.passed else "bold red"))

    def _line(self, job: Job) -> str:
        where = f"cell {job.cell['index']} of {job.cell['of']} ({job.cell['id']})" if job.cell else "starting"
        return f"{job.lesson.name}: {where}, {job.seconds:.0f} s"


def outcome_table(outcomes: Sequence[Outcome], profile: str) -> Table:
    """All outcomes as a table."""
    table = Table(title=f"Lessons, {profile} profile")
    columns: list[tuple[str, Callable[[Outcome], str]]] = [
        ("seconds", lambda o: f"{o.seconds:.1f}"),
        ("claims asserted", lambda o: str(o.claims)),
        ("knobs", lambda o: str(o.knobs)),
        ("exercises right", lambda o: f"{o.right} of {o.exercises}"),
    ]
    table.add_column("lesson")
    for name, _ in columns:
        table.add_column(name, justify="right")
    table.add_column("verdict")
    for outcome in outcomes:
        style = "green" if outcome.passed else "bold red"
        cells = [value(outcome) for _, value in columns]
        table.add_row(outcome.lesson, *cells, f"[{style}]{outcome.verdict}[/]")
    return table


def print_failure(console: Console, outcome: Outcome) -> None:
    """Name the cell in which a lesson failed and show the last lines of its error."""
    where = f" in cell {outcome.cell!r} ({outcome.line})" if outcome.cell else ""
    console.print(f"\n[bold red]{outcome.lesson} {outcome.verdict}{escape(where)}[/]", highlight=False, soft_wrap=True)
    for line in outcome.tail:
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
