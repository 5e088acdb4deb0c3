"""Says in a sentence, with the student's own line, why a call did not work."""

from __future__ import annotations

import inspect
import linecache
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PACKAGE = str(Path(__file__).parent.parent)
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})

MAX_TEXT = 300  # characters of an exception's own text: torch's can fill a page

_ADVICE: dict[type[BaseException], str] = {
    NameError: "That name means nothing inside your function: is it spelled right, and is its cell run?",
    IndexError: "An index or a dimension goes further than the tensor does: print its `.shape`.",
    ZeroDivisionError: "Something is divided by zero.",
    RecursionError: "The function calls itself without end.",
    SystemExit: "A function should return its result, not end the program.",
}


def explain_call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> str:
    """Return a sentence when `function` cannot take that many arguments, else an empty text."""
    if not callable(function):
        return f"That is no function but a {type(function).__name__}, so it cannot be called: keep the `def` line."
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # built-in functions may have no signature; the call itself will tell
        return ""
    try:
        signature.bind(*arguments)
    except TypeError:
        takes = ", ".join(signature.parameters) or "nothing"
        n = len(arguments)
        return f"Your function takes ({takes}), but it is called with {n} values: keep the `def` line as it was."
    return ""


def explain_exception(error: BaseException, function: Callable[..., Any]) -> str:
    """Return a sentence that names the student's line, the error and, where there is one, a piece of advice.

    The innermost line of the student's own code is quoted: not ours, and not a library's.
    """
    text = " ".join(_text_of(error).split()).replace("`", "'")  # backquotes are our marks for code
    text = text[: MAX_TEXT - 1] + "…" if len(text) > MAX_TEXT else text
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    number, line = _students_line(error, function)
    where = f" in line {number} of its cell, `{line}`" if line else ""
    advice = next((advice for kind, advice in _ADVICE.items() if isinstance(error, kind)), "")
    stop = "" if what.endswith((".", "!", "?", "…")) else "."
    return f"Your function stopped{where}, with {what}{stop} {advice}".rstrip()


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a student's own exception class may be broken too
        return ""


def _students_line(error: BaseException, function: Callable[..., Any]) -> tuple[int, str]:
    """Return number and text of the innermost line of the student's code, or ``(0, "")``."""
    own_file = getattr(getattr(function, "__code__", None), "co_filename", None)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        foreign = frame.filename.startswith((_PACKAGE, *_LIBRARIES, "<frozen", "<__array_function__"))
        if frame.filename == own_file or not foreign:
            line = linecache.getline(frame.filename, frame.lineno or 0).strip().replace("`", "'")
            return frame.lineno or 0, line
    return 0, ""
