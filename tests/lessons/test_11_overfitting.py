"""Lesson 11: what it shows in view is what the package holds, to the bit; nothing sees the pixel that it foretells."""

from types import SimpleNamespace

import pytest
import torch

from gentutor.datasets.augmenting import augment, random_changes
from gentutor.metrics import recited_share
from gentutor.models import HalfPainter, MaskedPainter, train_painter
from gentutor.models import masked_painter as package
from gentutor.models.painter_training import should_stop
from gentutor.seeding import generator
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["11_overfitting"]
IN_VIEW = (
    "imports", "painters", "recited-share", "dropout", "painter", "picture-loss", "augment", "random-changes", "update",
    "should-stop", "train-painter", "half-painter",
)  # fmt: skip
CELLS = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
REMEDIES = {"dropout": 0.3, "weight_decay": 2.0, "augmentation": 0.7}


def some_greys(n, stream="greys"):
    """Pictures with some order in them: each is a block of one grey on black, int64 (n, 1, 14, 14)."""
    dice = generator(0, stream)
    x = torch.zeros(n, 1, 14, 14, dtype=torch.int64)
    for picture, (top, left, grey) in zip(x, torch.randint(1, 4, (n, 3), generator=dice).tolist(), strict=True):
        picture[:, 2 * top : 2 * top + 6, 2 * left : 2 * left + 4] = grey
    return x


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them."""
    names = {"seed": 3, "test": some_greys(5, "test"), "greys": lambda split, n: some_greys(n, split)}
    for cell in IN_VIEW:
        source = CELLS[cell].split("\nreal_news")[0].split("\nshown = ")[0]
        source = source.replace('load_bundled("painters_fashion")', "None")
        exec(compile(source, cell, "exec"), names)
    return names


@pytest.mark.parametrize("remedies", [{}, REMEDIES, {"patience": 2}])
def test_training_in_view_and_in_the_package_gives_equal_weights_and_curves(shown, remedies):
    x, validation = some_greys(12), some_greys(8, "validation")
    how = {"updates": 45, "batch_size": 6, "width": 16, "lr": 0.02, "seed": 3, **remedies}
    ours, theirs = shown["train_painter"](x, validation, **how), train_painter(x, validation, **how)
    torch.testing.assert_close(ours.model.state_dict(), theirs.model.state_dict(), rtol=0, atol=0)
    assert (ours.training, ours.validation, ours.kept) == (theirs.training, theirs.validation, theirs.kept)
    fresh = MaskedPainter(16, 3).state_dict()
    assert not any(torch.equal(fresh[name], weight) for name, weight in ours.model.state_dict().items())


def test_the_functions_in_view_equal_those_of_the_package(shown):
    x, dice = torch.randn(2, 4, 6, generator=generator(1)).unbind()
    for training in (True, False):
        ours = shown["dropout"](x, dice.sigmoid(), 0.4, training)
        torch.testing.assert_close(ours, package.dropout(x, dice.sigmoid(), 0.4, training))
    changes = random_changes(12, 0.8, generator(2))
    assert all(torch.equal(a, b) for a, b in zip(shown["random_changes"](12, 0.8, generator(2)), changes, strict=True))
    assert torch.equal(shown["augment"](some_greys(12), *changes), augment(some_greys(12), *changes))
    for losses in ([], [3.0], [3.0, 2.0, 2.5, 2.0], [1.0, 2.0, 3.0, 0.5]):
        assert shown["should_stop"](losses, 2) is should_stop(losses, 2)
    made, known = torch.rand(2, 9, 1, 14, 14, generator=generator(4)).unbind()
    assert shown["recited_share"](made, known, 0.9) == recited_share(made, known, 0.9)


def test_painting_in_view_and_in_the_package_gives_equal_pictures(shown):
    model = MaskedPainter(16, 1).eval()
    assert torch.equal(shown["paint"](model, 4, seed=2), package.painted(model, 4, seed=2))


def test_the_half_painter_in_view_is_the_one_of_the_package(shown):
    x = shown["fresh"]
    for n, ridge in ((20, 0.0), (150, 0.0), (150, 5.0)):
        theirs = HalfPainter(n, ridge, seed=3).fit(shown["hundred"])
        torch.testing.assert_close(shown["lower_halves"](x, n, ridge), theirs(x), rtol=1e-4, atol=1e-4)
        assert shown["error"](x, n, ridge) == pytest.approx(theirs.error(x), rel=1e-3)


@pytest.mark.parametrize("pixel", [0, 57, 195])
def test_no_pixel_feels_itself_or_a_later_one(shown, pixel):
    model = shown["MaskedPainter"](64, 0)
    x = some_greys(1).float().requires_grad_()
    (felt,) = torch.autograd.grad(model(x)[0, pixel].square().sum(), x)
    assert not felt.flatten()[pixel:].any()
    assert felt.flatten()[:pixel].any() == (pixel > 0)


def test_update_in_view_and_in_the_package_move_weights_alike(shown):
    now = SimpleNamespace(lr=0.01, progress=0.2, dropout=0.3, weight_decay=1.0, augmentation=1.0)
    models = shown["MaskedPainter"](16, 1), MaskedPainter(16, 1)
    shown["update"](models[0], shown["new_optimiser"](models[0]), some_greys(6), now, generator(5))
    package.painter_update(
        models[1], package.painter_adam(models[1]), x=some_greys(6), settings=now, generator=generator(5)
    )
    torch.testing.assert_close(models[0].state_dict(), models[1].state_dict(), rtol=0, atol=0)
