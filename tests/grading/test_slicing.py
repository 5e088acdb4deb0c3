"""Of a submission only that runs which an answer needs: names are followed as Python itself reads them."""

from __future__ import annotations

import ast
from itertools import pairwise

import pytest

from gentutor.grading.inside.code_cells import CodeCell
from gentutor.grading.inside.effects import Effects, effects_of, needs_of
from gentutor.grading.inside.notebook import read_cells
from gentutor.grading.inside.slicing import Slicer
from tests.grading.small_lesson import PLAN, submission


def effects(source: str) -> Effects:
    return effects_of(ast.parse(source).body[0])


def needs(source: str) -> set[str]:
    return needs_of(compile(source, "<cell>", "exec", dont_inherit=True)) - {"__name__"}


def lines(data: bytes, name: str = "f", ours: dict[str, str] | None = None) -> list[str]:
    """The first lines of what would run for an answer, in order."""
    found = Slicer(read_cells(data), PLAN).slice(name, ours or {}).statements
    assert all(one.order < other.order for one, other in pairwise(found))
    return [ast.unparse(statement.node).splitlines()[0] for statement in found]


@pytest.mark.parametrize(("source", "binds"), [
    ("x = 1", "x"), ("x, (y, *z) = t", "x y z"), ("x: int = 1", "x"), ("x: int", ""), ("x += 1", "x"), ("x[0] = y", ""),
    ("import a.b, c as d", "a d"), ("from a import b as c, d", "c d"), ("def f(x):\n    y = 1", "f"),
    ("class A:\n    x = 1", "A"), ("while t:\n    x = 1", "x"),
    ("for i in t:\n    x = i\nelse:\n    y = 1", "i x y"), ("with t as (x, y):\n    z = 1", "x y z"),
    ("if t:\n    x = 1\nelif u:\n    y = 1", "x y"),
    ("try:\n    x = 1\nexcept E:\n    y = 1\nfinally:\n    z = 1", "x y z"),
    ("match t:\n    case [x, *y]:\n        z = 1\n    case {'k': k, **w}:\n        pass", "x y z k w"),
    ("print(x := 1)", "x"),
    ("[y := i for i in t]", "y"), ("f(lambda: (x := 1))", ""), ("async def f(): pass", "f"), ("del x", ""),
])  # fmt: skip
def test_what_a_statement_binds(source: str, binds: str) -> None:
    assert effects(source).binds == set(binds.split())


def test_what_a_statement_changes() -> None:
    assert effects("x[0].a = y").changes == {"x"}
    assert effects("del x[0], y").changes == {"x"}
    assert effects("for i in t:\n    x.a = i\n    t.append(1)").methods == {("t", "append")}
    assert effects("x.append(1)").methods == {("x", "append")}
    assert effects("y = x.append(1)").methods == set()
    assert effects("def f():\n    global n\n    n = 1").writes == {"f": {"n"}}
    assert effects("fill(x)").calls == {"fill"}
    assert effects("from a import *").star


@pytest.mark.parametrize(("source", "wanted"), [
    ("def f(x):\n    y = a\n    return x + y + b.c", "a b"), ("def f(x=a):\n    def g(): return x\n    return g", "a"),
    ("@a\ndef f(x: b) -> c: pass", "a b c"), ("class A(b):\n    x = c\n    y = x\n    def m(self): return x", "b c x"),
    ("for i in t:\n    i + 1", "t"), ("x += 1", "x"), ("y = [i + a for i in t]", "a t"), ("def f(): return f()", ""),
    ("def f():\n    global n\n    n = 1", "n"), ("g = lambda: x", "x"), ("x = 1\nx + y", "y"),
])  # fmt: skip
def test_what_a_statement_needs(source: str, wanted: str) -> None:
    assert needs(source) == set(wanted.split())


def test_only_what_is_needed_runs() -> None:
    data = submission({"f": "a = 1\nb = a\nc = 2\ndef helper(): return b\ndef f(x): return x + helper()"})

    assert lines(data) == ["a = 1", "b = a", "def helper():", "def f(x):"]


def test_names_of_a_functions_own_are_not_followed() -> None:
    data = submission({"f": "losses = []\ndef f(losses):\n    time = losses\n    return [math for math in time]"})

    assert lines(data) == ["def f(losses):"]


def test_a_seed_or_default_is_set_but_nothing_else_of_a_module_runs() -> None:
    own = "import math\nmath.set_default(1)\nmath.train(2)\nfor i in range(9):\n    math.set_default(i)\nmath.pi = 3"

    assert lines(submission({"imports": own, "f": "def f(x): return math.floor(x)"})) == [
        "import math", "math.set_default(1)", "math.pi = 3", "def f(x):",
    ]  # fmt: skip


def test_a_name_is_taken_from_before_the_check_where_it_can_be() -> None:
    data = submission({"f": "n = 1\ndef f(x): return x + n"}, after_check_f="n = 2", after_check_g="n = 3")

    assert lines(data) == ["n = 1", "def f(x):"]


def test_the_release_gives_what_the_submission_lost() -> None:
    data = submission({"helper": None, "f": "def f(x): return shifted(x)"})

    assert lines(data) == ["SHIFT = 10", "def shifted(x):", "def f(x):"]


def test_the_master_gives_the_other_exercises_that_were_not_right() -> None:
    data = submission({"f": "k = 1\ndef f(x): return k", "g": "def g(x): return f(x)"})

    assert lines(data, "g") == ["k = 1", "def f(x):", "def g(x):"]
    assert lines(data, "g", {"f": "def f(y): return shifted(y)"}) == [
        "def f(y):",
        "SHIFT = 10",
        "def shifted(x):",
        "def g(x):",
    ]


def test_checks_and_stubs_are_never_candidates() -> None:
    data = submission({"f": "def f(x): return 1"}, after_f='if 1:\n    pass\nf = check(f)\nchoose("f", f)')

    assert lines(data) == ["def f(x):"]
    assert lines(submission()) == []


def test_lines_count_within_the_cell_whatever_ipython_takes_away() -> None:
    for source in ("\n\n%matplotlib inline\nx = 1", "%%time\n\n\nx = 1", "!ls\n\n\nx = 1"):
        assert CodeCell(source, "<cell>", 0).statements[-1].line == 4, source


def test_cells_that_are_no_python_have_no_statements() -> None:
    for source in ("%%bash\nls", "%%html\n<b>", "def f(:", "\0", "(" * 5_000, "x" * 600_000):
        assert CodeCell(source, "<cell>", 0).statements == []


def test_an_import_of_two_names_is_two_statements() -> None:
    cell = CodeCell("import a, b\nfrom c import d, e", "<cell>", 0)

    assert [ast.unparse(s.node) for s in cell.statements] == [
        "import a", "import b", "from c import d", "from c import e",
    ]  # fmt: skip
