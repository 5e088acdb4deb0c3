"""Lesson 09: what it shows in view is what the package holds."""

import numpy as np
import pytest
import torch

from gentutor import metrics
from gentutor.datasets.shapes import load_shape
from gentutor.exercises.registry import exercises
from gentutor.knobs import lesson_knobs
from gentutor.models import ring_budget, ring_families
from gentutor.seeding import generator
from gentutor.training.state import same
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["09_evaluation"]
KNOBS = lesson_knobs("09_evaluation")
CELLS = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
IN_VIEW = (
    "imports", "precision-recall-f1", "frechet-distance", "density-coverage", "memorised-share", "family", "gan", "vae",
    "autoregressive", "flow", "diffusion",
)  # fmt: skip


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them."""
    names = {"seed": 3, "REAL": "#B34700", "FAKE": "#00558C", "KNOBS": KNOBS, "settings": KNOBS.values_for("quick")}
    for cell in IN_VIEW:
        exec(compile(CELLS[cell], cell, "exec"), names)
    exec(compile(CELLS["confusion"].split("\nverdicts")[0], "confusion", "exec"), names)
    n_threads = torch.get_num_threads()
    for cell in ("train-families", "ward"):
        exec(compile(CELLS[cell], cell, "exec"), names)
    yield names
    torch.set_num_threads(n_threads)


def test_the_measures_in_view_equal_those_of_the_package(shown):
    x, reference = torch.randn(2, 90, 5, generator=generator(0)).unbind()
    reference = 1.3 * reference
    predicted, truth = torch.randint(4, (2, 90), generator=generator(1)).unbind()
    counts = shown["confusion_matrix"](predicted, truth, 4)
    assert torch.equal(counts, metrics.confusion_matrix(predicted, truth, 4))
    assert torch.equal(shown["precision_recall_f1"](counts), metrics.precision_recall_f1(counts))
    assert shown["frechet_distance"](x, reference) == pytest.approx(metrics.frechet_distance(x, reference), rel=1e-6)
    assert shown["density_coverage"](x, reference, 4) == pytest.approx(metrics.density_coverage(x, reference, 4))
    near = torch.cat([x, reference[:30] + 0.01])
    assert shown["memorised_share"](near, reference, 1 / 3) == pytest.approx(metrics.memorised_share(near, reference))


@pytest.mark.parametrize("broken", [True, False])
@pytest.mark.parametrize("kind", range(5))
def test_the_families_in_view_and_in_the_package_give_equal_weights(shown, kind, broken):
    points = load_shape("ring of eight", 500, generator(0, "points"))
    ours = shown["train_family"](kind, points, 0.3, broken=broken, seed=3)
    theirs = ring_budget.train_family(kind, points, 0.3, broken=broken, seed=3)
    assert same(ours.net.state_dict(), theirs.net.state_dict())
    assert torch.equal(ours.sample(9, generator(0)), theirs.sample(9, generator(0)))
    assert not same(ours.net.state_dict(), ring_families.FAMILIES[kind](broken, 3).net.state_dict())


def test_every_slider_and_exercise_of_the_lesson_is_declared():
    assert [exercise.name for exercise in LESSON.exercises] == [contract.name for contract in exercises("evaluation")]
    assert {"n_samples", "blur", "copies", "k"} <= set(KNOBS)


@pytest.mark.parametrize("kind", range(5))
def test_a_patient_can_be_cured_while_it_trains(shown, kind):
    run, view = shown["admit"](shown["FAMILIES"][kind], "ill", 12)
    for _ in range(4):
        run.step()
    cured = run.branch("cured", broken=0)
    for _ in range(8):  # in turns, although both runs borrow one patient
        cured.step(), run.step()
    assert view(cured.parts).shape == (280, 280, 3)
    assert not np.array_equal(*(r.curve("distance")[1][-8:] for r in (cured, run)))
    alone, _ = shown["admit"](shown["FAMILIES"][kind], "ill", 12)
    assert same(alone.finish(progress=False).parts["net"].state_dict(), run.parts["net"].state_dict())
    assert set(run.metrics) == {"distance", "spots"}
