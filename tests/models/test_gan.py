"""The GAN: shapes, seeds, the average, and that a round of the game does what it should."""

import copy
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from gentutor.models import GAN_FAST, Averaged, Discriminator, Generator, gan_adam, gan_update


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def settings(**changes: Any) -> SimpleNamespace:
    return SimpleNamespace(**(GAN_FAST | {"progress": 0.0} | changes))


def players(**options: Any) -> dict[str, Any]:
    """A small game: the parts of a run."""
    g, d = Generator(width=8, z_dim=6, **options), Discriminator(width=8, **options)
    return {"g": g, "d": d, "average": Averaged(g), "g_optimiser": gan_adam(g), "d_optimiser": gan_adam(d)}


def discs(n: int = 32) -> tuple[Tensor, Tensor]:
    """Two kinds of pictures: a dark square on white, a white square on dark."""
    label = torch.arange(n) % 2
    x = torch.zeros(n, 1, 28, 28)
    x[:, :, 8:20, 8:20] = 1
    return torch.where(label.view(-1, 1, 1, 1) == 0, 1 - x, x), label


def weights(network: torch.nn.Module) -> list[Tensor]:
    return [p.detach().clone() for p in network.parameters()]


def test_shapes_and_range() -> None:
    z, label = torch.randn(5, 64, generator=rng()), torch.arange(5)
    x = Generator(width=8)(z, label)
    assert x.shape == (5, 1, 28, 28)
    assert 0 <= x.min() < x.max() <= 1
    assert Discriminator(width=8)(x, label).shape == (5,)
    assert Generator(width=8, z_dim=3, n_classes=1)(z[:, :3], torch.zeros(5, dtype=torch.int64)).shape == x.shape


@pytest.mark.parametrize("kind", [Generator, Discriminator])
def test_weights_follow_the_seed_and_leave_the_global_stream_alone(kind: type[torch.nn.Module]) -> None:
    before = torch.get_rng_state()
    first, again, other = kind(width=8, seed=3), kind(width=8, seed=3), kind(width=8, seed=4)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert any(not torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True))


def test_both_players_hear_the_class() -> None:
    torch.manual_seed(0)
    z, x = torch.randn(1, 64).repeat(2, 1), torch.rand(1, 1, 28, 28).repeat(2, 1, 1, 1)
    a, b = Generator(width=8)(z, torch.tensor([0, 1]))
    assert (a - b).abs().max() > 1e-3
    parts = players()
    for step in range(3):
        gan_update(**parts, x=discs(), settings=settings(), generator=rng(step))
    one, other = parts["d"](x, torch.tensor([0, 1]))
    assert one != other


def test_no_picture_of_a_batch_changes_another() -> None:
    g, d = Generator(width=8), Discriminator(width=8)
    z, label = torch.randn(4, 64, generator=rng()), torch.arange(4)
    x = g(z, label)
    torch.testing.assert_close(g(z[:1], label[:1]), x[:1], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(d(x[:1], label[:1]), d(x, label)[:1], atol=1e-5, rtol=1e-4)


def test_16_bit_products_give_nearly_the_same_numbers_in_32_bits() -> None:
    z, label = torch.randn(4, 64, generator=rng()), torch.arange(4)
    for kind, given in ((Generator, z), (Discriminator, torch.rand(4, 1, 28, 28, generator=rng()))):
        full, half = kind(width=8), kind(width=8, in_16_bits=True)
        a, b = full(given, label), half(given, label)
        assert b.dtype == torch.float32
        assert not torch.equal(a, b)
        torch.testing.assert_close(a, b, atol=0.05, rtol=0)


@pytest.mark.parametrize("loss", ["non-saturating", "relativistic", "hinge"])
@pytest.mark.parametrize("bfloat16", [False, True])
def test_a_round_moves_both_players_and_is_the_same_twice(loss: str, bfloat16: bool) -> None:
    first, again = players(in_16_bits=bfloat16), players(in_16_bits=bfloat16)
    before = {name: weights(first[name]) for name in ("g", "d", "average")}
    torch.manual_seed(1)
    state = torch.get_rng_state()
    chosen = settings(loss=loss, r1=1.0, r2=1.0, penalty_every=1)
    a, b = (gan_update(**parts, x=discs(), settings=chosen, generator=rng(7)) for parts in (first, again))
    assert torch.equal(torch.get_rng_state(), state)
    assert a == b
    assert set(a) == {"d_loss", "g_loss", "penalty", "d_accuracy"}
    assert 0 <= a["d_accuracy"] <= 1
    assert a["penalty"] > 0
    for name, old in before.items():
        assert any(not torch.equal(p, q) for p, q in zip(old, weights(first[name]), strict=True)), name
        assert all(torch.equal(p, q) for p, q in zip(weights(first[name]), weights(again[name]), strict=True)), name
    assert all(p.requires_grad for p in first["d"].parameters())


def test_settings_steer_each_player_by_itself() -> None:
    parts = players()
    before = weights(parts["g"]), weights(parts["d"])
    gan_update(**parts, x=discs(), settings=settings(lr_d=0.0), generator=rng())
    assert all(torch.equal(p, q) for p, q in zip(before[1], weights(parts["d"]), strict=True))
    assert any(not torch.equal(p, q) for p, q in zip(before[0], weights(parts["g"]), strict=True))
    gan_update(**parts, x=discs(), settings=settings(lr_g=0.4, lr_d=0.8, progress=0.75), generator=rng())
    assert parts["g_optimiser"].param_groups[0]["lr"] == pytest.approx(0.1)
    assert parts["d_optimiser"].param_groups[0]["lr"] == pytest.approx(0.2)


def test_more_discriminator_steps_make_a_better_discriminator() -> None:
    def score(d_steps: int) -> float:
        parts = players()
        chosen = settings(d_steps=d_steps, lr_g=0.0, r1=0.0)
        return [gan_update(**parts, x=discs(), settings=chosen, generator=rng(i))["d_loss"] for i in range(6)][-1]

    assert score(4) < score(1)


def test_penalties_hold_the_discriminator_down() -> None:
    def slope(r1: float) -> float:
        parts, (x, label) = players(), discs()
        for i in range(30):
            gan_update(**parts, x=(x, label), settings=settings(r1=r1, lr_g=0.0), generator=rng(i))
        x = x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(parts["d"](x, label).sum(), x)
        return float(gradient.flatten(1).norm(dim=1).mean())

    assert slope(10.0) < 0.5 * slope(0.0)


def test_rare_penalties_are_larger_and_the_same_on_average() -> None:
    def mean_penalty(every: int) -> tuple[float, int]:
        parts, n = players(), 200
        chosen = settings(lr_g=0.0, lr_d=0.0, penalty_every=every)
        found = [gan_update(**parts, x=discs(4), settings=chosen, generator=rng(i))["penalty"] for i in range(n)]
        return sum(found) / n, sum(value > 0 for value in found)

    (always, often), (sometimes, rarely) = mean_penalty(1), mean_penalty(4)
    assert often == 200
    assert 30 < rarely < 70
    assert sometimes == pytest.approx(4 * always * rarely / 200, rel=0.01)


def test_the_average_forgets_the_beginning_and_then_moves_slowly() -> None:
    g = Generator(width=8)
    average = Averaged(g, decay=0.9)
    start = weights(average)[0]
    with torch.no_grad():
        for p in g.parameters():
            p.add_(1.0)
    average.update(g)
    torch.testing.assert_close(weights(average)[0], start + 0.9)  # a memory of 0.1 at first
    for _ in range(200):
        average.update(g)
    torch.testing.assert_close(weights(average)[0], weights(g)[0])
    with torch.no_grad():
        for p in g.parameters():
            p.add_(1.0)
    average.update(g)
    torch.testing.assert_close(weights(average)[0], weights(g)[0] - 0.9)  # now 0.9
    assert not any(p.requires_grad for p in average.parameters())


def test_the_average_can_be_stored_and_copied() -> None:
    parts = players()
    for step in range(3):
        gan_update(**parts, x=discs(), settings=settings(), generator=rng(step))
    twin = copy.deepcopy(parts["average"])
    fresh = Averaged(Generator(width=8, z_dim=6, seed=9))
    fresh.load_state_dict(parts["average"].state_dict())
    z, label = torch.randn(2, 6, generator=rng()), torch.tensor([0, 1])
    for other in (twin, fresh):
        assert int(other.n_updates) == 3
        assert torch.equal(other(z, label), parts["average"](z, label))


def test_the_game_learns_two_kinds_of_pictures() -> None:
    parts, x = players(), discs()
    steps = 80
    for step in range(steps):
        gan_update(**parts, x=x, settings=settings(progress=step / steps), generator=rng(step))
    z, label = torch.randn(16, 6, generator=rng(1)), torch.arange(16) % 2
    with torch.no_grad():
        drawn = parts["average"](z, label)
    error = (drawn - discs(16)[0]).abs().mean()
    assert error < 0.2, error
