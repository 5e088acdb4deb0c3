"""The command line: few short verbs, each of which also the Makefile, the tests or a teacher's script calls.

Every command imports what it needs when it runs, so that ``gentutor --help`` answers at once. An error of gentutor is
printed as its sentence, with exit code 1; ``--debug`` shows where it came from.
"""

from gentutor.cli import (  # noqa: F401  (importing a module adds its commands)
    exercises,
    lessons,
    publishing,
    releasing,
    sharing,
    teaching,
    translating,
    tuning,
)
from gentutor.cli.root import app, main

__all__ = ["app", "main"]
