"""The command for studies: many trainings here, in several processes, or on a Dask cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gentutor.cli.root import app
from gentutor.errors import TuningError

if TYPE_CHECKING:
    from gentutor.tuning import Study


@app.command()
def study(  # noqa: PLR0917  (the options of a command)
    objective: Annotated[str, typer.Argument(metavar="NAME", help="What is tuned: names, the network of lesson 08.")],
    trials: Annotated[int, typer.Option(min=1, help="Trials in all; those in the file count.")] = 27,
    budget: Annotated[int | None, typer.Option(help="Letters that each training may see.")] = None,
    sampler: Annotated[str, typer.Option(help="grid, random or tpe.")] = "tpe",
    pruner: Annotated[str, typer.Option(help="none, halving or hyperband.")] = "none",
    seed: Annotated[int, typer.Option(min=0, help="Start of all random streams.")] = 0,
    file: Annotated[Path | None, typer.Option(dir_okay=False, help="Where trials are kept; those in it count.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes on this computer; more than one need --file.")] = 1,
    scheduler: Annotated[str, typer.Option(metavar="ADDRESS", help="Train on this Dask cluster.")] = "",
) -> None:
    """Search for good settings. Ctrl-C ends it; with --file, the same command goes on from there."""
    from gentutor.tuning import Study, run_in_processes
    from gentutor.tuning.objectives import find_objective

    if workers > 1 and not (file or scheduler):
        raise TuningError("Several processes need a file to share: add --file NAME.")
    tuned, knobs = find_objective(objective, budget)
    made = Study(tuned, knobs, trials=trials, sampler=sampler, pruner=pruner, seed=seed, path=file)
    try:
        if scheduler:
            _on_cluster(made, scheduler)
        else:
            made = run_in_processes(made, workers)
    except KeyboardInterrupt:
        kept = f"They are kept in {file}; the same command goes on." if file else "Without --file they are lost."
        typer.echo(f"Interrupted after {made.n_made} of {made.trials} trials. {kept}")
        raise typer.Exit(130) from None
    _show(made)


def _on_cluster(made: Study, scheduler: str) -> None:
    from gentutor.tuning.dask_workers import run_on_dask
    from gentutor.workspace.cluster import connect

    client = connect(scheduler)
    try:
        run_on_dask(made, client)
    finally:
        client.close()


def _show(made: Study) -> None:
    """Print the best five trials, and what set them apart."""
    from rich.console import Console
    from rich.table import Table

    done = sorted(made.done, key=lambda one: one.reports[-1])
    stopped = sum(one.state == "stopped" for one in made.made)
    failed = sum(one.state == "failed" for one in made.made)
    title = f"Best of {made.n_made} trials ({stopped} stopped early, {failed} failed)"
    table = Table("trial", "loss", *made.knobs, "seconds", title=title)
    for one in done[:5]:
        values = (f"{one.values[name]:.3g}" for name in made.knobs)
        table.add_row(str(one.number), f"{one.reports[-1]:.4f}", *values, f"{one.seconds:.1f}")
    console = Console()
    console.print(table)
    shares = ", ".join(f"{name} {share:.0%}" for name, share in made.importance().items())
    if shares:
        console.print(f"What sets the best quarter apart: {shares}.", highlight=False)
    console.print("One seed each: train the leaders with other seeds before you believe their order.", highlight=False)
