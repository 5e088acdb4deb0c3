"""Targets in the plane: inside the window, repeatable, and drawn as the letters say."""

import pytest
import torch

from gentutor.datasets.shapes import SHAPES, drawn_points, load_shape, ring_centres
from gentutor.errors import GentutorError
from gentutor.seeding import generator


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_fits_into_the_window_and_can_be_repeated(shape):
    one, other = (load_shape(shape, 500, generator(3)) for _ in range(2))
    assert one.shape == (500, 2)
    assert torch.equal(one, other)
    assert one.abs().max() < 1.6
    assert torch.equal(one, load_shape(SHAPES.index(shape), 500, generator(3)))


@pytest.mark.parametrize("shape", ["cat", 5, -1])
def test_an_unknown_shape_is_refused_with_the_names(shape):
    with pytest.raises(GentutorError, match="ring of eight"):
        load_shape(shape, 5, generator(0))


def test_the_ring_has_eight_equal_spots():
    nearest = torch.cdist(load_shape("ring of eight", 8000, generator(0)), ring_centres()).min(1)
    assert nearest.values.max() < 0.3
    assert nearest.indices.bincount(minlength=8).min() > 900


def test_points_fall_on_the_letters_of_a_drawing_and_nowhere_else():
    points = drawn_points("\n  #..\n  ..#\n", 2000, generator(0))
    assert points.abs().max() <= 1.2
    upper = points[:, 1] > 0
    assert 0.4 < upper.float().mean() < 0.6
    assert (points[upper, 0] < 0).all()
    assert (points[~upper, 0] > 0).all()


def test_an_empty_drawing_is_refused():
    with pytest.raises(GentutorError, match="Nothing is drawn"):
        drawn_points(" . \n", 5, generator(0))
