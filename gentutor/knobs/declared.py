"""Finds the declared knobs of a lesson: ``gentutor/knobs/<subject>.py`` holds ``KNOBS`` for ``NN_subject``."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from gentutor.errors import KnobError
from gentutor.knobs.knob import KnobSet

_MACHINERY = {"knob", "declared", "common"}


def lessons_with_knobs() -> list[str]:
    """The subjects that declare knobs, such as ``["vaes"]``, in alphabetical order."""
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(module.name for module in found if module.name not in _MACHINERY)


def lesson_knobs(lesson: str) -> KnobSet:
    """The knobs of a lesson, named in full (``"04_vaes"``) or by subject (``"vaes"``).

    Raises
    ------
    KnobError
        When no knobs are declared for that lesson.
    """
    subject = lesson.split("_", 1)[1] if lesson[:2].isdigit() and "_" in lesson else lesson
    if subject not in lessons_with_knobs():
        raise KnobError(f"No knobs are declared for {lesson!r}; there are: {', '.join(lessons_with_knobs())}.")
    knobs: KnobSet = importlib.import_module(f"gentutor.knobs.{subject}").KNOBS
    return knobs
