"""The bundled velocity networks: small, with cards, and what the cards state holds in a smaller measurement."""

import re
from pathlib import Path

import pytest
import torch

from gentutor.datasets import data_file, load_avatars
from gentutor.metrics import obeyed, predicted_class
from gentutor.models import PictureVelocity, load_bundled, wished
from gentutor.samplers.paths import sample_path
from gentutor.seeding import generator

NAMES = ("diffusion_avatars", "diffusion_fashion")


def card(name: str) -> str:
    return Path(data_file(f"weights/{name}.safetensors")).with_suffix(".md").read_text(encoding="utf-8")


@torch.no_grad()
def drawn(network: PictureVelocity, y: torch.Tensor, guidance: float) -> torch.Tensor:
    x = torch.randn(len(y), *network.shape, generator=generator(0, "drawn"))
    return (sample_path(x, 12, wished(network, y, guidance))[-1] + 1) / 2


def test_the_weights_are_small_and_have_cards() -> None:
    assert sum(data_file(f"weights/{name}.safetensors").stat().st_size for name in NAMES) < 2_000_000
    assert all("## Limits" in card(name) for name in NAMES)


def test_avatars_obey_as_the_card_states() -> None:
    network = load_bundled("diffusion_avatars")
    assert isinstance(network, PictureVelocity)
    test = load_avatars("test", n=150)
    y = torch.stack(list(test.attributes.values()), dim=1)
    found = obeyed(drawn(network, y, 1.0), test.attributes)
    (row,) = re.findall(r"^\| guidance 1 \| (.*) \|$", card("diffusion_avatars"), flags=re.MULTILINE)
    stated = [float(share.strip("% ")) / 100 for share in row.split("|")]
    assert list(found.values()) == pytest.approx(stated, abs=0.07)
    assert min(found.values()) > 0.88


def test_a_single_wish_leaves_the_rest_open() -> None:
    network = load_bundled("diffusion_avatars")
    y = torch.full((80, 10), -1)
    y[:, 0] = 2  # dark glasses
    made = drawn(network, y, 1.5)
    assert obeyed(made, {"glasses": y[:, 0]})["glasses"] > 0.9
    assert torch.pdist(made.flatten(1)).min() > 1


def test_clothes_are_those_that_were_ordered_and_more_so_with_guidance() -> None:
    network = load_bundled("diffusion_fashion")
    label = torch.arange(100) % 10
    plain, guided = (
        float((predicted_class(drawn(network, label[:, None], w)) == label).float().mean()) for w in (1.0, 2.0)
    )
    stated = re.findall(r"^\| [12] \|.* (\d+\.\d)% \|$", card("diffusion_fashion"), flags=re.MULTILINE)
    assert [plain, guided] == pytest.approx([float(share) / 100 for share in stated], abs=0.13)
    assert guided > plain
