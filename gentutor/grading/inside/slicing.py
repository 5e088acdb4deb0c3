"""Finds the statements of a submission that define an answer, and those that these need.

A submission trains networks for minutes; its answers need a few lines of it. Nothing is believed of metadata but where
the cells of the release stand: which function is an answer is decided by its name alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gentutor.grading.inside.code_cells import CodeCell, Statement
from gentutor.grading.inside.notebook import Cell

Order = tuple[int, int]

# Such a method of a module changes how everything after it computes; all others of a module are left alone.
_SETTING = re.compile(r"set|seed|manual_seed|use_|enable|disable|filterwarnings|simplefilter|register|append|insert")
_OURS_RANK, _GIVEN_RANK, _OWN_RANK = 0, 10_000, 1_000_000  # the order in which code runs


@dataclass
class Slice:
    """What is run for one answer.

    Parameters
    ----------
    candidates : list of Statement
        Those that bind the answer's name, in order; the last one decides.
    statements : list of Statement
        All, in the order in which they run.
    needs : set of str
        Global names that they read.
    broken : CodeCell, optional
        A cell that should define the answer and is no Python.
    """

    candidates: list[Statement] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)
    broken: CodeCell | None = None


class Slicer:
    """Finds slices of one submission.

    Parameters
    ----------
    cells : list of Cell
        The submission.
    plan : dict
        The release; see `gentutor.grading.records.Assignment`.
    """

    def __init__(self, cells: list[Cell], plan: dict[str, Any]) -> None:
        self._plan = plan
        self._code = [
            (cell, CodeCell(cell.source, f"<cell {cell.position}>", _OWN_RANK + i))
            for i, cell in enumerate(cells)
            if cell.kind == "code"
        ]
        self._given = [
            CodeCell(cell["source"], f"<lesson's cell {cell['id']}>", _GIVEN_RANK + i)
            for i, cell in enumerate(plan["cells"])
            if cell["role"] == "given"
        ]
        self._released = {cell["id"]: cell for cell in plan["cells"]}
        for _, code in self._code:
            code.register()

    def slice(self, name: str, ours: dict[str, str]) -> Slice:
        """Return what is to be run for the answer `name`; without candidates where it was not attempted.

        Parameters
        ----------
        name : str
            Name of an exercise.
        ours : dict of str to str
            The master's cells that stand in for other exercises.
        """
        return _Search(self, name, ours).slice()

    def own_statements(self) -> list[Statement]:
        """All statements of the cells that the student added."""
        return [s for cell, code in self._code if self._is_own(cell) for s in code.statements]

    def all_with(self, word: str) -> list[Statement]:
        """All statements of the submission's cells in which a word stands."""
        return [s for _, code in self._code if word in code.words for s in code.statements]

    def given_with(self, word: str) -> list[Statement]:
        """All statements of the release's own cells in which a word stands."""
        return [s for code in self._given if word in code.words for s in code.statements]

    def stubs_of(self, name: str) -> set[str]:
        """Signatures of what the release itself binds the answer's name to: the stub, an import, or a setting."""
        source = self._released_cell(name).get("source", "")
        stubs = [s for s in CodeCell(source, "<stub>", 0).statements if name in s.effects.binds]
        given = [s for s in self.given_with(name) if name in s.effects.binds and not s.checks(name)]
        return {s.signature for s in (*stubs, *given)}

    def broken_cell(self, name: str) -> CodeCell | None:
        """Return the cell that should define the answer and is no Python, if there is one."""
        released = self._released_cell(name)
        defines = re.compile(rf"^\s*(async\s+def|def|class)\s+{re.escape(name)}\b|^\s*{re.escape(name)}\s*=", re.M)
        for cell, code in reversed(self._code):
            is_its_cell = cell.id == released.get("id") or cell.grade_id == name
            if (is_its_cell or defines.search(code.source)) and not code.statements and code.error is not None:
                return code
        return None

    def is_exercise(self, name: str) -> bool:
        """Whether a name is that of an exercise."""
        return name in self._plan["names"]

    def _released_cell(self, name: str) -> dict[str, Any]:
        cell: dict[str, Any] = self._released.get(self._plan["names"].get(name, {}).get("cell"), {})
        return cell

    def _is_own(self, cell: Cell) -> bool:
        known = self._plan["cells"]
        text = cell.source.strip()
        return not any(
            (cell.id and cell.id == other["id"])
            or (cell.grade_id and cell.grade_id == other["grade_id"])
            or text == other["source"].strip()
            for other in known
        )


class _Search:
    """The search for one slice."""

    def __init__(self, slicer: Slicer, name: str, ours: dict[str, str]) -> None:
        self._slicer = slicer
        self._name = name
        # What Python may say of the master's code must not quote it: "<frozen" is how it marks code without lines.
        self._ours = {
            other: CodeCell(source, f"<frozen {other}>", _OURS_RANK + i)
            for i, (other, source) in enumerate(ours.items())
            if other != name
        }
        self._bound: Order | None = None  # where the answer's check stands

    def slice(self) -> Slice:
        name = self._name
        binders = [s for s in self._slicer.all_with(name) if name in s.effects.binds] + self._by_global(name)
        self._bound = max((s.order for s in self._slicer.all_with(name) if s.checks(name)), default=None)
        stubs = self._slicer.stubs_of(name)
        attempts = [s for s in binders if not s.checks(name) and s.signature not in stubs and not s.is_stub_of(name)]
        candidates = sorted(self._early(attempts) or attempts, key=lambda s: s.order)
        broken = self._slicer.broken_cell(name)
        if not candidates:
            return Slice(broken=broken)
        found: dict[Statement, None] = dict.fromkeys(candidates)
        for statement in (*self._changers(name, set()), *self._stars()):
            found.setdefault(statement)
        needs = self._close(found)
        return Slice(candidates, sorted(found, key=lambda s: s.order), needs, broken)

    def _close(self, found: dict[Statement, None]) -> set[str]:
        """Add to `found` everything that its statements need; return the names."""
        needs: set[str] = set()
        waiting = list(found)
        while waiting:
            statement = waiting.pop()
            for name in statement.needs - needs:
                needs.add(name)
                for other in self._providers(name):
                    if other not in found:
                        found[other] = None
                        waiting.append(other)
        return needs - {self._name}

    def _providers(self, name: str) -> list[Statement]:
        """Return the statements that give a name its value, from the best place that has any."""
        if name == self._name:
            return []
        if name in self._ours:
            return self._ours[name].statements
        statements = [s for s in self._slicer.all_with(name) if not s.checks(name)]
        binders = [s for s in statements if name in s.effects.binds]
        written = self._by_global(name)
        if self._slicer.is_exercise(name):
            stubs = self._slicer.stubs_of(name)
            binders = [s for s in binders if s.signature not in stubs and not s.is_stub_of(name)] or binders
        if not (binders or written):
            return [s for s in self._slicer.given_with(name) if name in s.effects.binds]
        early = self._early((*binders, *written))
        imported = {name} if all(name in s.effects.imports for s in binders) else set()
        chosen = early or [*binders, *written]
        return [*chosen, *self._changers(name, imported, everywhere=not early)]

    def _changers(self, name: str, imported: set[str], *, everywhere: bool = False) -> list[Statement]:
        """Return the statements that change the object of a name; of a module only those that set something."""

        def matters(statement: Statement, method: str) -> bool:
            return name not in imported or (isinstance(statement.node, ast.Expr) and bool(_SETTING.match(method)))

        found = [
            s
            for s in self._slicer.all_with(name)
            if name in s.effects.changes or any(root == name and matters(s, m) for root, m in s.effects.methods)
        ]
        return found if everywhere else self._early(found)

    def _by_global(self, name: str) -> list[Statement]:
        """Return the calls of functions that bind a name by a ``global`` line."""
        with_word = self._slicer.all_with("global")
        writers = {f for s in with_word for f, names in s.effects.writes.items() if name in names}
        return [s for writer in writers for s in self._slicer.all_with(writer) if writer in s.effects.calls]

    def _stars(self) -> list[Statement]:
        found = [s for s in self._slicer.all_with("import") if s.effects.star]
        return self._early(found) or found

    def _early(self, statements: Iterable[Statement]) -> list[Statement]:
        """Return the statements that stand before the answer's check; all where it has none."""
        return [s for s in statements if self._bound is None or s.order < self._bound]
