"""The steps written out are those of torch's optimisers."""

import pytest
import torch

from gentutor.models.muon import orthogonalised
from gentutor.seeding import generator
from gentutor.training.optimisers import adam_step, gradient_step, momentum_step, muon_step


def by_torch(make, gradients):
    w = torch.ones(4, 3, requires_grad=True)
    optimiser = make([w])
    for grad in gradients:
        w.grad = grad.clone()
        optimiser.step()
    return w.detach()


@pytest.fixture
def gradients():
    return torch.randn(5, 4, 3, generator=generator(0)).unbind()


def test_gradient_descent(gradients):
    w = torch.ones(4, 3)
    for grad in gradients:
        w = gradient_step(w, grad, 0.1)
    torch.testing.assert_close(w, by_torch(lambda p: torch.optim.SGD(p, lr=0.1), gradients))


def test_momentum(gradients):
    w, v = torch.ones(4, 3), torch.zeros(4, 3)
    for grad in gradients:
        w, v = momentum_step(w, grad, v, 0.1, 0.9)
    torch.testing.assert_close(w, by_torch(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), gradients))


def test_adam(gradients):
    w, m, v = torch.ones(4, 3), torch.zeros(4, 3), torch.zeros(4, 3)
    for t, grad in enumerate(gradients, start=1):
        w, m, v = adam_step(w, grad, m, v, t, 0.1, 0.8, 0.95)
    torch.testing.assert_close(w, by_torch(lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.95)), gradients))


@pytest.mark.parametrize("shape", [(4, 3), (3, 8), (2, 2)])
def test_orthogonalised_has_singular_values_about_1_and_keeps_the_directions(shape):
    matrix = torch.randn(shape, generator=generator(1))
    u, _, vh = torch.linalg.svd(matrix, full_matrices=False)
    inside = u.T @ orthogonalised(matrix) @ vh.T  # nearly diagonal, about 1
    assert inside.diagonal().min() > 0.6
    assert inside.diagonal().max() < 1.3
    torch.testing.assert_close(inside, inside.diagonal().diag(), rtol=0, atol=1e-4)


def test_muon_moves_by_the_learning_rate_whatever_the_size_of_the_gradient(gradients):
    w, v = torch.ones(4, 3), torch.zeros(4, 3)
    small, _ = muon_step(w, gradients[0], v, 0.1)
    large, _ = muon_step(w, 1000 * gradients[0], v, 0.1)
    torch.testing.assert_close(small, large, rtol=1e-3, atol=1e-4)
