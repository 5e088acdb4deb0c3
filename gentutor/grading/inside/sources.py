"""The code cells of a notebook as Python: magics taken out, parsed, and known to tracebacks."""

from __future__ import annotations

import ast
import linecache
import warnings
from dataclasses import dataclass
from functools import cached_property

_TRANSPARENT = ("%%time", "%%timeit", "%%capture", "%%prun")  # below them stands ordinary code


@dataclass(eq=False)
class Source:
    """The text of one code cell.

    Parameters
    ----------
    text : str
        As it stands in the notebook.
    position : int
        Place in its notebook, from 1.
    submitted : bool
        Whether it was handed in; else it comes from the release.
    own : bool
        Whether the release has no such cell.
    """

    text: str
    position: int
    submitted: bool = True
    own: bool = False

    def __post_init__(self) -> None:
        self.error: SyntaxError | None = None

    @property
    def file_name(self) -> str:
        """The name under which tracebacks know it."""
        return f"<cell {self.position}>" if self.submitted else f"<given cell {self.position}>"

    @cached_property
    def tree(self) -> ast.Module | None:
        """Its syntax tree; None for what is no Python, and `error` then says why."""
        text = self.text
        if text.lstrip().startswith("%%"):
            first, _, rest = text.partition("\n")
            if first.split()[0] not in _TRANSPARENT:
                return None
            text = "\n" + rest  # lines keep their numbers
        for candidate in (text, None):
            source = self._without_magics(text) if candidate is None else candidate
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # such as "\d" in an ordinary string
                    tree = ast.parse(source)
            except SyntaxError as error:
                self.error = self.error or error
            except (ValueError, RecursionError, MemoryError):
                self.error = self.error or SyntaxError("it is nested too deep")
            else:
                self.error = None
                lines = source.splitlines(keepends=True)
                linecache.cache[self.file_name] = (len(source), None, lines, self.file_name)
                return tree
        return None

    def _without_magics(self, text: str) -> str:
        from IPython.core.inputtransformer2 import TransformerManager

        try:
            return TransformerManager().transform_cell(text)
        except Exception:  # its own parser stumbles over some broken cells
            return text
