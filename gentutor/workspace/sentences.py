"""Finds the sentences of a lesson that a student reads outside of its Markdown: what its catalogue has to hold.

In code cells these are the texts in calls of functions that show something, such as ``claim`` and ``panel``; then the
help of its knobs, and the tasks, hints and messages of its exercises. A computed value in an f-string becomes a mark,
``{0}``, ``{1}``, ....
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gentutor
from gentutor.exercises.contract import Choice, Exercise
from gentutor.exercises.registry import exercises
from gentutor.language.catalogue import LEAST_LETTERS, n_letters
from gentutor.workspace.files import cell_source
from gentutor.workspace.lessons import knobs_or_none

# What shows text, and which of its arguments are shown: places, or names of keywords.
SHOWN: dict[str, tuple[int | str, ...]] = {
    "claim": (0, 2, "detail"),
    "predict": (1, "unit"),
    "panel": ("title", "alt"),
    "quiz": ("title",),
    "Source": (2,),
    "Frame": ("caption", "x_name", "y_name", "curves"),
    "show_images": (0, "alt", "title"),
    "show_curves": (0, "alt", "title", "x_label", "y_label"),
    "show_bars": (0, "alt", "title", "x_label", "y_label"),
    "show_spread": (0, "alt", "title", "x_label"),
    "show_judges": (0, "alt"),
}

# Names of data that a lesson shows as they are.
_NAMES = {
    "00_welcome": (
        "garments", "more garments", "faces", "sentences", "you", "your yes and no",
        "edges of VAE garments", "edges of GAN garments", "edges of faces",
    ),
    "01_data": (
        "frechet {0}", "obedience {0}", "elbo {0}", "bytes, 0 to 255", "0 to 1", "-1 to 1",
        "usual", "half the data", "100 pictures", "half the classes", "imbalance 100 to 1", "noise 0.3",
        "10 % wrong labels", "half are copies", "95 % are copies",
    ),
}  # fmt: skip

# Where the sentences stand that all lessons share.
COMMON = (
    "exercises/answering.py", "exercises/checking.py", "exercises/claims.py", "exercises/diagnosis.py",
    "exercises/explaining.py", "exercises/finding.py", "exercises/guidance.py", "exercises/judging.py",
    "exercises/number_line.py", "exercises/predictions.py", "exercises/questions.py", "exercises/quiz.py",
    "exercises/structure.py", "exercises/verdict.py", "plots/judges.py", "widgets/quiz_still.py",
    "widgets/quiz_words.py",
)  # fmt: skip

# Single words that a student reads; others are codes and names.
_WORDS = {
    "Right", "close", "right", "differs", "raised", "large", "small", "sum", "mean",
    "Next", "real", "generated", "exercise", "points", "verdict", "attempts", "hints",
}  # fmt: skip

_PACKAGE = Path(gentutor.__file__).parent


class Found(NamedTuple):
    """A sentence to translate: where it stands, and what its marks stand for."""

    text: str
    where: str
    marks: tuple[str, ...] = ()


def of_cells(cells: list[dict[str, Any]]) -> Iterator[Found]:
    """Yield the sentences in the calls of code cells that show something."""
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        for node in ast.walk(ast.parse(cell_source(cell))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHOWN:
                for shown in _arguments(node, SHOWN[node.func.id]):
                    yield from _literals(shown, cell["id"])


def of_knobs(lesson: str) -> Iterator[Found]:
    """Yield what a lesson's knobs say beside their sliders."""
    for knob in (knobs_or_none(lesson) or {}).values():
        yield from _worth(Found(text, f"knob {knob.name}") for text in (knob.help, knob.effect, knob.unit))


def of_names(lesson: str) -> Iterator[Found]:
    """Yield the names of data that a lesson shows, such as those of the quiz's families."""
    yield from (Found(name, "name of data") for name in _NAMES.get(lesson, ()))


def of_exercises(lesson: str) -> Iterator[Found]:
    """Yield what a lesson's exercises tell a student: tasks, hints, names of checks, messages and reasons."""
    files = set()
    for exercise in exercises(lesson):
        texts: list[str] = []
        if isinstance(exercise, Exercise):
            names = [check.name for check in exercise.checks]
            texts = [exercise.task, *exercise.hints, *names, *(wrong.message for wrong in exercise.misconceptions)]
            files.add(Path(exercise.oracle.__code__.co_filename))
        elif isinstance(exercise, Choice):
            texts = [reason for _, reason in exercise.options.values()]
        yield from _worth(Found(text, f"exercise {exercise.name}") for text in texts)
    for path in sorted(files):  # sentences that a check's own property returns
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Return) and node.value is not None:
                found = [one for one in _literals(node.value, path.stem) if " " in one.text]
                yield from (one for one in found if one.text.endswith((".", "?")))


def of_package() -> Iterator[Found]:
    """Yield the sentences that all lessons share: those of checks, hints, predictions, claims and the quiz."""
    for name in COMMON:
        tree = ast.parse((_PACKAGE / name).read_text(encoding="utf-8"))
        for node in ast.iter_child_nodes(tree):
            yield from _sentences(node, Path(name).stem)


def _arguments(call: ast.Call, shown: tuple[int | str, ...]) -> Iterator[ast.expr]:
    for place in shown:
        if isinstance(place, int):
            yield from call.args[place : place + 1]
        else:
            yield from (keyword.value for keyword in call.keywords if keyword.arg == place)


def _literals(node: ast.AST, where: str) -> Iterator[Found]:
    """Yield the texts in an expression, in order; keys by which something is looked up are none."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield from _worth([_text(node, where)])
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "mean_of":
        return
    elif not isinstance(node, (ast.Subscript, ast.Compare, ast.FormattedValue)):
        for child in ast.iter_child_nodes(node):
            yield from _literals(child, where)


def _sentences(node: ast.AST, where: str) -> Iterator[Found]:
    """Yield what reads like words in a module of the package: no docstrings, errors, names of media or markup."""
    if isinstance(node, (ast.Raise, ast.Compare, ast.Subscript, ast.FormattedValue)):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        found = _text(node, where)
        words = found.text.strip()
        if (" " in words or words in _WORDS) and not any(sign in words for sign in ("<", "__", "lower ")):
            yield from _worth([found])
        return
    for child in ast.iter_child_nodes(node):
        yield from _sentences(child, where)


def _text(node: ast.JoinedStr | ast.Constant, where: str) -> Found:
    """A literal as the catalogue holds it: each computed value becomes a mark."""
    if isinstance(node, ast.Constant):
        return Found(str(node.value), where)
    text = ""
    marks: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            text += f"{{{len(marks)}}}"
            marks.append(ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else "")
    return Found(text, where, tuple(marks))


def _worth(found: Iterator[Found] | list[Found]) -> Iterator[Found]:
    """Leave out what has nothing to translate, or would fit everything."""
    for one in found:
        if n_letters(one.text) >= LEAST_LETTERS:
            yield one._replace(text=one.text.strip())
