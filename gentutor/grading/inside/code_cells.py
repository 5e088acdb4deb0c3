"""The code of one cell, cut into statements; nothing is parsed before somebody asks for it."""

from __future__ import annotations
import __future__

import ast
import contextlib
import linecache
import re
import unicodedata
import warnings
from functools import cached_property
from types import CodeType

from gentutor.grading.inside.effects import Effects, effects_of, needs_of

MAX_SOURCE = 500_000  # characters: Python's parser cannot be interrupted
ANNOTATIONS_AS_TEXT = __future__.annotations.compiler_flag

_WORD = re.compile(r"\w+")
_PYTHON_MAGIC = re.compile(r"%%(time|timeit|capture|prun|python3?|debug)\b")
_LESSON_CALLS = ("check", "choose")  # their call marks the place of an exercise's check
_ODD_SYNTAX = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)


class Statement:
    """One statement of a cell; an import of several names is cut into one statement for each.

    Parameters
    ----------
    node : ast.stmt
        The statement.
    cell : CodeCell
        Where it stands.
    number : int
        Its place among the statements of its cell.
    """

    def __init__(self, node: ast.stmt, cell: CodeCell, number: int) -> None:
        self.node = node
        self.cell = cell
        self.order = (cell.rank, number)

    @cached_property
    def effects(self) -> Effects:
        """What it does to global names."""
        return effects_of(self.node)

    def compiled(self, flags: int = 0) -> CodeType:
        """Return the statement as code; raises SyntaxError and the like where it is no statement of its own."""
        module = ast.Module([self.node], [])
        code: CodeType = compile(module, self.cell.filename, "exec", flags=flags, dont_inherit=True)
        return code

    @cached_property
    def needs(self) -> set[str]:
        """The global names that it may read; none where it cannot be compiled."""
        with contextlib.suppress(*_ODD_SYNTAX):
            return needs_of(self.compiled())
        return set()

    @property
    def line(self) -> int:
        """Its first line, counted within the cell."""
        decorators: list[ast.expr] = getattr(self.node, "decorator_list", [])
        return min([self.node.lineno, *(decorator.lineno for decorator in decorators)])

    @cached_property
    def signature(self) -> str:
        """What is equal for statements that differ only in layout and comments."""
        return ast.dump(self.node)

    def checks(self, name: str) -> bool:
        """Whether it is the check of an exercise: ``name = check(name)`` or ``choose("name", name)``."""
        call = getattr(self.node, "value", None)
        if not isinstance(self.node, (ast.Assign, ast.Expr)) or not isinstance(call, ast.Call) or not call.args:
            return False
        function, first = call.func, call.args[0]
        called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        given = first.id if isinstance(first, ast.Name) else getattr(first, "value", None)
        return called in _LESSON_CALLS and given == name and self.effects.binds <= {name}

    def is_stub_of(self, name: str) -> bool:
        """Whether it defines a function that is only still to be written."""
        node = self.node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.name != name:
            return False
        body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
        if len(body) != 1 or not isinstance(body[0], ast.Raise) or body[0].exc is None:
            return False
        raised = body[0].exc.func if isinstance(body[0].exc, ast.Call) else body[0].exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


class CodeCell:
    """The code of a cell.

    Parameters
    ----------
    source : str
        Its text.
    filename : str
        The name under which Python knows its lines.
    rank : int
        Its place in the order in which code runs.
    """

    def __init__(self, source: str, filename: str, rank: int) -> None:
        self.source = source.replace("\r\n", "\n").replace("\r", "\n")
        self.filename = filename
        self.rank = rank
        self.error: Exception | None = None

    @cached_property
    def words(self) -> frozenset[str]:
        """Every name that may stand in the cell, as Python spells it; a cell that is too long has none."""
        if len(self.source) > MAX_SOURCE:
            return frozenset()
        source = self.source if self.source.isascii() else unicodedata.normalize("NFKC", self.source)
        return frozenset(_WORD.findall(source))

    @cached_property
    def statements(self) -> list[Statement]:
        """Its statements; none where it is no Python, and then `error` says why if it should be Python."""
        if len(self.source) > MAX_SOURCE:
            return []
        try:
            tree = self._parsed()
        except _ODD_SYNTAX as error:
            self.error = error
            return []
        return [Statement(node, self, i) for i, node in enumerate(_split_imports(tree.body))]

    def register(self) -> None:
        """Let Python find the lines of the cell, to be quoted."""
        lines = [f"{line}\n" for line in self.source.split("\n")]
        linecache.cache[self.filename] = (len(self.source), None, lines, self.filename)

    def _parsed(self) -> ast.Module:
        source = _without_cell_magic(self.source)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a lonely backslash, say
            try:
                return ast.parse(source)
            except _ODD_SYNTAX as error:
                plain = _without_ipython(source)
                if plain is None or plain == source:
                    raise
                try:
                    return ast.parse(plain)
                except _ODD_SYNTAX:
                    raise error from None  # it tells the student's own line


def _split_imports(body: list[ast.stmt]) -> list[ast.stmt]:
    """Cut ``import a, b`` into two statements, so that one of them may fail alone."""
    statements: list[ast.stmt] = []
    for node in body:
        if isinstance(node, ast.Import):
            statements += [ast.copy_location(ast.Import([alias]), node) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            statements += [
                ast.copy_location(ast.ImportFrom(node.module, [alias], node.level), node) for alias in node.names
            ]
        else:
            statements.append(node)
    return statements


def _without_cell_magic(source: str) -> str:
    """Take away a first line such as ``%%time``; a cell in another language becomes an empty one."""
    stripped = source.lstrip()
    if not stripped.startswith("%%"):
        return source
    at = len(source) - len(stripped)
    end = (source.find("\n", at) + 1) or len(source) + 1
    return source[:at] + source[end - 1 :] if _PYTHON_MAGIC.match(stripped) else ""


def _without_ipython(source: str) -> str | None:
    """Turn IPython's own syntax into Python's; None where there is nothing to turn."""
    if not any(sign in source for sign in ("%", "!", "?", ">>>", "In [")) and source[:1] not in (" ", "\t", "\n"):
        return None
    try:
        from IPython.core.inputtransformer2 import TransformerManager

        n_empty = len(re.match(r"(?:[ \t]*\n)*", source)[0].split("\n")) - 1  # type: ignore[index]
        return "\n" * n_empty + TransformerManager().transform_cell(source)  # IPython takes these lines away
    except Exception:  # whatever it stumbles over is no Python either
        return None
