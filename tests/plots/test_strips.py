"""Histograms, paths and graphs: sizes, what is drawn where, and that wild numbers do not stop them."""

import numpy as np

from gentutor.plots import histogram_strip, path_map, show_graph

ORANGE, BLUE = (213, 94, 0), (0, 114, 178)


def share_of(pixels, colour):
    return (pixels == np.array(colour)).all(-1).mean()


def test_a_needle_a_bell_and_values_beyond_the_ends():
    rng = np.random.default_rng(0)
    needle, bell, wild = 0.01 * rng.normal(size=2000), rng.normal(size=2000), 50 * rng.normal(size=2000)
    strips = [histogram_strip({"signal": [values] * 20}) for values in (needle, bell, wild)]
    assert {strip.shape for strip in strips} == {strips[0].shape}
    assert strips[0].dtype == np.uint8
    blue = [share_of(strip, BLUE) for strip in strips]
    assert blue[1] > 3 * blue[0] > 0
    assert share_of(strips[2], ORANGE) > 0
    assert share_of(strips[1], ORANGE) == 0


def test_numbers_that_are_none_count_as_beyond_the_end():
    strip = histogram_strip({"signal": [np.array([np.nan, np.inf, 1.0])]})
    assert share_of(strip, ORANGE) > 0


def test_paths_are_drawn_where_they_go_and_may_leave_the_window():
    surface = np.add.outer(np.linspace(-1, 1, 60) ** 2, np.linspace(-1, 1, 80) ** 2)
    paths = {"still": [[0.9, -0.9]] * 2, "off": [[0.0, 0.0], [1e30, np.inf]]}
    pixels = path_map(surface, paths, (-1, 1, -1, 1), target=(0, 0))
    assert pixels.shape == (60, 80, 3)
    assert share_of(pixels[45:, 60:], BLUE) > 0  # bottom right
    assert share_of(pixels[45:, :20], BLUE) == 0


def test_a_graph_shows_values_and_gradients():
    picture = show_graph(
        {"x": (0, 0), "y": (1, 0)}, [("x", "y")], {"x": 2.0, "y": 4.0}, {"x": 4.0, "y": 1}, alt="y is x squared"
    )
    texts = {text.get_text() for text in picture.figure.axes[0].texts}
    assert {"x = 2", "y = 4", "gradient 4", "gradient 1"} <= texts
    assert picture.alt == "y is x squared"
