"""Sees whether a student's function leans on gentutor's own code, which is not there when the lesson is graded."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

_MAX_HELPERS = 50  # functions of the student's own that are followed


def borrows(function: Callable[..., Any], allowed: Collection[str] = ()) -> bool:
    """Whether a function, or a helper that it calls, uses something of gentutor.

    Parameters
    ----------
    function : callable
        A student's function.
    allowed : collection of str
        Names that may stand for gentutor's own: those of the other exercises, for which `check` may have put it there.
    """
    waiting: list[Any] = [inspect.unwrap(function)]
    seen: set[int] = set()
    while waiting and len(seen) < _MAX_HELPERS:
        helper = waiting.pop()
        if not isinstance(helper, FunctionType) or id(helper) in seen:
            continue
        seen.add(id(helper))
        if any(_is_ours(name) for code in _codes(helper.__code__) for name in code.co_names):
            return True  # an import inside of the function
        used = dict(_used(helper))
        if any(_of_gentutor(thing) for name, thing in used.items() if name not in allowed):
            return True
        waiting += [thing for name, thing in used.items() if name not in allowed]
    return False


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _used(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what the function's global names and the names of the functions around it stand for."""
    for code in _codes(function.__code__):
        yield from ((name, function.__globals__[name]) for name in code.co_names if name in function.__globals__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            yield name, cell.cell_contents
        except ValueError:  # a name that is not bound yet
            continue


def _of_gentutor(thing: Any) -> bool:
    if isinstance(thing, ModuleType):
        return _is_ours(thing.__name__)
    kinds = (FunctionType, MethodType, BuiltinFunctionType, type)
    return isinstance(thing, kinds) and _is_ours(str(getattr(thing, "__module__", "")))


def _is_ours(module: str) -> bool:
    return module == "gentutor" or module.startswith("gentutor.")
