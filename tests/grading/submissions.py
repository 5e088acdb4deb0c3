"""Submissions for the grader's tests: student copies of lesson 04 with answers filled in, honest or not."""

from __future__ import annotations

import copy
import functools
import json
from typing import Any

from gentutor.exercises.contract import Choice, Exercise, Written
from gentutor.exercises.registry import exercises
from gentutor.workspace.files import cell_source, read_notebook
from gentutor.workspace.lessons import find_lesson
from gentutor.workspace.student import student_copy

LESSON = "04_vaes"
Notebook = dict[str, Any]

RIGHT = {
    "reparameterise": "def reparameterise(mu, logvar, eps):\n    return mu + torch.exp(logvar / 2) * eps\n",
    "kl_divergence": "def kl_divergence(mu, logvar):\n    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)\n",
    # It uses both a helper of the lesson and the exercise before, as the lesson suggests.
    "elbo": "def elbo(logits, x, mu, logvar):\n"
    "    return -(reconstruction_loss(logits, x) + kl_divergence(mu, logvar)).mean()\n",
}
ESSAY = (
    "The decoder answers with the average of all pictures that a code could mean, and the average of many sharp "
    "pictures is a blurred one; a loss that treats every pixel by itself does not mind."
)


def points_of(kind: type, name: str = "") -> float:
    """Points of the lesson's contracts of a kind, or of the one with that name."""
    return float(sum(c.points for c in exercises(LESSON) if isinstance(c, kind) and name in ("", c.name)))


def untouched() -> Notebook:
    """The student copy as it is handed out."""
    return copy.deepcopy(_untouched())


@functools.cache
def _untouched() -> Notebook:
    notebook: Notebook = json.loads(student_copy(find_lesson(LESSON)))
    for cell in notebook["cells"]:
        cell["source"] = cell_source(cell)
    return notebook


def solved() -> Notebook:
    """The student copy with the master's own solutions in it."""
    notebook = untouched()
    for cell in read_notebook(find_lesson(LESSON).path)["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            find_cell(notebook, cell["id"])["source"] = cell_source(cell)
    return answer_questions(notebook)


def filled(**sources: str | None) -> Notebook:
    """A student copy that is right in everything, but for the cells given by exercise; None leaves the stub."""
    notebook = answer_questions(untouched())
    for name, source in (RIGHT | sources).items():
        if source is not None:
            cell_of(notebook, name)["source"] = source
    return notebook


def answer_questions(notebook: Notebook) -> Notebook:
    """Choose the right letters and write the written answers."""
    for contract in exercises(LESSON):
        if isinstance(contract, Choice):
            cell_of(notebook, contract.name)["source"] = f'{contract.name} = "{contract.right}"\n'
        elif isinstance(contract, Written):
            cell_of(notebook, contract.name)["source"] = ESSAY
    return notebook


def find_cell(notebook: Notebook, cell_id: str) -> dict[str, Any]:
    """The cell with an id."""
    found: dict[str, Any] = next(cell for cell in notebook["cells"] if cell.get("id") == cell_id)
    return found


def cell_of(notebook: Notebook, grade_id: str) -> dict[str, Any]:
    """The cell with a grade_id, such as ``"elbo"`` or ``"check_elbo"``."""
    found: dict[str, Any] = next(
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )
    return found


def code_cell(source: str, cell_id: str = "my-own-cell", outputs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A code cell of the student's own."""
    return {
        "cell_type": "code", "id": cell_id, "metadata": {}, "execution_count": None, "source": source,
        "outputs": outputs or [],
    }  # fmt: skip


def insert(notebook: Notebook, before: str, *sources: str, cell_id: str = "my-own-cell") -> Notebook:
    """Put code cells before the cell with an id, or at the end where that is empty."""
    at = notebook["cells"].index(find_cell(notebook, before)) if before else len(notebook["cells"])
    notebook["cells"][at:at] = [code_cell(source, f"{cell_id}-{i}") for i, source in enumerate(sources)]
    return notebook


def as_bytes(notebook: Notebook) -> bytes:
    """The notebook as a file, with lists of lines as Jupyter saves them."""
    saved = copy.deepcopy(notebook)
    for cell in saved["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return json.dumps(saved, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def names_of_functions() -> list[str]:
    """The exercises of the lesson that ask for a function, in its order."""
    return [contract.name for contract in exercises(LESSON) if isinstance(contract, Exercise)]
