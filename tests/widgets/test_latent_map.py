"""The latent map's Python side: packing of weights, the bundle a notebook gets, refusals."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from gentutor.errors import GentutorError
from gentutor.models.vae import VAE, AutoEncoder
from gentutor.plots.pictures import PALETTE
from gentutor.widgets import latent_map
from gentutor.widgets.in_page import evaluate, layers_of, pack_array, pack_layers, rounded, self_contained
from gentutor.widgets.map_still import STILL_SIZE

CLASSES = ("trouser", "ankle boot", "bag")


def images(n: int = 60) -> tuple[torch.Tensor, torch.Tensor]:
    """Grey squares whose place depends on the class."""
    x, y = torch.zeros(n, 1, 28, 28), torch.arange(n) % 3
    for image, label in zip(x, y, strict=True):
        image[0, 4 + 6 * label : 16 + 6 * label, 8:20] = 0.8
    return x + 0.2 * torch.rand(x.shape, generator=torch.Generator().manual_seed(1)), y


def trained_like(model: Any) -> Any:
    """Enlarge the weights: a fresh decoder draws the same grey everywhere, which would hide every mistake."""
    with torch.no_grad():
        for layer in model.decoder:
            if isinstance(layer, nn.Linear):
                layer.weight *= 3
    return model


@pytest.fixture(scope="module")
def model() -> Any:
    return trained_like(VAE(latent_dim=2, width=40, n_layers=2))


@pytest.mark.parametrize(("precision", "tolerance"), [("float16", 1e-2), ("int8", 0.15)])
def test_rounded_layers_draw_what_the_model_draws(model: Any, precision: Any, tolerance: float) -> None:
    z = 3 * torch.randn(200, 2, generator=torch.Generator().manual_seed(0))
    exact = torch.sigmoid(model.decode(z)).flatten(1).detach().numpy()
    assert np.ptp(exact) > 0.5
    layers = layers_of(model.decoder, last="sigmoid")
    assert np.abs(evaluate(layers, z.numpy()) - exact).max() < 1e-4
    assert np.abs(evaluate(rounded(layers, precision), z.numpy()) - exact).max() < tolerance


def test_packed_arrays_are_little_endian_bytes() -> None:
    array = np.array([[1.0, -2.0], [0.5, 3.0]], np.float32)
    packed = pack_array(array)
    assert packed["type"] == "float32"
    assert packed["shape"] == [2, 2]
    assert np.array_equal(np.frombuffer(base64.b64decode(packed["data"]), "<f4").reshape(2, 2), array)
    with pytest.raises(GentutorError, match="float64"):
        pack_array(np.zeros(2))


def test_one_byte_for_each_weight() -> None:
    layers = layers_of(nn.Linear(2, 3))
    (packed,) = pack_layers(layers, "int8")
    whole = np.frombuffer(base64.b64decode(packed["weight"]["data"]), np.int8).reshape(3, 2)
    assert np.abs(whole).max(axis=1).tolist() == [127, 127, 127]


def test_layers_are_read_through_nested_modules() -> None:
    net = nn.Sequential(nn.Sequential(nn.Linear(2, 5), nn.Tanh()), nn.Dropout(), nn.Linear(5, 4, bias=False), nn.SiLU())
    layers = layers_of(net, last="sigmoid")
    assert [layer.activation for layer in layers] == ["tanh", "silu"]
    x = torch.randn(7, 2)
    assert np.allclose(evaluate(layers, x.numpy()), net.eval()(x).detach().numpy(), atol=1e-5)


@pytest.mark.parametrize("net", [nn.Sequential(nn.Linear(2, 8), nn.Conv2d(1, 1, 3)), nn.Sequential(nn.ReLU())])
def test_other_networks_are_refused(net: nn.Module) -> None:
    with pytest.raises(GentutorError, match="cannot run in the page"):
        layers_of(net)


def test_bundle_holds_map_still_and_words(model: Any) -> None:
    x, y = images()
    shown = latent_map(model, x, y, CLASSES, n_points=30)
    data, metadata = shown._repr_mimebundle_()
    assert set(data) == {"text/html", "image/png", "text/plain"}
    assert data["text/plain"] == metadata["image/png"]["alt"] == shown.alt
    assert all(name in shown.alt for name in CLASSES)
    picture = Image.open(io.BytesIO(data["image/png"]))
    assert picture.size == (2 * STILL_SIZE[0], 2 * STILL_SIZE[1])
    colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24) or ()}
    for wanted in PALETTE[: len(CLASSES)]:
        assert tuple(bytes.fromhex(wanted[1:])) in colours
    assert "http" not in data["text/html"].replace("http://www.w3.org/2000/svg", "")


def test_points_are_balanced_over_the_classes(model: Any) -> None:
    x, y = images(90)
    y[45:] = 0  # two thirds of the images are of one class
    html = latent_map(model, x, y, CLASSES, n_points=30).html
    settings = json.loads(html[html.index('{"title"') : html.rindex(");\n})();")])
    assert np.bincount(settings["points"]["label"]).tolist() == [10, 10, 10]


def test_heavy_decoders_travel_in_one_byte_for_each_weight() -> None:
    x, y = images()
    wide = VAE(latent_dim=2, width=300, n_layers=2)
    shown = latent_map(wide, x, y, CLASSES)
    assert shown.precision == "int8"
    assert len(shown.html) < 800_000
    light = latent_map(VAE(latent_dim=2, width=100), x, y, CLASSES)
    assert light.precision == "float16"


def test_text_cannot_end_the_script_or_the_attribute() -> None:
    html = self_contained("", "f", {"t": "</script><b>"}, still=b"", size=(1, 1), alt='"><script>bad()</script>')
    assert html.count("</script>") == 1
    assert "<b>" not in html
    assert "<script>bad" not in html


def test_auto_encoder_and_colour_images() -> None:
    model = trained_like(AutoEncoder(latent_dim=2, width=30, shape=(3, 16, 16)))
    x = torch.rand(20, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    shown = latent_map(model, x, torch.arange(20) % 2, ("a", "b"), extent=8.0)
    assert shown.still.startswith(b"\x89PNG")


def test_three_dimensions_are_refused() -> None:
    x, y = images()
    with pytest.raises(GentutorError, match="latent_dim=2"):
        latent_map(VAE(latent_dim=3, width=20), x, y, CLASSES)


def test_a_decoder_that_does_more_than_its_layers_is_refused() -> None:
    class Inverted(VAE):
        def decode(self, z: torch.Tensor) -> torch.Tensor:
            return 5 - super().decode(z)

    x, y = images()
    with pytest.raises(GentutorError, match=r"differ from model\.decode"):
        latent_map(Inverted(latent_dim=2, width=20), x, y, CLASSES)


def test_a_model_without_decoder_layers_is_refused() -> None:
    class Bare(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(784, 2))

        def encode(self, x: torch.Tensor) -> torch.Tensor:
            return x.flatten(1) @ self.weight

    x, y = images()
    with pytest.raises(GentutorError, match=r"model\.decoder"):
        latent_map(Bare(), x, y, CLASSES)
