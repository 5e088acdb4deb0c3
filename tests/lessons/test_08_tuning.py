"""Lesson 08: what it shows in view is what the package holds, with equal losses on one seed."""

from types import SimpleNamespace

import pytest
import torch

from gentutor.knobs import lesson_knobs
from gentutor.models.name_model import NameModel, draw_names, letter_windows
from gentutor.seeding import generator
from gentutor.tuning import Study, train_names
from gentutor.tuning.choosing import FACTOR
from gentutor.tuning.objectives import PARTS, letters
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["08_tuning"]
KNOBS = lesson_knobs("tuning")
CELLS = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
IN_VIEW = ("imports", "load-data", "network", "survivors")
VALUES = {"lr": 0.01, "batch_size": 32, "width": 16, "weight_decay": 1e-4}


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them."""
    names = {name: knob.default for name, knob in KNOBS.items()} | {"profile": "quick", "budget": 900}
    n_threads = torch.get_num_threads()
    for cell in IN_VIEW:
        exec(compile(CELLS[cell], cell, "exec"), names)
    start = CELLS["random-study"].index("def halving")
    exec(CELLS["random-study"][start : CELLS["random-study"].index("winner, spent")], names)
    torch.set_num_threads(n_threads)
    return SimpleNamespace(**names)


def test_letters_in_view_are_those_of_the_package(shown):
    assert torch.equal(shown.before, letters("train")[0])
    assert torch.equal(shown.after, letters("train")[1])
    assert all(map(torch.equal, shown.judged, (part[:4000] for part in letters("validation"))))


def test_the_network_in_view_equals_the_packages(shown):
    ours, theirs = shown.NameModel(24, seed=5), NameModel(24, seed=5)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert all(map(torch.equal, ours.state_dict().values(), theirs.state_dict().values()))
    before = shown.before[:50]
    assert torch.equal(ours(before), theirs(before))


@pytest.mark.parametrize("seed", [0, 3])
def test_training_in_view_yields_the_packages_losses(shown, seed):
    ours = list(shown.training(VALUES, seed, budget=1800))
    assert ours == list(train_names(VALUES, seed, budget=1800))
    assert len(ours) == PARTS


def test_the_first_slider_shows_soup_names_and_soup(shown):
    """Too timid, right, too bold: what the text beside the slider says."""
    losses = [list(shown.training(VALUES | {"lr": lr, "width": 32}, 0, 3000))[-1] for lr in (1e-4, 0.02, 0.5)]
    assert 3.2 < losses[0] < 3.3
    assert losses[1] < 2.65
    assert losses[2] > 3.3


def test_halving_in_view_spends_what_the_lesson_says(shown):
    """27 trainings cost 7 budgets, and the winner is the best of those that went on."""
    curves = torch.rand(27, 1, generator=generator(0)) + 1 / torch.arange(1, 10)  # never cross
    winner, spent, rounds = shown.halving(curves)
    assert spent / PARTS == 7
    assert winner == int(curves[:, -1].argmin())
    assert [len(going) for going, _ in rounds] == [27, 9, 3]
    assert [part for _, part in rounds] == [1, FACTOR, FACTOR**2]


def test_halving_misses_a_slow_starter(shown):
    curves = torch.rand(27, 1, generator=generator(0)) + 1 + 1 / torch.arange(1, 10)
    slow = int(curves[:, 0].argmax())
    curves[slow] = torch.linspace(4, 0.1, 9)
    winner, _, rounds = shown.halving(curves)
    assert winner != slow
    assert slow not in rounds[1][0].tolist()


def test_a_study_of_what_is_in_view_is_one_of_the_package(shown):
    searched = KNOBS.only("lr", "batch_size", "width", "weight_decay")
    both = [
        Study(objective, searched, trials=2, seed=1).run(progress=False).made
        for objective in (
            lambda values, seed: shown.training(values, seed, budget=900),
            lambda values, seed: train_names(values, seed, budget=900),
        )
    ]
    assert [one.reports for one in both[0]] == [one.reports for one in both[1]]


def test_windows_and_drawn_names_speak_the_same_alphabet():
    before, after = letter_windows(["ada", "bo"])
    assert before.shape == (7, 4)
    assert after.tolist() == [1, 4, 1, 0, 2, 15, 0]

    class Ada(torch.nn.Module):
        """Always writes ada: the letter after nothing is a, after a the first time d."""

        def forward(self, before):
            next_letter = [{(0, 0): 1, (0, 1): 4, (1, 4): 1}.get(tuple(row[-2:].tolist()), 0) for row in before]
            return torch.nn.functional.one_hot(torch.tensor(next_letter), 27) * 1e4

    assert draw_names(Ada(), 3, generator(0)) == ["ada"] * 3
