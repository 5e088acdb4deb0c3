"""The drawing pad without a browser: what is drawn is text, centred, shown as a picture, and read by the shapes."""

from __future__ import annotations

import base64
import io

import ipywidgets  # type: ignore[import-untyped]
import numpy as np
import pytest
from PIL import Image

from gentutor.datasets.shapes import drawn_points
from gentutor.seeding import generator
from gentutor.widgets import sketch
from gentutor.widgets.sketch_panel import COLUMNS, ROWS, StillPad, centred_drawing


@pytest.fixture(autouse=True)
def no_widgets_left():
    yield
    ipywidgets.Widget.close_all()


def test_a_drawing_is_put_into_the_middle():
    rows = centred_drawing("\n    ##.\n    ..x\n").splitlines()
    assert [len(row) for row in rows] == [COLUMNS] * ROWS
    assert [i for i, row in enumerate(rows) if "#" in row] == [7, 8]
    assert rows[7].index("##") == 14
    assert rows[8].index("#") == 16


@pytest.mark.parametrize("text", ["", "   \n ..", "#" * 99, "#\n" * 40])
def test_too_little_and_too_much_are_taken(text):
    rows = centred_drawing(text).splitlines()
    assert [len(row) for row in rows] == [COLUMNS] * ROWS
    assert set("".join(rows)) <= {"#", "."}


def test_centring_twice_changes_nothing():
    once = centred_drawing("#.#\n.#.")
    assert centred_drawing(once) == once


def test_what_the_page_draws_is_in_the_pad_and_makes_points():
    pad = sketch("#", title="Draw")
    pad.set_state({"drawing": "\n".join(["." * COLUMNS] * 15 + ["#" * COLUMNS])})  # as a message of the page does
    points = drawn_points(pad.drawing, 200, generator(0))
    assert points[:, 0].min() < -1 < 1 < points[:, 0].max()
    assert points[:, 1].abs().max() < 0.1


def test_the_pad_leaves_a_still_picture_with_alt_text(monkeypatch):
    monkeypatch.setenv("GENTUTOR_WIDGETS", "still")
    pad = sketch("##\n##")
    assert isinstance(pad, StillPad)
    bundle = pad._repr_mimebundle_()
    assert bundle["text/plain"] == "A drawing pad of 16 by 32 places, 4 of them drawn."
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))))
    assert pixels.shape == (ROWS * 20, COLUMNS * 10, 3)
    assert pixels[160, 160].tolist() == [179, 71, 0]
    assert pixels[0, 0].tolist() == [244, 244, 244]
