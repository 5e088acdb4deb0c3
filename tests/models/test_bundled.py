"""The weights that travel with gentutor: what their cards state is measured again."""

import re
from pathlib import Path

import pytest
import torch

from gentutor.datasets import data_file, load_fashion
from gentutor.errors import DataMissingError
from gentutor.losses import kl_divergence, reconstruction_loss
from gentutor.metrics import active_units, test_elbo
from gentutor.models import VAE, BetaVAE, load_bundled
from gentutor.seeding import generator


def card(name: str) -> str:
    return Path(data_file(f"weights/{name}.safetensors")).with_suffix(".md").read_text(encoding="utf-8")


def test_a_card_states_the_measured_elbo() -> None:
    name = "vae_fashion_2d"
    model = load_bundled(name)
    assert isinstance(model, VAE)
    assert model.latent_dim == 2
    x = load_fashion("test").x
    row = re.search(r"^\| (-\d+\.\d+) \|.*\| (\d+) of \d+ \|$", card(name), flags=re.MULTILINE)
    assert row
    assert test_elbo(model, x, generator(0, "elbo")) == pytest.approx(float(row[1]), abs=0.1)
    with torch.no_grad():
        assert active_units(model.encode(x)[0]) == int(row[2])


def test_beta_trades_kl_against_reconstruction() -> None:
    model = load_bundled("vae_fashion_beta")
    assert isinstance(model, BetaVAE)
    x = load_fashion("test", n=1000).x
    terms = []
    with torch.no_grad():
        for value in (0.05, 0.5, 5.0, 50.0):
            beta = torch.full((len(x),), value)
            logits, mu, logvar = model(x, beta, generator(0, "beta"))
            terms.append((kl_divergence(mu, logvar).mean().item(), reconstruction_loss(logits, x).mean().item()))
    kls, reconstructions = zip(*terms, strict=True)
    assert kls[0] > 1.2 * kls[1] > 1.2 * 1.2 * kls[2] > 1.2**3 * kls[3]
    assert reconstructions[0] < reconstructions[1] < reconstructions[2] < reconstructions[3]


def test_the_map_shows_different_clothes_in_different_places() -> None:
    model = load_bundled("vae_fashion_2d")
    assert isinstance(model, VAE)
    images = load_fashion("test")
    with torch.no_grad():
        corners = model.decode(torch.tensor([[-1.5, 1.5], [1.5, 1.5], [-1.5, -1.5], [1.5, -1.5]])).sigmoid()
        codes = model.encode(images.x)[0]
    assert torch.pdist(corners.flatten(1)).min() > 3
    trousers, bags = (codes[images.y == k].mean(0) for k in (1, 8))
    assert (trousers - bags).norm() > 1
    assert (codes.abs() < 3.5).all(1).float().mean() > 0.98  # a map of plus or minus 3 shows nearly all


def test_every_weights_file_is_small_and_has_a_card() -> None:
    for name in ("vae_fashion_2d", "vae_fashion_beta"):
        assert data_file(f"weights/{name}.safetensors").stat().st_size < 1_000_000
        assert "## Limits" in card(name)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(DataMissingError, match="vae_of_everything"):
        load_bundled("vae_of_everything")
