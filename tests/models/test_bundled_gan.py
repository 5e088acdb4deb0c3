"""The bundled classifier and GAN: what their cards state is measured again."""

import re
from pathlib import Path

import pytest
import torch

from gentutor.datasets import data_file, load_fashion
from gentutor.metrics import class_features, frechet_distance, predicted_class
from gentutor.models import Classifier, Generator, load_bundled
from gentutor.seeding import generator


def card(name: str) -> str:
    return Path(data_file(f"weights/{name}.safetensors")).with_suffix(".md").read_text(encoding="utf-8")


def test_the_classifiers_card_states_the_measured_accuracy() -> None:
    model = load_bundled("fashion_features")
    assert isinstance(model, Classifier)
    assert sum(p.numel() for p in model.parameters()) < 400_000
    images = load_fashion("test")
    stated = re.search(r"^\| (\d+\.\d+)% \|", card("fashion_features"), flags=re.MULTILINE)
    assert stated
    accuracy = (predicted_class(images.x) == images.y).float().mean().item()
    assert accuracy == pytest.approx(float(stated[1]) / 100, abs=0.001)
    assert accuracy > 0.915


def test_classifier_and_its_measures_do_not_depend_on_the_batch() -> None:
    x = load_fashion("test", n=30).x
    torch.testing.assert_close(class_features(x)[:3], class_features(x[:3]), atol=1e-4, rtol=1e-4)


def test_the_generators_card_states_the_measured_distance() -> None:
    g = load_bundled("gan_fashion")
    assert isinstance(g, Generator)
    stated = re.search(r"^\| (\d+\.\d+) \|.*\| (\d+\.\d+)% \|$", card("gan_fashion"), flags=re.MULTILINE)
    assert stated
    label, dice = torch.arange(4000) % 10, generator(0, "drawn")
    with torch.no_grad():
        drawn = torch.cat([g(torch.randn(500, g.z_dim, generator=dice), part) for part in torch.split(label, 500)])
    distance = frechet_distance(class_features(drawn), class_features(load_fashion("test").x))
    assert distance == pytest.approx(float(stated[1]), rel=0.02)
    agreed = (predicted_class(drawn) == label).float().mean().item()
    assert agreed == pytest.approx(float(stated[2]) / 100, abs=0.005)
    assert agreed > 0.8


def test_each_class_is_drawn_in_many_ways() -> None:
    g = load_bundled("gan_fashion")
    with torch.no_grad():
        for k in range(10):
            x = g(torch.randn(20, 64, generator=generator(0, k)), torch.full((20,), k))
            assert torch.pdist(x.flatten(1)).median() > 2, k


def test_the_weights_are_small_and_have_cards() -> None:
    for name, limit in (("fashion_features", 1_000_000), ("gan_fashion", 2_500_000)):
        assert data_file(f"weights/{name}.safetensors").stat().st_size < limit
        assert "## Limits" in card(name)
