"""Lesson 02: what it shows in view is what the package holds, and its parameters matter."""

import pytest
import torch

from gentutor.models import initialisation, two_layers
from gentutor.seeding import generator
from gentutor.training import optimisers
from gentutor.training.state import same
from gentutor.workspace.files import cell_source, read_notebook
from tests.lessons.conftest import LESSONS

LESSON = LESSONS["02_training"]
IN_VIEW = ("imports", "backward", "first-weights-code", "deep-net", "init-std", "optimiser-steps", "adam-step")


@pytest.fixture(scope="module")
def shown():
    """The definitions of the notebook's cells, with the names that earlier cells give them."""
    names = {"seed": 3}
    cells = {cell["id"]: cell_source(cell) for cell in read_notebook(LESSON.path)["cells"]}
    for cell in IN_VIEW:
        exec(compile(cells[cell], cell, "exec"), names)
    return names


def test_the_schemes_in_view_are_those_of_the_package(shown):
    assert shown["SCHEMES"] == initialisation.SCHEMES
    for scheme in range(len(shown["SCHEMES"])):
        for sizes in ((30, 20), (20, 30)):
            ours = shown["first_weights"](scheme, *sizes, 1.3, generator(0, "w"))
            assert torch.equal(ours, initialisation.first_weights(scheme, *sizes, 1.3, generator(0, "w")))
    ours = shown["deep_net"](20, 12, 10, gain=0.8).state_dict()
    assert same(ours, initialisation.deep_net(20, 12, 10, gain=0.8, seed=3).state_dict())
    for name in initialisation.GAINS:
        assert shown["init_std"](77, name) == initialisation.init_std(77, name)


def test_the_gradients_in_view_equal_those_of_the_package(shown):
    draw = generator(0)
    x, y = torch.randn(4, 6, generator=draw), torch.tensor([0, 2, 1, 2])
    weights = [torch.randn(*size, generator=draw) for size in ((6, 5), (5,), (5, 3), (3,))]
    for ours, theirs in zip(shown["backward"](x, y, *weights), two_layers.backward(x, y, *weights), strict=True):
        assert torch.equal(ours, theirs)


def test_the_steps_in_view_equal_those_of_the_package(shown):
    w, grad, m = torch.randn(3, 4, 3, generator=generator(0)).unbind()
    v = m.square()
    calls = {
        "gradient_step": (w, grad, 0.1), "momentum_step": (w, grad, m, 0.1, 0.8), "muon_step": (w, grad, m, 0.1),
        "adam_step": (w, grad, m, v, 3, 0.1), "orthogonalised": (w,),
    }  # fmt: skip
    for name, arguments in calls.items():
        ours, theirs = shown[name](*arguments), getattr(optimisers, name)(*arguments)
        pairs = zip(ours, theirs, strict=True) if isinstance(ours, tuple) else [(ours, theirs)]
        assert all(torch.equal(one, other) for one, other in pairs), name
