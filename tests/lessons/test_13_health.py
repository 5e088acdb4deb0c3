"""Lesson 13: what it shows in view is what the package holds, and its own little judges are right."""

import random

import pytest
import torch

from gentutor.knobs import lesson_knobs
from gentutor.metrics import privacy, tables
from gentutor.models import private
from gentutor.models.tabular import TabularFlow
from gentutor.seeding import generator
from gentutor.training.state import same
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["13_health"]
CELLS = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
IN_VIEW = (
    "imports", "tstr-gap", "membership-advantage", "clip-and-noise", "per-person", "private-training", "valid",
    "draw-scans",
)  # fmt: skip


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them."""
    names = {
        "seed": 3, "WIDTH": 8, "LR": 0.006, "SHARE": 0.5, "BATCH": 10, "updates": 4, "clip_norm": 0.7,
    }  # fmt: skip
    for cell in IN_VIEW:
        exec(compile(CELLS[cell], cell, "exec"), names)
    exec(compile(CELLS["grammar"].split("\nthrows")[0], "grammar", "exec"), names)
    return names


def test_the_measures_in_view_equal_those_of_the_package(shown):
    near, far = torch.rand(2, 30, generator=generator(0)).unbind()
    ours, theirs = shown["membership_advantage"](near, far, 0.4), privacy.membership_advantage(near, far, 0.4)
    assert torch.equal(ours, theirs)
    a, b, outcome = torch.randint(2, (3, 40), generator=generator(1)).unbind()
    assert shown["tstr_gap"](a, b, outcome) == tables.tstr_gap(a, b, outcome)
    grads, draw = torch.randn(6, 5, generator=generator(2)), torch.randn(5, generator=generator(3))
    assert torch.equal(shown["clip_and_noise"](grads, 0.5, 2.0, draw), private.clip_and_noise(grads, 0.5, 2.0, draw))


@pytest.mark.parametrize("noise", [0.0, 4.0])
def test_private_training_in_view_and_in_the_package_gives_equal_patients(shown, noise):
    rows = torch.randn(20, 3, generator=generator(0))
    model = TabularFlow(3, width=8, seed=3)
    start = {name: weight.clone() for name, weight in model.state_dict().items()}
    private.train_records(model, rows, 4, noise=noise, clip_norm=0.7, batch_size=10, lr=0.006, seed=3)
    assert torch.equal(shown["train_private"](rows, noise, 3), model.sample(2000, generator(3, "private")))
    assert not same(model.state_dict(), start)


def test_every_slider_and_exercise_of_the_lesson_is_declared():
    named = [exercise.name for exercise in LESSON.exercises]
    assert named[:3] == ["tstr_gap", "membership_advantage", "clip_and_noise"]
    assert {"updates", "n_train", "noise", "clip_norm"} <= set(lesson_knobs("13_health"))


@pytest.mark.parametrize("text", ["C", "CC(=O)O", "c1ccc(CN)cc1", "C1CCN(C(C)c2ccccc2)CC1", "C1CC1"])
def test_molecules_that_can_be_are_valid(shown, text):
    assert shown["valid"](text)


@pytest.mark.parametrize(
    "text",
    ["", "=C", "C=", "C(", "C)", "C()", "CC(C", "C1CC", "C1C1", "O(C)(C)C", "C(C)(C)(C)(C)C", "N=N=N", "C(=O)(=O)C",
     "cc", "CcC", "c1cccc1", "C=(C)", "C((C)C)", "C(1CC1)", "X", "O=C=O=C"],
)  # fmt: skip
def test_molecules_that_cannot_be_are_not(shown, text):
    assert not shown["valid"](text)


def spoilt(shown, n):
    """Molecules of the grammar, of which most have a letter changed."""
    dice = random.Random(0)
    for _ in range(n):
        text = shown["molecule"](dice)
        if dice.random() < 0.7:
            at = dice.randrange(len(text))
            text = text[:at] + dice.choice("CNOc=()12") + text[at + dice.randint(0, 1) :]
        yield text


def test_the_grammar_writes_valid_molecules_only(shown):
    dice = random.Random(1)
    assert all(shown["valid"](shown["molecule"](dice)) for _ in range(500))
    assert 0.2 < sum(map(shown["valid"], spoilt(shown, 500))) / 500 < 0.8


def test_no_molecule_is_valid_that_rdkit_refuses(shown):
    chem = pytest.importorskip("rdkit.Chem")
    pytest.importorskip("rdkit.RDLogger").DisableLog("rdApp.*")
    texts = list(spoilt(shown, 2000))
    ours = [shown["valid"](text) for text in texts]
    theirs = [chem.MolFromSmiles(text) is not None for text in texts]
    assert not [text for text, a, b in zip(texts, ours, theirs, strict=True) if a and not b]
    assert sum(a == b for a, b in zip(ours, theirs, strict=True)) > 0.95 * len(texts)  # ours is the stricter


def test_a_spot_is_seen_where_it_was_drawn_and_nowhere_else(shown):
    scans, ill = shown["draw_scans"](400, generator(0, "scans"))
    assert scans.shape == (400, 16, 16)
    assert scans.min() >= 0
    assert scans.max() <= 1
    seen = shown["has_spot"](scans)
    assert seen[ill].double().mean() > 0.93
    assert seen[~ill].double().mean() < 0.02
