"""Muon: on the squares of wide matrices, on kernels, and together with another optimiser."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from gentutor.models import diffusion_optimiser
from gentutor.models.diffusion import PictureVelocity, PointVelocity
from gentutor.models.muon import NEWTON_SCHULZ, Muon, Together, orthogonalised
from gentutor.seeding import generator


@pytest.mark.parametrize("shape", [(2, 8, 24), (5, 40), (3, 6, 100)])
@pytest.mark.parametrize("rounds", [1, 3, 5])
def test_on_squares_the_rounds_are_the_same(shape: tuple[int, ...], rounds: int) -> None:
    x = torch.randn(shape, generator=generator(0))
    step = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    a, b, c = NEWTON_SCHULZ
    for _ in range(rounds):
        square = step @ step.mT
        step = a * step + (b * square + c * square @ square) @ step
    torch.testing.assert_close(orthogonalised(x, rounds), step, rtol=1e-4, atol=1e-5)


def test_a_kernel_moves_as_the_matrix_with_a_row_for_each_channel() -> None:
    kernel = torch.randn(6, 4, 3, 3, generator=generator(0)).to(memory_format=torch.channels_last).requires_grad_()
    matrix = kernel.detach().flatten(1).clone().requires_grad_()
    slope = torch.randn(6, 4, 3, 3, generator=generator(1))
    for weight, grad in ((kernel, slope), (matrix, slope.flatten(1))):
        optimiser = Muon([weight], lr=0.1)
        for _ in range(2):
            weight.grad = grad.clone()
            optimiser.step()
    torch.testing.assert_close(kernel.detach().flatten(1), matrix.detach())


def two() -> tuple[nn.Sequential, Together]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = nn.Sequential(nn.Conv2d(2, 4, 3), nn.SiLU(), nn.Conv2d(4, 2, 3))
    adam = torch.optim.Adam([*network[0].parameters(), network[2].bias], lr=0.01)  # type: ignore[arg-type, list-item]
    return network, Together(Muon([network[2].weight], lr=0.05), adam)  # type: ignore[list-item]


def move(network: nn.Sequential, optimiser: torch.optim.Optimizer, steps: int) -> None:
    x = torch.randn(5, 2, 8, 8, generator=generator(0))
    for _ in range(steps):
        optimiser.zero_grad()
        network(x).square().mean().backward()
        optimiser.step()


def test_together_every_weight_moves_and_one_rate_reaches_all() -> None:
    network, optimiser = two()
    before = copy.deepcopy(network.state_dict())
    for group in optimiser.param_groups:
        group["lr"] = 0.0
    move(network, optimiser, 2)
    assert all(torch.equal(weight, before[name]) for name, weight in network.state_dict().items())
    for group in optimiser.param_groups:
        group["lr"] = 0.01
    move(network, optimiser, 2)
    assert not any(torch.equal(weight, before[name]) for name, weight in network.state_dict().items())


def test_together_they_can_be_rewound() -> None:
    network, optimiser = two()
    move(network, optimiser, 3)
    kept = copy.deepcopy((network.state_dict(), optimiser.state_dict()))
    move(network, optimiser, 3)
    after = copy.deepcopy(network.state_dict())
    network.load_state_dict(kept[0])
    optimiser.load_state_dict(kept[1])
    move(network, optimiser, 3)
    assert all(torch.equal(weight, after[name]) for name, weight in network.state_dict().items())


def test_points_are_adams_alone_and_pictures_share() -> None:
    assert isinstance(diffusion_optimiser(PointVelocity(8)), torch.optim.Adam)
    network = PictureVelocity((1, 8, 8), (2,), width=8)
    optimiser = diffusion_optimiser(network)
    assert isinstance(optimiser, Together)
    muon, adam = optimiser.param_groups
    kernels = {name for name, p in network.named_parameters() if any(p is one for one in muon["params"])}
    assert len(kernels) == 9
    assert not any(name.startswith(("read", "paint", "up")) for name in kernels)
    assert len(muon["params"]) + len(adam["params"]) == len(list(network.parameters()))
