"""Lesson 03: what it shows in view is what the package holds, and collapse and its cures hold over five seeds."""

from types import SimpleNamespace

import pytest
import torch

from gentutor.datasets.shapes import load_shape, ring_centres
from gentutor.exercises.gans.discriminator_loss import discriminator_loss
from gentutor.exercises.gans.generator_loss import generator_loss
from gentutor.exercises.gans.gradient_penalty import gradient_penalty
from gentutor.knobs import lesson_knobs
from gentutor.losses import gan_discriminator_loss, gan_generator_loss
from gentutor.losses import gradient_penalty as penalty_of_logits
from gentutor.metrics import mode_coverage
from gentutor.models import Averaged, gan, gan_adam, gan_update
from gentutor.models.layers import mlp
from gentutor.models.point_game import LOSS_KINDS, game_losses, point_game_update, point_players, slope_penalty
from gentutor.seeding import generator
from gentutor.training import Batches, Run
from gentutor.training.state import same
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["03_gans"]
KNOBS = lesson_knobs("gans")
IN_VIEW = (
    "imports", "discriminator-loss", "generator-loss", "gradient-penalty", "networks", "game-losses", "update",
    "generator-network", "discriminator-network", "image-update",
)  # fmt: skip
CELLS = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them."""
    names = {"seed": 3}
    for cell in IN_VIEW:
        exec(compile(CELLS[cell], cell, "exec"), names)
    return names


@pytest.fixture
def logits():
    return torch.randn(2, 9, generator=generator(0)).unbind()


def test_the_losses_in_view_equal_those_of_the_package(shown, logits):
    real, fake = logits
    for ours in (shown["discriminator_loss"], discriminator_loss, gan_discriminator_loss):
        torch.testing.assert_close(ours(real, fake), game_losses(1, real, fake)[0])
    for ours in (shown["generator_loss"], generator_loss, gan_generator_loss):
        torch.testing.assert_close(ours(fake), game_losses(1, real, fake)[1])
    for kind in range(len(LOSS_KINDS)):
        assert all(map(torch.equal, shown["game_losses"](kind, real, fake), game_losses(kind, real, fake)))
    torch.testing.assert_close(game_losses(2, real, fake)[0], gan_discriminator_loss(real, fake, "relativistic"))
    torch.testing.assert_close(game_losses(2, real, fake)[1], gan_generator_loss(fake, real, "relativistic"))


def test_the_penalty_in_view_equals_those_of_the_package(shown):
    D, x = point_players(1).D, torch.randn(9, 2, generator=generator(0))
    wanted = slope_penalty(D, x)
    for ours in (shown["gradient_penalty"], gradient_penalty):
        torch.testing.assert_close(ours(x, discriminator=lambda x: D(x).squeeze(1)), wanted)
    x = x.requires_grad_(True)
    torch.testing.assert_close(penalty_of_logits(D(x).squeeze(1), x), wanted)


def game_of(update, parts, knobs, steps, seed=3):
    points = load_shape(0, 5000, generator(seed, "points"))
    return Run(update, parts, Batches(points, seed=seed), knobs, knobs=KNOBS, steps=steps, seed=seed)


@pytest.mark.parametrize("knobs", [{}, {"loss_kind": 0, "n_d": 3}, {"loss_kind": 2, "r1": 0.5, "n_g": 2}])
def test_the_game_in_view_and_in_the_package_gives_equal_weights(shown, knobs):
    assert str(shown["mlp"](2, 8, 1)) == str(mlp(2, 8, 1))
    ours = game_of(shown["update"], shown["new_players"](), knobs, 12).finish(progress=False)
    theirs = game_of(point_game_update, point_players(3)._asdict(), knobs, 12).finish(progress=False)
    for name in ("G", "D"):
        assert same(ours.parts[name].state_dict(), theirs.parts[name].state_dict())
        assert not same(ours.parts[name].state_dict(), getattr(point_players(3), name).state_dict())
    assert ours.metrics == theirs.metrics


@pytest.mark.parametrize("r1", [0.0, 1.0])
def test_the_image_game_in_view_and_in_the_package_gives_equal_weights(shown, r1):
    x, label = torch.rand(8, 1, 28, 28, generator=generator(0)), torch.arange(8)
    settings = SimpleNamespace(
        lr_d=2e-3, lr_g=2e-3, n_d=2, d_steps=2, loss_kind=1, loss="non-saturating", r1=r1, r2=0.0, progress=0.25
    )

    def played(networks, update):
        g, d = networks["Generator"](width=8, seed=5), networks["Discriminator"](width=8, seed=5)
        players = {"g": g, "d": d, "average": Averaged(g), "g_optimiser": gan_adam(g), "d_optimiser": gan_adam(d)}
        for step in range(3):
            update(**players, x=(x, label), settings=settings, generator=generator(0, step))
        return {**players["average"].network.state_dict(), **d.state_dict()}

    ours, theirs = played(shown, shown["image_update"]), played(vars(gan), gan_update)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def patients(seed):
    """Modes covered under each treatment of the lesson, with its own settings, read from its cell."""
    players = {"game": None}
    source = CELLS["collapse"].split("if profile")[0]
    exec(compile(source, "collapse", "exec"), players)
    for name, cure in players["treatments"].items():
        run = game_of(point_game_update, point_players(seed)._asdict(), players["ill"] | cure, 400, seed)
        run.finish(progress=False)
        with torch.no_grad():
            fakes = run.parts["G"](torch.randn(2000, 2, generator=generator(seed, "forged")))
        yield name, mode_coverage(fakes, ring_centres(), radius=0.2, share=1 / 6)


@pytest.mark.parametrize("seed", range(5))
def test_collapse_on_demand_and_its_cures_over_seeds(seed):
    modes = dict(patients(seed))
    assert modes["untreated"] <= 3
    assert modes["balance"] == modes["R1"] == modes["relativistic and R1"] == 8
