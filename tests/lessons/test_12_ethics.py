"""Lesson 12: what it shows in view is what the package holds; its repairs hold over seeds; its facts are dated."""

import re

import pytest
import torch

from gentutor import ethics
from gentutor.datasets.tokens import vocabulary_of
from gentutor.exercises.registry import exercises
from gentutor.knobs import lesson_knobs
from gentutor.metrics import read_attributes
from gentutor.seeding import generator
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["12_ethics"]
KNOBS = lesson_knobs("12_ethics")
CELLS = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
IN_VIEW = ("imports", "roc-auc", "green-z-score", "writing", "verify-manifest", "bias-amplification")


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them."""
    names = {"KNOBS": KNOBS, **KNOBS.values_for("quick"), "seed": 3}
    for cell in IN_VIEW:
        exec(compile(CELLS[cell], cell, "exec"), names)
    exec(compile(CELLS["bias"].split("\ntries")[0], "bias", "exec"), names)
    return names


def test_the_measures_in_view_equal_those_of_the_package(shown):
    scores, is_fake = torch.randn(40, generator=generator(0)).round(), torch.arange(40) < 17
    assert shown["roc_auc"](scores, is_fake) == ethics.roc_auc(scores, is_fake)
    green = torch.rand(90, generator=generator(1)) < 0.4
    assert shown["green_z_score"](green, 0.25) == ethics.green_z_score(green, 0.25)
    made, training = torch.arange(50) % 7 // 6, torch.arange(60) % 5 // 4
    assert shown["bias_amplification"](made, training) == ethics.bias_amplification(made, training)
    for note in (None, {"fingerprint": "a"}, {"fingerprint": "b"}):
        for holds in (True, False):
            assert shown["verify_manifest"](note, "a", holds) == ethics.verify_manifest(note, "a", holds)


def test_the_watermark_in_view_writes_what_the_package_writes(shown):
    ours = shown["write"](2, 60)
    begun, signs = torch.tensor([shown["BEGUN"]] * 2), vocabulary_of(shown["prose"].train)
    theirs = ethics.write_marked(
        shown["writer"], begun, 60, strength=KNOBS["strength"].default, share=KNOBS["green_share"].default,
        key=shown["KEY"], generator=generator(3, "writing"),
    )  # fmt: skip
    assert torch.equal(ours, theirs[:, begun.shape[1] - 4 :])
    for text in ours:
        assert shown["z_of"](text) == ethics.mark_z(text, len(signs), 0.25, shown["KEY"])


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_the_rare_become_rarer_and_each_repair_helps(shown, seed):
    made, worn, training = shown["four_ways"](seed, 0.8)
    usual, *repaired = (float(ethics.bias_amplification(y, training)) for y in worn.values())
    assert usual > 1.5
    assert max(repaired) < usual
    assert repaired[-1] == pytest.approx(1, abs=0.1)  # told what to paint
    assert repaired[1] < 1  # balanced batches go past the mix of the data
    everybody = made["told what to paint"]
    assert torch.equal((read_attributes(everybody)["glasses"] > 0).long(), worn["told what to paint"])


def test_facts_about_law_and_standards_have_a_date_and_no_advice():
    rules = CELLS["rules"]
    assert "not legal advice" in rules
    assert re.search(r"As of \d+ \w+ 20\d\d", rules)
    rows = [row for row in rules.splitlines() if row.startswith("|")][2:]
    assert len(rows) == 9
    undated = [row for row in rows if not re.search(r"20\d\d", row.split("|")[3])]
    assert len(undated) == 1
    assert "fines" in undated[0]
    assert "(EU) 2024/1689 of 13 June 2024" in CELLS["sources"]


def test_every_slider_and_exercise_of_the_lesson_is_declared():
    assert [exercise.name for exercise in LESSON.exercises] == [contract.name for contract in exercises("ethics")]
    told = re.findall(r"KNOBS\.only\((.+?)\)", "\n".join(CELLS.values()))
    moved = {name for names in told for name in re.findall(r"\w+", names)}
    assert moved == set(KNOBS) - {"seed", "n_fakes"}
