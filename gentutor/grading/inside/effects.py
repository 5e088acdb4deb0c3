"""Says which global names a statement of a cell binds, changes and needs."""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

_NEEDS = ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS")
_BINDS = ("STORE_NAME", "STORE_GLOBAL", "DELETE_GLOBAL")


@dataclass
class Effects:
    """What running a statement does to the global names of the notebook.

    Parameters
    ----------
    binds : set of str
        Names that it gives a value.
    changes : set of str
        Names whose object it changes: ``x[0] = 1``, ``x.a = 1``, ``del x[0]``.
    methods : set of (str, str)
        Methods that it calls as a statement, which may change the object: ``x.append(1)``.
    calls : set of str
        Functions that it calls as a statement or to assign their result; these may have a ``global`` line.
    writes : dict of str to set of str
        Functions that it defines, with the names of their ``global`` lines.
    imports : set of str
        Those of `binds` that are imported.
    star : bool
        Whether it is a star import.
    """

    binds: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    methods: set[tuple[str, str]] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    writes: dict[str, set[str]] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    star: bool = False


def effects_of(node: ast.stmt) -> Effects:
    """Return what a statement does; what stands inside of functions is not run, so it does nothing."""
    effects = Effects()
    _Reader(effects).statement(node)
    return effects


class _Reader:
    """Walks the statements that run when a cell runs."""

    def __init__(self, effects: Effects) -> None:
        self.effects = effects

    def statement(self, node: ast.stmt) -> None:
        read = _READERS.get(type(node))
        if read is not None:
            read(self, node)
        for name in _walruses(node):
            self.effects.binds.add(name)

    def block(self, node: Any) -> None:
        """A statement with statements in it."""
        for part in ("body", "orelse", "finalbody"):
            for inner in getattr(node, part, ()):
                self.statement(inner)

    def definition(self, node: Any) -> None:
        self.effects.binds.add(node.name)
        if not isinstance(node, ast.ClassDef):
            names = {name for inner in ast.walk(node) if isinstance(inner, ast.Global) for name in inner.names}
            if names:
                self.effects.writes[node.name] = names

    def imported(self, node: Any) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.effects.star = True
            else:
                name = alias.asname or alias.name.split(".")[0]
                self.effects.binds.add(name)
                self.effects.imports.add(name)

    def assign(self, node: Any) -> None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if node.value is not None:  # `x: int` alone binds nothing
                self.target(target)
        if isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
            self.effects.calls.add(node.value.func.id)

    def target(self, target: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.effects.binds.add(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                self.target(item)
        elif isinstance(target, ast.Starred):
            self.target(target.value)
        else:
            self.effects.changes.update(_root(target))

    def delete(self, node: Any) -> None:
        for target in node.targets:
            self.effects.changes.update(() if isinstance(target, ast.Name) else _root(target))

    def expression(self, node: Any) -> None:
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not isinstance(value, ast.Call):
            return
        if isinstance(value.func, ast.Name):
            self.effects.calls.add(value.func.id)
        elif isinstance(value.func, ast.Attribute):
            self.effects.methods.update((name, value.func.attr) for name in _root(value.func))

    def loop(self, node: Any) -> None:
        self.target(node.target)
        self.block(node)

    def context(self, node: Any) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self.target(item.optional_vars)
        self.block(node)

    def attempt(self, node: Any) -> None:
        self.block(node)
        for handler in node.handlers:
            self.block(handler)

    def match(self, node: Any) -> None:
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
                if isinstance(name, str):
                    self.effects.binds.add(name)
            self.block(case)


_READERS: dict[type[ast.stmt], Any] = {
    ast.FunctionDef: _Reader.definition, ast.AsyncFunctionDef: _Reader.definition, ast.ClassDef: _Reader.definition,
    ast.Import: _Reader.imported, ast.ImportFrom: _Reader.imported,
    ast.Assign: _Reader.assign, ast.AnnAssign: _Reader.assign, ast.AugAssign: _Reader.assign,
    ast.Delete: _Reader.delete, ast.Expr: _Reader.expression,
    ast.For: _Reader.loop, ast.AsyncFor: _Reader.loop, ast.While: _Reader.block, ast.If: _Reader.block,
    ast.With: _Reader.context, ast.AsyncWith: _Reader.context, ast.Match: _Reader.match,
    ast.Try: _Reader.attempt, ast.TryStar: _Reader.attempt,
}  # fmt: skip


def _root(node: ast.expr) -> Iterator[str]:
    """Yield the ``x`` of ``x.a[0].b``."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _walruses(node: ast.stmt) -> Iterator[str]:
    """Yield the names bound by ``:=`` in a statement's own expressions; in a function's body they are local."""
    waiting: list[ast.AST] = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.NamedExpr) and isinstance(inner.target, ast.Name):
            yield inner.target.id
        if not isinstance(inner, (ast.Lambda, ast.stmt)):
            waiting += ast.iter_child_nodes(inner)


def needs_of(code: CodeType) -> set[str]:
    """Return the global names that a compiled statement may read, in the functions that it defines too.

    Asking Python's own compiler settles every question of scope. A name that the statement itself binds before it
    reads it, such as the variable of a loop, is not needed.
    """
    bound: set[str] = set()
    needs = set(_unbound(code, bound))
    for inner in _inner_codes([code]):
        needs |= _inner_needs(inner) - bound
    return needs


def _unbound(code: CodeType, bound: set[str]) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in _BINDS:
            bound.add(instruction.argval)
        elif instruction.opname in _NEEDS and instruction.argval not in bound:
            yield instruction.argval


def _inner_needs(code: CodeType) -> set[str]:
    """Return the global names that a function, class body or comprehension reads, or writes by ``global``."""
    bound: set[str] = set()
    needs = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname == "STORE_NAME":  # of a class
            bound.add(instruction.argval)
        elif instruction.opname in ("STORE_GLOBAL", "DELETE_GLOBAL") or (
            instruction.opname in _NEEDS and instruction.argval not in bound
        ):
            needs.add(instruction.argval)
    return needs


def _inner_codes(codes: Iterable[CodeType]) -> Iterator[CodeType]:
    for code in codes:
        inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        yield from inner
        yield from _inner_codes(inner)
