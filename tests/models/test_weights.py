"""Weights files: what is written comes back, and a foreign file is refused."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gentutor.errors import DataDamagedError
from gentutor.models import VAE, BetaVAE, load_weights, save_weights


def test_weights_come_back_to_16_bit_precision(tmp_path: Path) -> None:
    model = VAE(latent_dim=3, width=16, n_layers=2, seed=5)
    save_weights(model, tmp_path / "small.safetensors", latent_dim=3, width=16, n_layers=2)
    back = load_weights(tmp_path / "small.safetensors")
    assert isinstance(back, VAE)
    assert back.latent_dim == 3
    for (name, a), b in zip(model.state_dict().items(), back.state_dict().values(), strict=True):
        assert b.dtype == torch.float32, name
        assert torch.equal(a.half().float(), b), name
    x = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    for a, b in zip(model.encode(x), back.encode(x), strict=True):
        torch.testing.assert_close(a, b, atol=2e-3, rtol=0)


def test_the_kind_of_model_is_kept(tmp_path: Path) -> None:
    save_weights(BetaVAE(2, 8), tmp_path / "dial.safetensors", latent_dim=2, width=8)
    assert isinstance(load_weights(tmp_path / "dial.safetensors"), BetaVAE)


def test_a_foreign_file_is_refused_by_name(tmp_path: Path) -> None:
    save_file({"w": torch.zeros(2)}, tmp_path / "foreign.safetensors")
    with pytest.raises(DataDamagedError, match=r"foreign\.safetensors does not say which model"):
        load_weights(tmp_path / "foreign.safetensors")
