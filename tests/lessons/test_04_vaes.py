"""Lesson 04: what it shows in view is what the package holds, and its parameters matter."""

import re

import pytest
import torch
from torch import nn

from gentutor import losses, samplers
from gentutor.datasets import load_fashion
from gentutor.knobs import lesson_knobs
from gentutor.models import vae
from gentutor.models.recipe import adam, update
from gentutor.training import Batches, Run
from gentutor.training.state import Snapshot, same
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["04_vaes"]
IN_VIEW = (
    "imports", "networks", "auto-encoder", "auto-encoder-update", "reparameterise", "kl-divergence", "elbo", "vae",
    "vae-update",
)  # fmt: skip


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them."""
    x = load_fashion("train", n=2000).x
    names = {"seed": 3, "mean": x.flatten(1).mean(0), "x": x}
    cells = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
    for cell in IN_VIEW:
        exec(compile(cells[cell], cell, "exec"), names)
    return names


def started(model, x):
    vae.start_at_mean(model, x)
    return model


def test_the_networks_in_view_start_like_those_of_the_package(shown):
    for name in ("VAE", "AutoEncoder"):
        ours = shown[name](latent_dim=5, width=32).state_dict()
        theirs = started(getattr(vae, name)(5, 32, seed=3), shown["x"]).state_dict()
        theirs.pop("mean")  # the notebook keeps the mean picture beside the network
        assert same(ours, theirs)


def test_the_terms_in_view_equal_those_of_the_package(shown):
    generator = torch.Generator().manual_seed(0)
    mu, logvar, eps = torch.randn(3, 7, 5, generator=generator).unbind()
    logits, x = torch.randn(7, 1, 28, 28, generator=generator), torch.rand(7, 1, 28, 28, generator=generator)
    assert torch.equal(shown["reparameterise"](mu, logvar, eps), samplers.reparameterise(mu, logvar, eps))
    assert torch.equal(shown["kl_divergence"](mu, logvar), losses.kl_divergence(mu, logvar))
    assert torch.equal(shown["reconstruction_loss"](logits, x), losses.reconstruction_loss(logits, x))
    loss, _ = losses.negative_elbo(logits, x, mu, logvar)
    torch.testing.assert_close(shown["elbo"](logits, x, mu, logvar), -loss)


@pytest.mark.parametrize("knobs", [{}, {"beta": 4.0, "warm_up": 0.5}, {"beta": 4.0, "free_bits": 0.25}])
def test_training_in_view_and_in_the_package_gives_equal_weights(shown, knobs):
    def trained(model, optimiser, step):
        run = Run(
            step, {"model": model, "optimiser": optimiser}, Batches(shown["x"]), knobs,
            knobs=lesson_knobs("04_vaes"), steps=12, seed=0,
        ).finish()  # fmt: skip
        return {name: tensor for name, tensor in model.state_dict().items() if name != "mean"}, run

    model: nn.Module = shown["VAE"](5, 32)
    # As the notebook's cell vae-run builds it.
    optimiser = torch.optim.Adam(model.parameters(), lr=4e-3, betas=(0.9, 0.95), fused=True)
    ours, run = trained(model, optimiser, shown["update"])
    model = started(vae.VAE(5, 32, seed=3), shown["x"])
    theirs, _ = trained(model, adam(model), update)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)
    assert not same(ours, Snapshot.of({"model": shown["VAE"](5, 32)}, 0, 0).states["model"])
    assert run.metrics == ["loss", "reconstruction", "kl"]


def kl_of(cells):
    (cell,) = (cell for cell in cells if cell["id"] == "predict-kl")
    printed = "".join("".join(output.get("text", "")) for output in cell["outputs"])
    return float(re.search(r"\): ([\d.]+) nats", printed)[1])


@pytest.mark.lesson
def test_a_larger_beta_matters(executed, copied):
    _, usual = executed(LESSON)
    _, varied = copied(LESSON)
    assert kl_of(varied) < 0.7 * kl_of(usual)
