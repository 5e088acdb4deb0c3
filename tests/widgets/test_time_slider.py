"""The time slider's Python side: the sheet of pictures, the bundle that a notebook gets, refusals."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gentutor.errors import GentutorError
from gentutor.widgets import time_slider

SWITCHES = {"hat": ("none", "red"), "glasses": ("none", "clear", "dark")}


def paths(colours: int = 3, n: int = 6) -> torch.Tensor:
    """Five moments; the brightness tells path and moment."""
    level = torch.arange(5)[:, None] / 8 + torch.arange(n) / 16
    return level.view(5, n, 1, 1, 1).expand(5, n, colours, 4, 6)


def shown(**options: Any) -> Any:
    views = {"on its way": paths(), "expected": 1 - paths()}
    return time_slider(views, choices=SWITCHES, title="T", alt="A way", **options)


def settings_of(html: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(html[html.index('{"title"') : html.rindex(");\n})();")])
    return found


def test_every_picture_stands_in_its_place_on_the_sheet() -> None:
    settings = settings_of(shown().html)
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(settings["sheet"].split(",")[1]))))
    assert sheet.shape == (2 * 6 * 4, 5 * 6, 3)
    for view, values in enumerate((paths(), 1 - paths())):
        for path in range(6):
            for moment in range(5):
                cell = sheet[(6 * view + path) * 4 :, moment * 6 :][:4, :6] / 255
                assert cell == pytest.approx(np.full((4, 6, 3), float(values[moment, path, 0, 0, 0])), abs=0.02)


def test_the_bundle_holds_the_slider_a_still_and_words() -> None:
    data, metadata = shown()._repr_mimebundle_()
    assert set(data) == {"text/html", "image/png", "text/plain"}
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A way"
    picture = Image.open(io.BytesIO(data["image/png"]))
    assert picture.size == (metadata["image/png"]["width"], metadata["image/png"]["height"])
    assert 'alt="A way"' in data["text/html"]
    assert "http" not in data["text/html"].replace("http://www.w3.org/2000/svg", "")


def test_what_the_page_is_told() -> None:
    settings = settings_of(shown(moment=list("abcde"), step=2).html)
    assert settings["choices"] == [{"name": name, "options": list(options)} for name, options in SWITCHES.items()]
    assert (settings["steps"], settings["step"], settings["rows"], settings["shape"]) == (4, 2, 6, [4, 6])
    assert settings["moment"] == list("abcde")


def test_grey_pictures_and_a_single_view() -> None:
    slider = time_slider({"way": paths(1, 2)}, choices={"hat": ("none", "red")}, title="T", alt="A way")
    assert settings_of(slider.html)["views"] == [{"name": "way"}]


@pytest.mark.parametrize(
    "views",
    [{"a": paths(n=5)}, {"a": paths()[:1]}, {"a": paths(), "b": paths()[:4]}, {"a": paths()[:, :, 0]}],
)
def test_paths_that_do_not_fit_the_switches_are_refused(views: Any) -> None:
    with pytest.raises(GentutorError, match="6 combinations"):
        time_slider(views, choices=SWITCHES, title="T", alt="A way")


def test_a_line_for_each_moment_or_none() -> None:
    with pytest.raises(GentutorError, match="5 times and 2 lines"):
        shown(moment=["a", "b"])


def test_too_many_pictures_are_refused_in_a_sentence() -> None:
    noise = torch.rand(40, 6, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with pytest.raises(GentutorError, match="too many for one page"):
        time_slider({"way": noise}, choices=SWITCHES, title="T", alt="A way")
