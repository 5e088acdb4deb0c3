"""Five families on the ring: what they compute is right. That each cure works is in the test of the knob `broken`."""

import pytest
import torch

from gentutor.datasets.shapes import load_shape
from gentutor.models.ring_budget import train_family, update_flops
from gentutor.models.ring_families import FAMILIES, Autoregressive, Flow
from gentutor.seeding import generator


def ring(seed, n=1000):
    return load_shape("ring of eight", n, generator(seed, "ring"))


@pytest.mark.parametrize("kind", range(5))
def test_same_seed_same_points_and_another_seed_others(kind):
    one, again, other = (
        train_family(kind, ring(0), 0.2, seed=seed).sample(5, generator(0, "sample")) for seed in (0, 0, 1)
    )
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_flops_are_counted_forth_and_back():
    x = ring(0, 256)
    cost = {family.__name__: update_flops(family(), x) for family in FAMILIES}
    # Three hidden layers of 64 and a first and a last one: two operations a weight and point forth, four back, but
    # none back to the points.
    weights = 8 * 64 + 2 * 64 * 64 + 64 * 2
    assert cost["Diffusion"] == 256 * (6 * weights - 2 * 8 * 64)
    assert cost["GAN"] > 2 * cost["VAE"] > 0


def test_the_flow_can_be_undone_and_its_volume_is_right():
    flow = Flow(seed=1)
    with torch.no_grad():
        for weight in flow.net.parameters():
            weight.mul_(1.5)
    x = ring(0, 4)

    def to_noise(point):
        points = list(point[None].split(1, dim=1))
        for number in reversed(range(6)):
            i = flow.turn(number)
            scale, shift = flow.bend(number, points[1 - i])
            points[i] = (points[i] - shift) * (-scale).exp()
        return torch.cat(points, dim=1)[0]

    surprise = [
        0.5 * to_noise(p).square().sum() - torch.autograd.functional.jacobian(to_noise, p).det().abs().log() for p in x
    ]
    torch.testing.assert_close(flow.loss(x, generator(0)), torch.stack(surprise).mean(), rtol=1e-4, atol=1e-5)


def test_y_sees_x_unless_it_is_broken():
    past = torch.tensor([3, 40])
    seeing, blind = (Autoregressive(broken).logits(past)[1] for broken in (False, True))
    assert not torch.allclose(seeing[0], seeing[1])
    assert torch.equal(blind[0], blind[1])
