"""Painted planes: what lies where, the border, text on a page that keeps its size; and the figure of judges."""

import numpy as np
import pytest

from gentutor.plots import PALETTE, beside, grid_of_plane, paint_plane, paint_text, show_judges


def colour(name):
    return [int(name[i : i + 2], 16) for i in (1, 3, 5)]


def test_a_point_is_painted_where_it_lies_with_up_being_up():
    picture = paint_plane(np.array([[1.5, 1.5], [-1.5, 0.0]]), [0, 1], extent=3.0, side=200)
    assert picture.shape == (200, 200, 3)
    assert picture[50, 150].tolist() == colour(PALETTE[0])
    assert picture[100, 50].tolist() == colour(PALETTE[1])
    assert picture[150, 150].tolist() == [255, 255, 255]


def test_hollow_points_are_white_inside():
    picture = paint_plane(np.array([[0.0, 0.0]]), hollow=True, side=200)
    assert picture[100, 100].tolist() == [255, 255, 255]
    assert picture[90:110, 90:110].min() < 255


def test_the_border_runs_where_the_values_change_sign():
    plane = grid_of_plane(3.0)
    picture = paint_plane(border=plane[:, 0] - 1.5, side=200).astype(int)
    dark = np.flatnonzero((picture[100] < 60).all(1))
    assert np.abs(dark - 150).max() <= 3  # 1.5 of 3 to the right
    assert len(dark) >= 1


def test_the_field_shades_its_side_in_its_colour():
    plane = grid_of_plane(3.0)
    field = np.stack([plane[:, 1] > 0, plane[:, 1] < 0], axis=1)
    picture = paint_plane(field=field, side=200).astype(int)
    assert picture[30, 100, 2] > picture[30, 100, 0]  # blue above
    assert picture[170, 100, 0] > picture[170, 100, 2]  # orange below


def test_pictures_stand_side_by_side():
    one = np.zeros((10, 10, 3), np.uint8)
    assert beside(one, one, one, gap=5).shape == (10, 40, 3)


@pytest.mark.parametrize("lines", [[], ["a"], ["a long line " * 40] * 9])
def test_a_page_keeps_its_size(lines):
    picture = paint_text(lines, n_lines=4, width=300)
    assert picture.shape == (104, 300, 3)
    assert (picture.min() < 255) == bool(lines)


def test_judges_are_drawn_with_alt_text():
    picture = show_judges({"you": ([0, 0.5, 1], [0, 0.9, 1])}, points={"yes and no": (0.5, 0.9)}, alt="A curve above")
    assert picture.alt == "A curve above"
    (ax,) = picture.figure.axes
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["throws a coin", "you", "yes and no"]
    assert picture.png().startswith(b"\x89PNG")
