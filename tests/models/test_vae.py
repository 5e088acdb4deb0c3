"""The VAE and its relatives: shapes, seeds, and that training them does what it should."""

from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from gentutor.models import VAE, AutoEncoder, BetaVAE, start_at_mean
from gentutor.models.recipe import BFloat16VAE, adam, bfloat16_pays, update, warmed_beta


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def stripes(n: int = 64) -> Tensor:
    """Small pictures with two factors: where a bright stripe stands, and whether it lies or stands."""
    x = torch.zeros(n, 1, 6, 6)
    for i in range(n):
        place = i % 6
        if i % 2:
            x[i, 0, place] = 1
        else:
            x[i, 0, :, place] = 1
    return x


def settings(**changes: float) -> SimpleNamespace:
    return SimpleNamespace(**({"lr": 5e-3, "beta": 1.0, "warm_up": 0.0, "free_bits": 0.0, "progress": 0.0} | changes))


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 16, 16)])
@pytest.mark.parametrize("n_layers", [1, 2])
def test_shapes(shape: tuple[int, int, int], n_layers: int) -> None:
    x = torch.rand(5, *shape, generator=rng())
    model = VAE(latent_dim=7, width=32, n_layers=n_layers, shape=shape)
    logits, mu, logvar = model(x, rng())
    assert logits.shape == x.shape
    assert mu.shape == logvar.shape == (5, 7)
    assert model.decode(torch.zeros(3, 7)).shape == (3, *shape)
    plain = AutoEncoder(latent_dim=7, width=32, n_layers=n_layers, shape=shape)
    assert plain.encode(x).shape == (5, 7)
    assert plain(x).shape == x.shape
    dial = BetaVAE(latent_dim=7, width=32, n_layers=n_layers, shape=shape)
    assert dial(x, torch.ones(5), rng())[0].shape == x.shape


@pytest.mark.parametrize("kind", [VAE, AutoEncoder, BetaVAE])
def test_weights_follow_the_seed_and_leave_the_global_stream_alone(kind: type[nn.Module]) -> None:
    before = torch.get_rng_state()
    first, again, other = kind(seed=3), kind(seed=3), kind(seed=4)
    assert torch.equal(torch.get_rng_state(), before)
    for a, b, c in zip(first.parameters(), again.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)


@pytest.mark.parametrize("kind", [VAE, AutoEncoder])
def test_a_start_at_the_mean_decodes_the_mean_and_centres_what_the_encoder_sees(kind: type[nn.Module]) -> None:
    x = 0.2 + 0.6 * torch.rand(500, 1, 28, 28, generator=rng())
    x[:, :, 0] = 0  # always black, as the corners of Fashion-MNIST are
    model = kind(latent_dim=4, width=16)
    start_at_mean(model, x)
    guess = model.decode(torch.zeros(1, 4)).sigmoid()  # the weights add a little to the mean
    torch.testing.assert_close(guess[0], x.mean(0), atol=0.1, rtol=0)
    seen: list[Tensor] = []
    model.encoder[0].register_forward_hook(lambda _layer, inputs, _out: seen.append(inputs[0]))
    model.encode(x)
    torch.testing.assert_close(seen[0].mean(0), torch.zeros(784), atol=1e-4, rtol=0)
    assert 0.3 < seen[0].std() < 3


def test_one_hidden_layer_is_the_published_network() -> None:
    n_weights = sum(p.numel() for p in VAE(20, 400, n_layers=1).parameters())
    assert n_weights == 784 * 400 + 400 + 400 * 40 + 40 + 20 * 400 + 400 + 400 * 784 + 784


def test_the_noise_is_the_generators_and_only_the_generators() -> None:
    model, x = VAE(4, 16), torch.rand(3, 1, 28, 28, generator=rng())
    before = torch.get_rng_state()
    a, b, c = (model(x, rng(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(a, b)
    assert not torch.equal(a, c)
    mu, logvar = model.encode(x)
    eps = torch.randn(3, 4, generator=rng(1))
    torch.testing.assert_close(a, model.decode(mu + (logvar / 2).exp() * eps))


def test_an_update_is_the_same_twice_and_lowers_the_loss() -> None:
    x = stripes()

    def trained(n_steps: int) -> tuple[VAE, list[float]]:
        model, generator = VAE(2, 32, shape=(1, 6, 6)), rng()
        optimiser = adam(model)
        return model, [update(model, optimiser, x, settings(), generator)["loss"] for _ in range(n_steps)]

    first, losses = trained(200)
    again, _ = trained(200)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert losses[0] == pytest.approx(36 * 0.6931, rel=0.05)  # 36 coin flips at the start
    assert sum(losses[-20:]) / 20 < 0.5 * losses[0]


def test_update_takes_the_learning_rate_from_the_settings() -> None:
    model, x = VAE(2, 8, shape=(1, 6, 6)), stripes()
    optimiser = adam(model)
    before = [p.clone() for p in model.parameters()]
    update(model, optimiser, x, settings(lr=0.0), rng())
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))
    update(model, optimiser, x, settings(lr=0.4, progress=0.75), rng())
    assert optimiser.param_groups[0]["lr"] == pytest.approx(0.1)  # a quarter of the run is left


def test_warm_up_climbs_and_stays() -> None:
    values = [warmed_beta(8.0, 0.5, progress) for progress in (0.0, 0.125, 0.25, 0.5, 0.9)]
    assert values == [0.0, 2.0, 4.0, 8.0, 8.0]
    assert warmed_beta(8.0, 0.0, 0.0) == 8.0


def test_a_large_beta_empties_the_code_and_free_bits_fill_it_again() -> None:
    x = stripes()

    def final_kl(**changes: float) -> float:
        model, generator = VAE(2, 32, shape=(1, 6, 6)), rng()
        optimiser = adam(model)
        return [update(model, optimiser, x, settings(**changes), generator)["kl"] for _ in range(200)][-1]

    plain, heavy, freed = final_kl(), final_kl(beta=50.0), final_kl(beta=50.0, free_bits=0.5)
    assert heavy < 0.05 < plain
    assert 0.8 < freed < plain


def test_16_bit_products_give_nearly_the_same_numbers_in_32_bits() -> None:
    x = torch.rand(8, 1, 28, 28, generator=rng())
    full, half = VAE(4, 32), BFloat16VAE(4, 32)
    half.load_state_dict(full.state_dict())
    for a, b in zip(full(x, rng(1)), half(x, rng(1)), strict=True):
        assert b.dtype == torch.float32
        assert not torch.equal(a, b)
        torch.testing.assert_close(a, b, atol=0.05, rtol=0)


def test_whether_16_bits_pay_is_measured_and_not_assumed() -> None:
    assert bfloat16_pays() in (True, False)
