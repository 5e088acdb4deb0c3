"""Lesson 00: what it shows in view is what the package holds, and its parameters matter."""

import random
import re

import pytest
import torch

from gentutor.datasets import load_fables
from gentutor.datasets.text import sentences
from gentutor.exercises import progress
from gentutor.exercises.quiz import Quiz
from gentutor.metrics import cost
from gentutor.models import classifiers, counting
from gentutor.seeding import generator
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["00_welcome"]
IN_VIEW = ("imports", "fit-border", "fit-clouds", "bayes-posterior", "counting", "training-flops")


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells."""
    names = {"seed": 0}
    cells = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
    for cell in IN_VIEW:
        exec(compile(cells[cell], cell, "exec"), names)
    return names


@pytest.mark.parametrize("n", [5, 40])
def test_both_classifiers_in_view_equal_those_of_the_package(shown, n):
    x, y = classifiers.two_groups(n, 0.8, generator(0, "points"))
    w, b = shown["fit_border"](x, y)
    ours = classifiers.fit_border(x, y)
    assert torch.equal(w, ours.w)
    assert torch.equal(b, ours.b)
    means, spread, log_priors = shown["fit_groups"](x, y)
    groups = classifiers.fit_groups(x, y)
    assert torch.equal(means, groups.means)
    assert torch.equal(spread, groups.spread)
    assert torch.equal(log_priors, groups.log_priors)
    likelihoods = shown["log_likelihoods"](x, means, spread)
    assert torch.equal(likelihoods, groups.log_likelihoods(x))
    assert torch.equal(shown["bayes_posterior"](likelihoods, log_priors), groups.posterior(x))


def test_the_clouds_are_densities_and_their_samples_look_like_the_data(shown):
    x, y = classifiers.two_groups(4000, 0.8, generator(1, "points"))
    groups = classifiers.fit_groups(x, y)
    side = torch.linspace(-8, 8, 400)
    plane = torch.cartesian_prod(side, side)
    areas = groups.log_likelihoods(plane).exp().sum(0) * (side[1] - side[0]) ** 2
    torch.testing.assert_close(areas, torch.ones(2), rtol=1e-3, atol=0)
    drawn, group = groups.sample(20_000, generator(1, "drawn"))
    for k in (0, 1):
        torch.testing.assert_close(drawn[group == k].mean(0), x[y == k].mean(0), rtol=0, atol=0.05)


def test_the_fitted_border_is_that_of_logistic_regression():
    """Gradient descent arrives where torch's quasi-Newton method does."""
    x, y = classifiers.two_groups(400, 1.2, generator(2, "points"))
    weights = torch.zeros(3, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def loss():
        optimiser.zero_grad()
        value = torch.nn.functional.binary_cross_entropy_with_logits(x @ weights[:2] + weights[2], y.float())
        value.backward()
        return value

    optimiser.step(loss)
    ours = classifiers.fit_border(x, y, steps=3000)
    torch.testing.assert_close(torch.cat([ours.w, ours.b[None]]), weights.detach(), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("context", [0, 3, 6])
def test_the_writer_in_view_equals_that_of_the_package(shown, context):
    fables = load_fables()
    ours, theirs = shown["count_letters"](fables, context), counting.count_letters(fables, context)
    assert ours == theirs
    lines = [
        [write(table, context, rng) for _ in range(20)]
        for write, table, rng in (
            (shown["write_line"], ours, random.Random(5)), (counting.write_line, theirs, random.Random(5)),
        )
    ]  # fmt: skip
    assert lines[0] == lines[1]


def test_the_cost_in_view_equals_that_of_the_package(shown):
    assert shown["training_flops"](1234, 56, 78) == cost.training_flops(1234, 56, 78)


def test_a_pace_foretells_what_it_was_made_from():
    pace = cost.Pace(start=0.002, speed=5e9, waiting=1.5)
    laps = [cost.Lap(f, 0.002 + f / 5e9, 1.5 * (0.002 + f / 5e9)) for f in (1e6, 2e7, 3e8)]
    fitted = cost.fit_pace(laps)
    assert fitted == pytest.approx(pace)
    assert fitted.seconds(1e6, 10, 7) == pytest.approx(7 * (0.002 + 6e7 / 5e9))


def test_a_line_that_would_start_below_zero_is_mended():
    fitted = cost.fit_pace([cost.Lap(1e6, 0.001, 0.001), cost.Lap(2e6, 0.003, 0.003)])
    assert fitted.start == 0
    assert 5e8 < fitted.speed < 1e9


def test_the_operations_of_a_linear_layer_are_counted_rightly():
    """Kaplan's 6 per weight, against torch's own count of a step of two large layers."""
    from torch.utils.flop_counter import FlopCounterMode

    net = torch.nn.Sequential(torch.nn.Linear(300, 400, bias=False), torch.nn.Linear(400, 500, bias=False))
    x = torch.randn(32, 300, requires_grad=True)
    with FlopCounterMode(display=False) as counter:
        net(x).sum().backward()
    n_weights = sum(p.numel() for p in net.parameters())
    assert counter.get_total_flops() == cost.training_flops(n_weights, 32, 1)


def printed(cells, name):
    (cell,) = (cell for cell in cells if cell["id"] == name)
    return "".join("".join(output.get("text", "")) for output in cell["outputs"])


@pytest.mark.lesson
def test_a_wider_model_costs_more(executed, copied):
    _, usual = executed(LESSON)
    _, varied = copied(LESSON)
    weights = [int(re.search(r"([\d,]+) weights", printed(cells, "prediction"))[1].replace(",", ""))
               for cells in (usual, varied)]  # fmt: skip
    assert weights[1] > 1.9 * weights[0]


def test_a_finished_quiz_is_drawn_as_the_students_curve(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENTUTOR_WIDGETS", "still")
    progress.forget()
    cells = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
    names = {}
    for cell in ("imports", "parameters", "make-things-up", "quiz"):
        exec(compile(cells[cell], cell, "exec"), names)
    asked = Quiz(names["deal"](names["sources"], n_each=2, seed=0))
    for i, item in enumerate(asked.items):
        asked.rate(i, 3 if item.fake else i % 2)
    assert cells["judges"].rstrip().endswith(")")
    exec(compile(cells["judges"], "judges", "exec"), names)
    assert "You judged 16 of 16 rightly; area under your curve 1.00" in capsys.readouterr().out
    assert names["points"] == {"your yes and no": (0.0, 1.0)}
    assert "you" in names["curves"]
    progress.forget()


def test_what_the_quiz_deals_is_made_up_and_of_the_shape_of_the_real_things():
    cells = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
    names = {}
    for cell in ("imports", "parameters", "make-things-up", "quiz"):
        exec(compile(cells[cell], cell, "exec"), names)
    assert len(names["written"]) >= 10
    novels = "".join([names["prose"].train, names["prose"].validation, names["prose"].test])
    assert not [line for line in names["written"] if line in novels]
    assert set(names["written"]) <= set(sentences(" ".join(names["written"])))  # told apart by nothing but their sense
    for source in list(names["sources"].values())[:3]:
        assert source.generated.shape[1:] == source.real.shape[1:]
        assert source.generated.min() >= 0
        assert source.generated.max() <= 1


@pytest.mark.lesson
def test_without_answers_the_lesson_says_how_the_students_curve_appears(executed):
    _, cells = executed(LESSON)
    assert "Finish the quiz above" in printed(cells, "judges")
