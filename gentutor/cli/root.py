"""The root of the command line: the app to which each command belongs, and how errors are shown."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gentutor.errors import GentutorError

app = typer.Typer(
    name="gentutor",
    help="Learn how generative AI is trained, by training it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_debug = False


def main() -> None:
    """Run the command line; the entry point of the installed command."""
    try:
        app()
    except GentutorError as error:
        if _debug:
            raise
        from rich.console import Console

        Console(stderr=True).print(str(error), style="bold red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


@app.callback()
def options(debug: Annotated[bool, typer.Option(help="Show the stack trace of an error.")] = False) -> None:
    """Learn how generative AI is trained, by training it."""
    global _debug  # noqa: PLW0603  (read by `main`, which has no other way to know)
    _debug = debug
