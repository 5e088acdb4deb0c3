"""Each case hides its mistake in exactly one of the five, and the others use the true gradient."""

from types import SimpleNamespace

import pytest
import torch
from torch.nn.functional import cross_entropy

from gentutor.models.initialisation import deep_net
from gentutor.seeding import generator
from gentutor.training.silent_bugs import BUGS, suspects

CULPRITS = ("C", "D", "B", "E")


def length_and_idle(update):
    """How long the gradient of the second update is beside the true one, and how many weights stood still."""
    x, y = torch.randn(16, 12, generator=generator(0)), torch.arange(16) % 4
    model = deep_net(12, 8, 8, 4)
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-4)
    for _ in range(2):
        before = [w.detach().clone() for w in model.parameters()]
        truth = torch.autograd.grad(cross_entropy(model(x), y), list(model.parameters()))
        loss = update(model, optimiser, (x, y), SimpleNamespace(lr=1e-4), generator(0))["loss"]
        assert loss > 0
    used = [torch.zeros_like(w) if w.grad is None else w.grad for w in model.parameters()]
    length = torch.cat([g.ravel() for g in used]).norm() / torch.cat([g.ravel() for g in truth]).norm()
    return float(length), sum(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


@pytest.mark.parametrize("case", range(len(BUGS)), ids=BUGS)
def test_only_the_culprit_is_wrong(case):
    found = {name: length_and_idle(update) for name, update in suspects(case).items()}
    odd = [name for name, (length, idle) in found.items() if abs(length - 1) > 0.3 or idle]
    assert odd == [CULPRITS[case]], found
    length, idle = found[CULPRITS[case]]
    expected = {0: length < 0.1, 1: abs(length - 2) < 0.1, 2: length < 0.7, 3: idle == 1}
    assert expected[case], found
