"""Builds what a submission binds to an exercise's name, by running what that needs and nothing else."""

from __future__ import annotations

import builtins
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gentutor.exercises.deadline import DeadlineError, within
from gentutor.exercises.explaining import explain_exception
from gentutor.grading.inside.notebook import MAX_ANSWER, Cell
from gentutor.grading.inside.slicing import Pool, Slice, Statement, slice_for, statements_of
from gentutor.grading.inside.sources import Source

_ANSWERS = ("exercise", "choice")
_AT_LEAST_S = 0.05  # a statement gets that much even when nothing of the budget is left
_ODD = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})


@dataclass
class Built:
    """How far an answer could be built.

    Parameters
    ----------
    outcome : str
        ``"ready"``, ``"not attempted"``, ``"raised"`` or ``"timed out"``.
    value : object
        What the notebook binds to the name, when ready.
    trouble : str
        A sentence, when not.
    notes : list of str
        What else went wrong on the way.
    """

    outcome: str
    value: Any = None
    trouble: str = ""
    notes: list[str] = field(default_factory=list)


class Program:
    """The code of a submission, taken apart once for all its answers.

    Parameters
    ----------
    cells : sequence of Cell
        The notebook's cells.
    plan : dict
        What the release holds; see `gentutor.grading.records.Assignment`.
    """

    def __init__(self, cells: Sequence[Cell], plan: dict[str, Any]) -> None:
        given = [cell for cell in plan["cells"] if cell["role"] not in ("text", "written")]
        released = [Source(cell["source"], position, submitted=False) for position, cell in enumerate(given, start=1)]
        known = {cell["id"] for cell in given} | {cell["source"] for cell in given}
        self._submitted = [
            Source(cell.source, cell.position, own=cell.id not in known and cell.source not in known)
            for cell in cells
            if cell.kind == "code"
        ]
        answers = [source for source, cell in zip(released, given, strict=True) if cell["role"] in _ANSWERS]
        stubs = [statement.dump for statement in statements_of(answers) if statement.binds & set(plan["names"])]
        self._pool = Pool(statements_of(self._submitted), statements_of(released), frozenset(stubs))

    def build(self, name: str, ours: Mapping[str, str], *, seconds: float) -> Built:
        """Run what the answer called `name` needs and return what it is bound to.

        Parameters
        ----------
        name : str
            Name of the exercise.
        ours : mapping of str to str
            Cells that stand in for other exercises.
        seconds : float
            For all of it.
        """
        replacements = {
            other: [s for s in statements_of([Source(text, 0, submitted=False)]) if other in s.binds]
            for other, text in ours.items()
        }
        part = slice_for(name, self._pool, replacements)
        if part is None:
            return _no_attempt(name, self._submitted)
        if part.missing:
            _add_own(part, [statement for statement in self._pool.usable if statement.source.own])
        return _run(name, part, seconds)


def written_answer(cells: Sequence[Cell], plan: dict[str, Any], name: str) -> str:
    """Return the text that stands where a written answer belongs; empty when there is no such cell."""
    place = plan["names"].get(name, {}).get("cell")
    texts = [cell for cell in cells if cell.kind in ("markdown", "raw")]
    by_id = [cell for cell in texts if cell.id == place]
    by_name = [cell for cell in texts if cell.grade_id == name]
    found = (by_id or by_name)[:1]
    return found[0].source[:MAX_ANSWER] if found else ""


def _no_attempt(name: str, submitted: Sequence[Source]) -> Built:
    """Say that there is no attempt, unless a cell that seems to hold one cannot be read as Python."""
    pattern = re.compile(rf"^\s*(async\s+)?(def\s+{re.escape(name)}\b|{re.escape(name)}\s*=)", re.MULTILINE)
    for source in submitted:
        if source.tree is None and source.error is not None and pattern.search(source.text):
            return Built("raised", trouble=_syntax(source.error, source.text))
    return Built("not attempted")


def _syntax(error: SyntaxError, text: str) -> str:
    line = (text.splitlines() or [""])[min(max((error.lineno or 1) - 1, 0), len(text.splitlines() or [""]) - 1)]
    quoted = line.strip().replace("`", "'")
    advice = ""
    if line != line.translate(_ODD):
        advice = " It holds typographic quotes or spaces, as pasted from a web page: type them anew."
    return f"Your cell is no Python in line {error.lineno or 1}, `{quoted}`: {error.msg}.{advice}"


def _add_own(part: Slice, own: Sequence[Statement]) -> None:
    """Add the student's own cells as a whole: what is missing may come from one of them in a roundabout way."""
    added = {id(statement) for statement in part.needed}
    part.needed += [statement for statement in own if id(statement) not in added]
    part.needed.sort(key=lambda statement: statement.place)


def _run(name: str, part: Slice, seconds: float) -> Built:
    """Run the statements of a slice; those that fail once more at the end, when what they lacked may be there."""
    space: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    end = time.monotonic() + seconds
    failures: dict[int, BaseException] = {}
    for statement in part.needed:
        error = _execute(statement, space, max(_AT_LEAST_S, end - time.monotonic()))
        if error is not None:
            failures[id(statement)] = error
    for statement in [statement for statement in part.needed if id(statement) in failures]:
        error = _execute(statement, space, max(_AT_LEAST_S, end - time.monotonic()))
        if error is None:
            del failures[id(statement)]
    return _outcome(name, part, space, failures)


def _outcome(name: str, part: Slice, space: dict[str, Any], failures: dict[int, BaseException]) -> Built:
    notes = [
        f"Cell {s.source.position} stopped in line {s.node.lineno} with {type(failures[id(s)]).__name__}."
        for s in part.needed
        if id(s) in failures and s.source.submitted
    ]
    absent = next((s for s in part.needed if _lacks_gentutor(failures.get(id(s))) and not s.binds <= set(space)), None)
    if absent is not None:
        where = f"line {absent.node.lineno} of its cell"
        sentence = f"gentutor itself is not there when a lesson is graded ({where}): write it with torch."
        return Built("raised", trouble=sentence, notes=notes)
    last = part.defining[-1]
    if name in space and id(last) not in failures:
        return Built("ready", space[name], notes=notes)
    error = failures.get(id(last))
    if isinstance(error, DeadlineError):
        return Built("timed out", notes=notes)
    if error is None:
        return Built("raised", trouble=f"After your cells had run, there was nothing called `{name}`.", notes=notes)
    return Built("raised", trouble=explain_exception(error, exec), notes=notes)


def _lacks_gentutor(error: BaseException | None) -> bool:
    return isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == "gentutor"


def _execute(statement: Statement, space: dict[str, Any], seconds: float) -> BaseException | None:
    """Run one statement; return what it raised."""
    try:
        within(seconds, exec, statement.code, space)
    except BaseException as error:  # SystemExit, KeyboardInterrupt and the deadline are no Exceptions
        return error
    return None
