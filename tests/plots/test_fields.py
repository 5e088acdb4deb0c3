"""Pictures of a plane: things land where they belong, and nothing breaks on NaN."""

import numpy as np
import pytest
import torch

from gentutor.plots.fields import Plane, grid_lines, plane_points, side_by_side


def test_a_point_lands_in_its_quarter():
    picture = Plane(extent=1.0, size=100).points([[0.5, 0.5]], colour="#000000").pixels()
    dark = np.argwhere(picture[..., 0] == 0)
    assert np.allclose(dark.mean(0), [25, 75], atol=1)  # row 25 from the top, column 75


def test_a_surface_is_orange_where_it_is_high_and_blue_where_it_is_low():
    right = torch.tensor(plane_points(16)[:, 0] > 0).float()
    picture = Plane(size=64).surface(right).pixels().astype(int)
    assert picture[32, 60, 0] > picture[32, 60, 2] + 50
    assert picture[32, 4, 2] > picture[32, 4, 0] + 50


def test_arrows_point_along_their_step_and_the_longest_has_its_length():
    picture = Plane(extent=1.0, size=100).arrows([[0.0, 0.0]], [[0.0, 2.0]], colour="#000000", longest=30).pixels()
    rows, columns = np.nonzero(picture[..., 0] == 0)
    assert rows.min() == pytest.approx(20, abs=1)  # up
    assert rows.max() <= 51
    assert abs(columns - 50).max() <= 4


@pytest.mark.parametrize("step", [[0.0, 0.0], [float("nan"), 1.0]])
def test_arrows_without_a_direction_are_left_out(step):
    assert (Plane(size=50).arrows([[0.0, 0.0]], [step], colour="#000000").pixels() == 255).all()


def test_points_that_have_flown_away_are_drawn_nowhere():
    wild = [[float("nan"), 0.0], [float("inf"), 1.0], [1e30, -1e30]]
    plane = Plane(size=50).points(wild, colour="#000000").lines([wild], colour="#000000").rings(wild, colour="#000000")
    assert plane.pixels().shape == (50, 50, 3)


def test_grid_and_plane_reach_their_extent():
    assert np.abs(grid_lines(3, 4, extent=2.0)).max() == 2
    assert plane_points(4, extent=1.5)[0].tolist() == [-1.5, 1.5]


def test_pictures_stand_side_by_side():
    one, other = np.zeros((5, 4, 3), np.uint8), np.ones((5, 2, 3), np.uint8)
    assert side_by_side(one, other, gap=3).shape == (5, 9, 3)
