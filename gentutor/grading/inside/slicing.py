"""Finds the statements of a notebook that an answer needs, so that nothing else of it has to run.

A lesson's cells train models for minutes; an exercise needs none of that, only the definitions that its function uses,
and those that they use. Which names a statement binds, changes and loads is read from its syntax tree and byte code.
"""

from __future__ import annotations

import ast
import builtins
import dis
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from gentutor.grading.inside.sources import Source

_ASKING = ("check", "choose", "claim", "hint", "score", "predict", "reveal")  # what a lesson's own cells call
_NO_ANNOTATIONS = 0x1000000  # `from __future__ import annotations`: types need not exist behind the wall
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_CHANGING = (ast.For, ast.While, ast.With, ast.If, ast.Try, ast.Expr)


@dataclass(eq=False)
class Statement:
    """One top-level statement of a cell.

    Parameters
    ----------
    node : ast.stmt
        Its syntax tree.
    source : Source
        The cell that it stands in.
    index : int
        Place in the cell.
    """

    node: ast.stmt
    source: Source
    index: int

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands: what comes of the release before what was handed in, then the order of the document."""
        return int(self.source.submitted), self.source.position, self.index

    @cached_property
    def code(self) -> types.CodeType:
        """It, compiled."""
        module = ast.Module([self.node], [])
        code: types.CodeType = compile(module, self.source.file_name, "exec", _NO_ANNOTATIONS, dont_inherit=True)
        return code

    @cached_property
    def binds(self) -> frozenset[str]:
        """Names that it gives a value."""
        return frozenset(_bound(self.node))

    @cached_property
    def changes(self) -> frozenset[str]:
        """Names whose value it may change in place."""
        return frozenset(_changed(self.node))

    @cached_property
    def loads(self) -> frozenset[str]:
        """Global names that it uses, when it runs or when a function that it defines is called."""
        return frozenset(_loaded(self.code))

    @cached_property
    def asks(self) -> str | None:
        """The exercise that it checks, as in ``elbo = check(elbo)``; empty for other calls of the lesson's own."""
        value = getattr(self.node, "value", None)
        if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Name) or value.func.id not in _ASKING:
            return None
        first = value.args[0] if value.args else None
        if isinstance(first, ast.Name):
            return first.id
        return str(first.value) if isinstance(first, ast.Constant) else ""

    @cached_property
    def dump(self) -> str:
        """Its syntax tree as text, for comparison."""
        return ast.dump(self.node)


@dataclass
class Slice:
    """What an answer needs.

    Parameters
    ----------
    defining : list of Statement
        The statements that bind the answer's own name.
    needed : list of Statement
        These and all others, in the order in which they run.
    missing : set of str
        Names that nothing binds.
    """

    defining: list[Statement]
    needed: list[Statement]
    missing: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Pool:
    """The statements among which those that an answer needs are looked for.

    Parameters
    ----------
    submitted, released : list of Statement
        The statements of the submission and of the release, in order.
    stubs : frozenset of str
        Dumps of what a release holds in place of answers.
    """

    submitted: list[Statement]
    released: list[Statement]
    stubs: frozenset[str]

    @cached_property
    def usable(self) -> list[Statement]:
        """What was handed in, without calls of the lesson's own and without untouched stubs."""
        return [s for s in self.submitted if s.asks is None and s.dump not in self.stubs]

    @cached_property
    def given(self) -> list[Statement]:
        """The same of the release."""
        return [s for s in self.released if s.asks is None and s.dump not in self.stubs]


def slice_for(name: str, pool: Pool, ours: Mapping[str, list[Statement]]) -> Slice | None:
    """Return the statements that the answer called `name` needs; None where there is no attempt at it.

    Parameters
    ----------
    name : str
        What the answer is bound to.
    pool : Pool
        Where to look for them.
    ours : mapping of str to list of Statement
        Statements that stand in for other exercises.
    """
    end = next((s.place for s in pool.submitted if s.asks == name), None)
    defining = _before([s for s in pool.usable if name in s.binds], end)
    if not defining:
        return None
    found: dict[int, Statement] = {}
    missing: set[str] = set()
    known = {name}
    waiting = list(defining)
    waiting += [s for s in pool.usable if isinstance(s.node, ast.ImportFrom) and s.node.names[0].name == "*"]
    while waiting:
        statement = waiting.pop()
        if id(statement) in found:
            continue
        found[id(statement)] = statement
        for wanted in statement.loads - known:
            known.add(wanted)
            sources = _sources(wanted, pool, ours, end)
            waiting += sources
            if not sources and not hasattr(builtins, wanted) and not wanted.startswith("__"):
                missing.add(wanted)
    return Slice(defining, sorted(found.values(), key=lambda s: s.place), missing)


def _sources(
    name: str, pool: Pool, ours: Mapping[str, list[Statement]], end: tuple[int, int, int] | None
) -> list[Statement]:
    """Return the statements that give a needed name its value."""
    if name in ours:
        return list(ours[name])
    binding = _before([s for s in pool.usable if name in s.binds], end)
    if not binding:
        return [s for s in pool.given if name in s.binds]
    last = max(s.place for s in binding)
    within = end if end is not None and last < end else None
    return [*binding, *_before([s for s in pool.usable if name in s.changes], within)]


def _before(statements: list[Statement], end: tuple[int, int, int] | None) -> list[Statement]:
    """Return those before `end`; all where there are none before it, or there is no end."""
    before = [s for s in statements if end is None or s.place < end]
    return before or statements


def _here(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a statement's nodes that run in the notebook's own scope."""
    yield node
    if isinstance(node, _SCOPES):
        for decorator in getattr(node, "decorator_list", ()):
            yield from _here(decorator)
        return
    for child in ast.iter_child_nodes(node):
        yield from _here(child)


def _bound(statement: ast.stmt) -> Iterator[str]:
    for node in _here(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Global):
            yield from node.names


def _changed(statement: ast.stmt) -> Iterator[str]:
    for node in _here(statement):
        target: ast.AST | None = None
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            target = node.value
        elif isinstance(statement, _CHANGING) and isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                target = node.func.value
            else:  # such as fill(table): a function may change what it is given
                yield from (argument.id for argument in node.args if isinstance(argument, ast.Name))
        while isinstance(target, (ast.Attribute, ast.Subscript)):
            target = target.value
        if isinstance(target, ast.Name):
            yield target.id


def _loaded(code: types.CodeType) -> Iterator[str]:
    instructions = list(dis.get_instructions(code))
    # In the body of a class, a name that it binds itself is its own.
    own = {i.argval for i in instructions if i.opname == "STORE_NAME" and code.co_name != "<module>"}
    for instruction in instructions:
        if instruction.opname in ("LOAD_NAME", "LOAD_GLOBAL") and instruction.argval not in own:
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _loaded(constant)


def statements_of(sources: Iterable[Source]) -> list[Statement]:
    """Return all top-level statements of cells that are Python, in order."""
    parsed = ((source, source.tree) for source in sources)
    return [Statement(node, source, index) for source, tree in parsed if tree for index, node in enumerate(tree.body)]


