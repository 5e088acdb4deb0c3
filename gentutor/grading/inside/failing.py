"""Says in a sentence, with the student's own line, why an answer could not be built."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from gentutor.grading.inside.code_cells import CodeCell, Statement
from gentutor.grading.inside.missing import NO_GENTUTOR

_MAX_TEXT = 200  # characters of a line, and of an exception's own text

_CURLY = "Curly quotes and long dashes come from web pages and word processors: type straight ones."
_ODD_SPACE = "A space pasted from a web page only looks like one: delete it and type it again."
_ADVICE = {
    "U+2018": _CURLY, "U+2019": _CURLY, "U+201C": _CURLY, "U+201D": _CURLY, "U+2013": _CURLY, "U+2212": _CURLY,
    "U+00A0": _ODD_SPACE, "U+2009": _ODD_SPACE, "U+200B": _ODD_SPACE, "U+202F": _ODD_SPACE, "U+FEFF": _ODD_SPACE,
    "inconsistent use of tabs": "Tabs and spaces are mixed: indent with four spaces.",
}  # fmt: skip


@dataclass(frozen=True)
class Failure:
    """A statement that did not work.

    Parameters
    ----------
    statement : Statement
        Which one.
    error : BaseException
        What it raised.
    """

    statement: Statement
    error: BaseException

    @property
    def where(self) -> str:
        """The line, as the start of a sentence."""
        number, line = self.line
        return f"It stopped in line {number} of a cell, `{line}`." if line else ""

    @property
    def line(self) -> tuple[int, str]:
        """Number and text of the line of the statement's own cell that was running; no text for code that is not the
        student's.
        """
        cell = self.statement.cell
        if cell.filename.startswith("<frozen"):
            return 0, ""
        number = self.statement.line
        for frame in traceback.extract_tb(self.error.__traceback__):
            if frame.filename == cell.filename:
                number = frame.lineno or number
        return number, _line_of(cell, number)

    @property
    def what(self) -> str:
        """The exception's kind and text."""
        kind, text = type(self.error).__name__, _text_of(self.error)
        return f"{kind}: {text}" if text else kind

    @property
    def note(self) -> str:
        """A sentence for the teacher."""
        number, line = self.line
        place = self.statement.cell.filename.strip("<>")
        return f"{place[:1].upper()}{place[1:]}, line {number}, `{line}`, stopped with {_ended(self.what)}"


def sentence_of(failure: Failure, name: str) -> str:
    """Return what to tell a student whose answer could not be defined.

    Parameters
    ----------
    failure : Failure
        The statement that should have defined it.
    name : str
        Name of the exercise.
    """
    number, line = failure.line
    error = failure.error
    if isinstance(error, ImportError) and (error.name or "").split(".")[0] == "gentutor":
        return f"{NO_GENTUTOR} (line {number} of its cell, `{line}`)."
    return f"`{name}` could not be defined: its cell stopped in line {number}, `{line}`, with {_ended(failure.what)}"


def syntax_sentence(cell: CodeCell, name: str) -> str:
    """Return what to tell a student whose cell is no Python.

    Parameters
    ----------
    cell : CodeCell
        The cell, with what Python's parser said of it.
    name : str
        Name of the exercise.
    """
    error = cell.error
    number = getattr(error, "lineno", None) or 1
    text = " ".join(str(getattr(error, "msg", None) or error).split())[:_MAX_TEXT].replace("`", "'")
    advice = next((advice for sign, advice in _ADVICE.items() if sign in text), "")
    kind = type(error).__name__
    line = _line_of(cell, number)
    return f"The cell of `{name}` is no Python: line {number}, `{line}`, {kind}: {_ended(text)} {advice}".rstrip()


def _line_of(cell: CodeCell, number: int) -> str:
    lines = cell.source.split("\n")
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    return line.strip().replace("`", "'")[:_MAX_TEXT]


def _text_of(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())[:_MAX_TEXT].replace("`", "'")
    except Exception:  # a student's own exception class may be broken too
        return ""


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
