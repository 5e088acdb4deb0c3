"""Builds a student's function from the bytes of a notebook: runs the few statements that define it, and no others."""

from __future__ import annotations

import builtins
import time
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from gentutor.exercises.deadline import DeadlineError, within
from gentutor.grading.inside.code_cells import ANNOTATIONS_AS_TEXT, Statement
from gentutor.grading.inside.failing import Failure, sentence_of, syntax_sentence
from gentutor.grading.inside.missing import Missing, missing
from gentutor.grading.inside.notebook import Notebook, UnreadableError, read_notebook
from gentutor.grading.inside.slicing import Slice, Slicer
from gentutor.grading.inside.written import written_answer

__all__ = ["Built", "build", "written_answer"]

_MAX_NOTES = 10
_LEAST_S = 0.001
_BY_TEXT = {"eval", "exec", "globals", "locals", "vars"}  # with these a function can use names that are not written out


@dataclass(frozen=True)
class Built:
    """What became of one answer.

    Parameters
    ----------
    outcome : {"ready", "not attempted", "raised", "timed out", "unreadable"}
        How it went.
    value : Any
        What the notebook binds to the name: a function, or the letter of a choice; None where it is not ready.
    trouble : str
        A sentence about what went wrong.
    notes : list of str
        What else did not work, in sentences.
    """

    outcome: str
    value: Any = None
    trouble: str = ""
    notes: list[str] = field(default_factory=list)


def build(data: bytes, plan: dict[str, Any], name: str, ours: dict[str, str], *, seconds: float) -> Built:
    """Run what an answer needs of a notebook, and return what the notebook binds to its name.

    Parameters
    ----------
    data : bytes
        The notebook file.
    plan : dict
        The release; see `gentutor.grading.records.Assignment`.
    name : str
        Name of the exercise.
    ours : dict of str to str
        The master's cells for those other exercises that shall not be taken from the submission.
    seconds : float
        What all of it may take together.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            notebook = _read(data)
        except UnreadableError as error:
            return Built("unreadable", trouble=str(error))
        try:
            return _built(notebook, plan, name, ours, seconds)
        except DeadlineError:
            return Built("timed out", trouble=_too_long(seconds))
        except BaseException as error:  # code that changes Python itself may make anything fail
            return Built("raised", trouble=f"Your notebook cannot be run: {type(error).__name__}.")


@lru_cache(maxsize=1)  # a child builds every answer of one submission
def _read(data: bytes) -> Notebook:
    return read_notebook(data)


def _built(notebook: Notebook, plan: dict[str, Any], name: str, ours: dict[str, str], seconds: float) -> Built:
    slicer = Slicer(notebook.cells, plan)
    found = slicer.slice(name, ours)
    no_python = "" if found.broken is None else syntax_sentence(found.broken, name)
    if not found.candidates:
        return Built("raised" if no_python else "not attempted", trouble=no_python, notes=notebook.notes)
    run = _Run(name, found, ours, seconds)
    run.everything(slicer)
    notes = [*notebook.notes, *run.notes()]
    if no_python:
        notes.insert(0, f"Passed over: {no_python}")
    return _outcome(run, plan, name, seconds, notes[:_MAX_NOTES])


def _outcome(run: _Run, plan: dict[str, Any], name: str, seconds: float, notes: list[str]) -> Built:
    """Say what the run came to."""
    failure = run.failure
    if failure is not None and isinstance(failure.error, DeadlineError):
        return Built("timed out", trouble=f"{_too_long(seconds)} {failure.where}", notes=notes)
    if failure is not None:
        return Built("raised", trouble=sentence_of(failure, name), notes=notes)
    if type(run.value) is Missing:
        return Built("raised", trouble=f"{run.value.__dict__['trouble']}.", notes=notes)
    roles = [cell["role"] for cell in plan["cells"] if cell["id"] == plan["names"].get(name, {}).get("cell")]
    if roles == ["exercise"] and not callable(run.value):
        kind = type(run.value).__name__[:100]
        trouble = f"`{name}` is no function at the end, but of type {kind}: use another name for what it returns."
        return Built("raised", trouble=trouble, notes=notes)
    return Built("ready", run.value, notes=notes)


def _too_long(seconds: float) -> str:
    return f"The cells that your answer needs had not finished after {seconds:g} seconds."


class _Run:
    """One run of a slice, in a namespace of its own.

    `value` is what the name is bound to, and `failure` why it is not.
    """

    def __init__(self, name: str, found: Slice, ours: dict[str, str], seconds: float) -> None:
        self.failure: Failure | None = None
        self.value: Any = None
        self._name = name
        self._found = found
        self._ours = set(ours) - {name}
        self._until = time.monotonic() + seconds
        self._failures: dict[Statement, BaseException] = {}
        self._names = _new_namespace()
        text_annotations = any("annotations" in s.effects.imports and _is_future(s) for s in found.statements)
        self._flags = ANNOTATIONS_AS_TEXT if text_annotations else 0

    def everything(self, slicer: Slicer) -> None:
        """Run the slice, what else of the student's own may help where a name is still unknown, and what failed."""
        decisive = self._found.candidates[-1]
        for statement in self._found.statements:
            self._step(statement, self._until)
            if self._late():
                break
        late = self._late()
        if not late and (self._unknown() or self._found.needs & _BY_TEXT):
            self._run_own(slicer)
        if not late:
            self._retry(decisive)
        error = self._failures.get(decisive)
        if late:
            statement, error = next((s, e) for s, e in self._failures.items() if isinstance(e, DeadlineError))
            self.failure = Failure(statement, error)
        elif error is not None:
            self.failure = Failure(decisive, error)

    def notes(self) -> list[str]:
        """What failed and was not mended."""
        return [
            Failure(statement, error).note
            for statement, error in self._failures.items()
            if not (isinstance(error, ImportError) and (error.name or "").split(".")[0] == "gentutor")
        ][:_MAX_NOTES]

    def _step(self, statement: Statement, until: float, flags: int = 0) -> None:
        """Run one statement, and keep what went wrong."""
        before = {name: self._names[name] for name in self._ours & statement.effects.binds if name in self._names}
        error = self._error_of(statement, until, flags)
        if not statement.cell.filename.startswith("<frozen"):
            self._names.update(before)  # the master's stands in for an answer that was not right
        if error is None:
            self._failures.pop(statement, None)
            if statement in self._found.candidates:
                self._keep_value()
            return
        self._failures[statement] = error
        if isinstance(error, ImportError):
            for name in statement.effects.binds:
                self._names.setdefault(name, missing(error))

    def _error_of(self, statement: Statement, until: float, flags: int) -> BaseException | None:
        left = until - time.monotonic()
        if left < _LEAST_S:
            return DeadlineError()
        try:
            code = statement.compiled(flags | self._flags)
            within(left, exec, code, self._names)
        except BaseException as error:  # exit() and an interrupt too: they are the student's, not ours
            return error
        return None

    def _keep_value(self) -> None:
        """Keep what the name is bound to; a number after a function is the result of a call, not a new answer."""
        value = self._names.get(self._name)
        if callable(value) or not callable(self.value):
            self.value = value

    def _late(self) -> bool:
        return any(isinstance(error, DeadlineError) for error in self._failures.values())

    def _unknown(self) -> set[str]:
        return {name for name in self._found.needs if name not in self._names and not hasattr(builtins, name)}

    def _run_own(self, slicer: Slicer) -> None:
        """Run the student's own cells whole: one of them may bind a name in a way that cannot be seen."""
        now = time.monotonic()
        until = now + (self._until - now) / 2
        kept = dict(self._failures)
        homes = dict.fromkeys(candidate.cell for candidate in self._found.candidates)
        for statement in [*(s for cell in homes for s in cell.statements), *slicer.own_statements()]:
            if statement not in self._found.statements and not statement.checks(self._name):
                self._step(statement, until)
        self._failures = {s: e for s, e in self._failures.items() if s in kept}
        if callable(self.value):
            self._names[self._name] = self.value

    def _retry(self, decisive: Statement) -> None:
        """Run once more what failed: the cells of a saved file need not stand in the order in which they ran.

        What would only replace a value that is there by now is left alone.
        """
        for statement in [s for s in self._failures if s is not decisive] + [decisive] * (decisive in self._failures):
            binds = statement.effects.binds
            if statement is decisive or not binds or any(name not in self._names for name in binds):
                self._step(statement, self._until, ANNOTATIONS_AS_TEXT)


def _is_future(statement: Statement) -> bool:
    return getattr(statement.node, "module", None) == "__future__"


def _new_namespace() -> dict[str, Any]:
    """Return what a notebook starts with; the lesson's own calls are there and do nothing."""

    def nothing(*_: Any, **__: Any) -> None:
        """Stand for what belongs to the lesson and not to an answer."""

    def check(function: Any, *_: Any, **__: Any) -> Any:
        """Stand for the lesson's check, which hands the function back."""
        return function

    names: dict[str, Any] = dict.fromkeys(("display", "get_ipython", "hint", "claim", "score", "choose"), nothing)
    return {"__name__": "__main__", "__builtins__": builtins, "__doc__": None, "check": check} | names
