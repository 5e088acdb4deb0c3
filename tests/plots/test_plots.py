"""Pictures of arrays: right pixels, right shapes, alt text carried along."""

import base64
import io
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from gentutor import plots


def test_bytes_round_to_nearest_clip_and_pass_through():
    assert plots.to_uint8(torch.tensor([-1.0, 0.0, 0.5, 1.0, 7.0])).tolist() == [0, 0, 128, 255, 255]
    kept = np.arange(5, dtype=np.uint8)
    assert plots.to_uint8(kept) is kept


def test_a_grid_puts_each_image_in_its_place():
    x = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1).repeat(2, 2).repeat(3, 3)
    grid = plots.image_grid(x, n_columns=2, pad=1, background=99)
    assert grid.shape == (3 * 3 - 1, 2 * 4 - 1)
    assert grid[0, 0] == 0
    assert grid[0, 4] == 1
    assert grid[3, 0] == 2
    assert grid[6, 0] == 4
    assert (grid[2, :] == 99).all()
    assert (grid[6:, 4:] == 99).all()  # no sixth image


def test_a_grid_of_colour_keeps_the_channels():
    x = torch.zeros(3, 3, 4, 4)
    x[1, 0] = 1.0
    grid = plots.image_grid(x, n_columns=3, pad=0)
    assert grid.shape == (4, 12, 3)
    assert grid[0, 4].tolist() == [255, 0, 0]


@pytest.mark.parametrize("shape", [(0, 1, 4, 4), (2, 2, 4, 4), (4, 4)])
def test_a_grid_refuses_what_is_no_stack_of_images(shape):
    with pytest.raises(ValueError, match=r"\(N, C, H, W\)"):
        plots.image_grid(np.zeros(shape))


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 3)])
def test_png_round_trip(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    back = np.asarray(Image.open(io.BytesIO(plots.encode_png(pixels, scale=2))))
    np.testing.assert_array_equal(back, pixels.repeat(2, 0).repeat(2, 1))


def test_every_figure_is_a_png_with_alt_text():
    rng = np.random.default_rng(0)
    x, line = rng.random((6, 1, 8, 8)), np.arange(20.0)
    figures = [
        plots.show_images({"real": x, "made": x}, alt="six and six"),
        plots.show_images(x, alt="six", title="t"),
        plots.show_curves(
            {"a": (line, line), "b": (line, line**2)}, x_label="step", y_label="nats", alt="up", smooth=3
        ),
        plots.show_codes({"codes": rng.random((6, 2))}, np.arange(6) % 2, ["x", "y"], alt="dots", extent=3),
        plots.show_bars({"one": line[:4], "two": line[:4]}, x_label="unit", y_label="KL (nats)", alt="bars"),
    ]
    for picture in figures:
        data = picture._repr_mimebundle_()
        image = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
        assert np.asarray(image.convert("L")).std() > 1  # something is drawn
        assert f'alt="{picture.alt}"' in data["text/html"]
        assert f'width="{image.width}"' in data["text/html"]
        assert data["image/png"] in data["text/html"]
        assert data["text/plain"] == picture.alt


def test_alt_text_cannot_break_out_of_its_attribute():
    bundle = plots.still_bundle(plots.encode_png(np.zeros((2, 2), np.uint8)), '"><script>alert(1)</script>')
    assert "<script>" not in bundle["text/html"]


def test_pixels_need_no_matplotlib():
    code = "import sys, gentutor.plots as p; p.encode_png(p.image_grid([[[0.0]]]))"
    code += "; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_table_names_its_rows_and_columns() -> None:
    from gentutor.plots import show_table

    shares = [[0.1, 0.9], [0.5, 0.5]]
    picture = show_table(shares, ["q", "u"], ["a", "b"], x_label="next", y_label="this", alt="A table")
    ax = picture.figure.axes[0]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["q", "u"]
    assert np.asarray(ax.images[0].get_array()).tolist() == shares
    assert picture._repr_mimebundle_()["text/plain"] == "A table"
