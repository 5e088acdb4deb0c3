"""Attention explorer and next-token bars, the Python side: what travels to the page, the still picture, refusals."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gentutor.datasets.tokens import encode, vocabulary_of
from gentutor.errors import GentutorError, KnobError
from gentutor.models.transformer import Transformer
from gentutor.widgets import attention_explorer, attention_view, next_token_bars
from gentutor.widgets.page_picture import PagePicture

TEXT = "the cat sat on the mat,\nas cats do"
VOCABULARY = vocabulary_of(TEXT)


def trained_like(context: int = 64) -> Transformer:
    """A network whose attention and answers differ from place to place, as after training."""
    model = Transformer(len(VOCABULARY), context, width=16, n_layers=2, n_heads=2)
    dice = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.4 * torch.randn(p.shape, generator=dice))
    return model


@pytest.fixture(scope="module")
def model() -> Transformer:
    return trained_like()


def settings_of(shown: PagePicture) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown.html[shown.html.index('{"title"') : shown.html.rindex(");\n})();")])
    return found


def unpacked(packed: dict[str, Any]) -> np.ndarray[Any, Any]:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["type"]).reshape(packed["shape"])


def test_the_maps_that_travel_are_those_of_the_model(model: Transformer) -> None:
    settings = settings_of(attention_explorer(model, TEXT, VOCABULARY))
    maps = model.attention_maps(torch.tensor([encode(TEXT, VOCABULARY)]))[:, 0].numpy()
    assert settings["tokens"] == list(TEXT)
    assert np.abs(unpacked(settings["maps"]) / 255 - maps).max() <= 0.5 / 255 + 1e-6
    assert np.ptp(maps) > 0.5


def test_the_logits_that_travel_are_those_of_the_model_also_beyond_its_context() -> None:
    ids = encode(TEXT, VOCABULARY)
    for context in (64, 9):
        model = trained_like(context)
        logits = unpacked(settings_of(next_token_bars(model, TEXT, VOCABULARY))["logits"]).astype(np.float32)
        assert logits.shape == (len(TEXT) - 1, len(VOCABULARY))
        for end in range(1, len(TEXT)):
            with torch.no_grad():
                wanted = model(torch.tensor([ids[max(0, end - context) : end]]))[0, -1].softmax(-1).numpy()
            got = torch.from_numpy(logits[end - 1]).softmax(-1).numpy()
            assert np.abs(got - wanted).max() < 5e-3


@pytest.mark.parametrize("make", [attention_explorer, next_token_bars])
def test_the_bundle_holds_widget_still_and_words(model: Transformer, make: Any) -> None:
    shown = make(model, TEXT, VOCABULARY, title="</script><b>")
    data, metadata = shown._repr_mimebundle_()
    assert set(data) == {"text/html", "image/png", "text/plain"}
    assert data["text/plain"] == metadata["image/png"]["alt"] == shown.alt
    assert len(shown.alt) > 60
    assert f"{shown.alt[:10]}" in repr(shown)
    picture = Image.open(io.BytesIO(data["image/png"]))
    assert picture.size == (2 * shown.size[0], 2 * shown.size[1])
    assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 8
    assert "http" not in data["text/html"]
    assert data["text/html"].count("</script>") == 1
    assert len(data["text/html"]) < 200_000


def test_attention_made_by_hand_is_shown_and_described() -> None:
    maps = torch.tensor([[1.0, 0, 0], [0.5, 0.5, 0], [0.9, 0.05, 0.05]])
    shown = attention_view(maps, ["Emma", "lost", "it"])
    assert "'it', looks most at token 1, 'Emma', with 90%" in shown.alt
    assert settings_of(shown)["start"] == {"layer": 0, "head": 0, "place": 2}
    assert settings_of(attention_view(maps, ["a", "b", "c"], place=1))["start"]["place"] == 1


def test_the_values_at_first_are_those_asked_for(model: Transformer) -> None:
    shown = next_token_bars(model, TEXT, VOCABULARY, place=4, values={"top_k": 2})
    assert settings_of(shown)["values"] == {"temperature": 1.0, "top_k": 2, "top_p": 1.0}
    assert settings_of(shown)["place"] == 3
    assert settings_of(shown)["next"] == encode(TEXT, VOCABULARY)[1:]
    assert shown.alt.endswith("It was 'c'.")


def test_what_cannot_be_shown_is_refused(model: Transformer) -> None:
    for make in (attention_explorer, next_token_bars):
        with pytest.raises(GentutorError, match="vocabulary"):
            make(model, TEXT, VOCABULARY[:-1])
        with pytest.raises(GentutorError, match="characters; it has 201"):
            make(model, "a" * 201, VOCABULARY)
    with pytest.raises(GentutorError, match="place must be 1 to"):
        next_token_bars(model, TEXT, VOCABULARY, place=len(TEXT))
    with pytest.raises(KnobError, match="temperature"):
        next_token_bars(model, TEXT, VOCABULARY, values={"temperature": -1})
    with pytest.raises(GentutorError, match=r"must have shape \(L, H, 3, 3\)"):
        attention_view(torch.eye(2), ["a", "b", "c"])
    with pytest.raises(GentutorError, match="shares between 0 and 1"):
        attention_view(2 * torch.eye(2), ["a", "b"])


def test_characters_that_the_model_does_not_know_are_no_error(model: Transformer) -> None:
    assert settings_of(attention_explorer(model, "Ωthe", VOCABULARY))["tokens"][0] == "Ω"
