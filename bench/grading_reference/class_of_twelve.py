"""The same twelve submissions for every grader: a notebook that imports torch, with three functions to write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gentutor.workspace.files import cell_source, read_notebook
from gentutor.workspace.lessons import lesson_path

LESSON = "04_vaes"
NAMES = ("reparameterise", "kl_divergence", "elbo")
TESTS = {
    "reparameterise": (
        "assert torch.allclose(reparameterise(torch.ones(4, 3), torch.zeros(4, 3), torch.ones(4, 3)), "
        "torch.full((4, 3), 2.0))",
        "assert torch.allclose(reparameterise(torch.zeros(2, 3), torch.full((2, 3), 2.0), torch.ones(2, 3)), "
        "torch.full((2, 3), 2.718282))",
    ),
    "kl_divergence": (
        "assert torch.allclose(kl_divergence(torch.zeros(4, 3), torch.zeros(4, 3)), torch.zeros(4))",
        "assert torch.allclose(kl_divergence(torch.ones(4, 3), torch.zeros(4, 3)), torch.full((4,), 1.5))",
    ),
    "elbo": (
        "assert abs(float(elbo(torch.zeros(4, 1, 5, 7), torch.full((4, 1, 5, 7), 0.5), torch.zeros(4, 3), "
        "torch.zeros(4, 3))) + 24.2602) < 1e-3",
        "assert abs(float(elbo(torch.zeros(4, 1, 5, 7), torch.full((4, 1, 5, 7), 0.5), torch.ones(4, 3), "
        "torch.zeros(4, 3))) + 25.7602) < 1e-3",
        "assert elbo(torch.zeros(1, 1, 5, 7), torch.ones(1, 1, 5, 7), torch.zeros(1, 3), "
        "torch.zeros(1, 3)).shape == ()",
    ),
}
"""The seven tests that the other graders run: known values instead of seeds, so they have less to compute than ours."""

GIVEN = """import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def reconstruction_loss(logits, x):
    return binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)"""
_RIGHT = {
    "reparameterise": "def reparameterise(mu, logvar, eps):\n    return mu + (0.5 * logvar).exp() * eps",
    "kl_divergence": "def kl_divergence(mu, logvar):\n"
    "    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(1)",
    "elbo": "def elbo(logits, x, mu, logvar):\n"
    "    return -(reconstruction_loss(logits, x) + kl_divergence(mu, logvar)).mean()",
}


def _changed(name: str, old: str, new: str) -> dict[str, str]:
    assert old in _RIGHT[name]
    return {**_RIGHT, name: _RIGHT[name].replace(old, new)}


ANSWERS: dict[str, dict[str, str]] = {
    "anna_right": _RIGHT,
    "ben_right": _changed("kl_divergence", "mu.square()", "mu**2"),
    "cleo_right": _changed("reparameterise", "(0.5 * logvar).exp()", "torch.exp(logvar / 2)"),
    "dan_right": _changed("elbo", ".mean()", ".sum() / len(x)"),
    "eva_wrong": _changed("reparameterise", "0.5 * logvar", "logvar"),
    "finn_wrong": _changed("kl_divergence", "sum(1)", "mean(1)"),
    "gina_wrong": _changed("elbo", "return -", "return "),
    "hugo_raising": _changed("kl_divergence", "logvar.exp()", "logvr.exp()"),
    "ines_raising": _changed("elbo", "return -(", "raise ValueError(x.shape)\n    return -("),
    "jan_raising": _changed("reparameterise", "eps):", "eps)"),
}
LOOPING = {"kim_looping": _changed("kl_divergence", "return", "while True:\n        pass\n    return")}
UNREADABLE = {"lea_unreadable": b'{"cells": [{"cell_type": "code", "sou'}


def notebook(answers: dict[str, str], checks: dict[str, str], lesson: Path, *, ours: bool = False) -> str:
    """A notebook of given cells, answers, and a tool's own check cells; ours has the lesson's questions too."""
    nbgrader = {
        _grade_id(cell): cell["metadata"]["nbgrader"]
        for cell in read_notebook(lesson)["cells"] if _grade_id(cell)
    }  # fmt: skip
    cells = [_head(lesson), _code("given", GIVEN, {})]
    for name in NAMES:
        word = name.replace("_", "-")
        cells.append(_code(word, answers[name], {"nbgrader": nbgrader[name]}))
        if name in checks:
            cells.append(_code(f"check-{word}", checks[name], {"nbgrader": nbgrader[f"check_{name}"]}))
    others = [cell for cell in read_notebook(lesson)["cells"] if ours and _other_exercise(cell)]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return json.dumps({"cells": cells + others, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})


def master(lesson: Path, *, ours: bool) -> str:
    """The lesson as it is graded: its exercises without the experiments between them."""
    solutions = {
        name: source.replace(":\n    ", ":\n    ### BEGIN SOLUTION\n    ", 1) + "\n    ### END SOLUTION"
        for name, source in _RIGHT.items()
    }
    return notebook(solutions, {name: f"{name} = check({name})" for name in NAMES}, lesson, ours=ours)


def class_of(n: int, *, looping: bool = False, unreadable: bool = True, ordinary: bool = False) -> dict[str, Any]:
    """Answers (or bytes, where there is no notebook) of `n` students, by name: the twelve, again and again."""
    chosen: dict[str, Any] = dict(ANSWERS)
    if unreadable and not ordinary:
        chosen |= UNREADABLE
    if looping:
        chosen |= LOOPING
    names = list(chosen)
    return {f"{names[i % len(names)]}_{i:04d}": chosen[names[i % len(names)]] for i in range(n)}


def master_path() -> Path:
    """The real lesson, whose marks the bench's notebooks carry."""
    return lesson_path(LESSON)


def _grade_id(cell: dict[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _other_exercise(cell: dict[str, Any]) -> bool:
    return bool(_grade_id(cell)) and _grade_id(cell).removeprefix("check_") not in NAMES


def _head(lesson: Path) -> dict[str, Any]:
    cell = read_notebook(lesson)["cells"][0]
    return {"cell_type": "markdown", "id": "title", "metadata": {}, "source": cell_source(cell)}


def _code(cell_id: str, source: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code", "execution_count": None, "id": cell_id, "metadata": metadata, "outputs": [],
        "source": source,
    }  # fmt: skip
