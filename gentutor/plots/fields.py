"""Pictures of a plane with something on it, quick enough for live panels: surface, grid, points, arrows, paths.

Drawn with numpy and PIL, without matplotlib: a few milliseconds each. Used in lesson 03.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

from gentutor.plots.pictures import Pixels, to_array

# From one colour through white to another, told apart with every common colour vision: blue for "fake", orange for
# "real". Weak, so that points and arrows stand out.
_LOW, _HIGH = np.array([88, 150, 205]), np.array([240, 160, 90])


def plane_points(n: int = 32, extent: float = 1.5) -> NDArray[np.float32]:
    """Return the points of an `n` by `n` lattice, row by row from the top left: (n·n, 2).

    Examples
    --------
    >>> plane_points(2, extent=1.0).tolist()
    [[-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]]
    """
    side = np.linspace(-extent, extent, n, dtype=np.float32)
    across, down = np.meshgrid(side, side[::-1])
    return np.stack([across.ravel(), down.ravel()], axis=1)


class Plane:
    """A square window on the plane, to be drawn on from back to front.

    Parameters
    ----------
    extent : float
        The window reaches from -extent to extent in both directions.
    size : int
        Width and height in pixels.

    Examples
    --------
    >>> plane = Plane(size=100)
    >>> plane.surface(np.linspace(0, 1, 4)).points([[0.0, 0.0]], colour="#000000").pixels().shape
    (100, 100, 3)
    """

    def __init__(self, extent: float = 1.5, size: int = 280) -> None:
        self.extent, self.size = extent, size
        self._image = Image.new("RGB", (size, size), "white")
        self._pen = ImageDraw.Draw(self._image)

    def surface(self, values: ArrayLike | Any) -> Plane:
        """Paint values in [0, 1], one for each point of `plane_points`, from blue (0) over white to orange (1)."""
        flat = np.clip(to_array(values).astype(np.float32).ravel(), 0, 1)
        side = round(len(flat) ** 0.5)
        away = np.abs(2 * flat - 1)[:, None]  # distance from undecided, the white middle
        colour = np.where(flat[:, None] > 0.5, _HIGH, _LOW)
        rows = (255 + (colour - 255) * away).astype(np.uint8).reshape(side, side, 3)
        # The lattice's outer points lie on the window's edge: bilinear enlargement of the middles is near enough.
        self._image.paste(Image.fromarray(rows).resize((self.size, self.size), Image.Resampling.BILINEAR))
        return self

    def points(self, xy: ArrayLike | Any, *, colour: str, radius: int = 1) -> Plane:
        """Draw a dot at every point (N, 2)."""
        for x, y in self._place(xy):
            self._pen.rectangle((x - radius, y - radius, x + radius, y + radius), fill=colour)
        return self

    def rings(self, xy: ArrayLike | Any, *, colour: str, radius: int = 4) -> Plane:
        """Draw a small circle around every point (N, 2)."""
        for x, y in self._place(xy):
            self._pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour, width=2)
        return self

    def lines(self, paths: ArrayLike | Any, *, colour: str, width: int = 1) -> Plane:
        """Draw polylines, (n_lines, n_points, 2)."""
        array = to_array(paths)
        places = self._place(array.reshape(-1, 2)).reshape(array.shape)
        for path in places:
            self._pen.line(path.ravel().tolist(), fill=colour, width=width)
        return self

    def arrows(self, xy: ArrayLike | Any, steps: ArrayLike | Any, *, colour: str, longest: int = 22) -> Plane:
        """Draw an arrow from every point (N, 2) along its step (N, 2); the longest is `longest` pixels long."""
        start, step = self._place(xy), to_array(steps) * np.array([1, -1])
        lengths = np.linalg.norm(step, axis=1)
        most = float(lengths.max(initial=0.0))
        if not np.isfinite(most) or most == 0:
            return self
        tips = start + step * (longest / most)
        for (x, y), (u, v) in zip(start, tips, strict=True):
            across, down = u - x, v - y
            length = (across**2 + down**2) ** 0.5
            if length < 1:
                continue
            self._pen.line((x, y, u, v), fill=colour, width=2)
            across, down = across / length * 4, down / length * 4
            wing = (u - across - down / 2, v - down + across / 2, u - across + down / 2, v - down - across / 2)
            self._pen.polygon((u, v, *wing), fill=colour)
        return self

    def words(self, text: str, *, at: tuple[float, float], colour: str = "#444444") -> Plane:
        """Write a short text with its left end at a point of the plane."""
        (place,) = self._place([at])
        self._pen.text(tuple(place), text, fill=colour)
        return self

    def pixels(self) -> Pixels:
        """The picture as bytes, (size, size, 3)."""
        return np.asarray(self._image)

    def _place(self, xy: ArrayLike | Any) -> NDArray[np.float64]:
        """Pixels of points in the plane, (N, 2); the second axis points up there and down here."""
        array = np.nan_to_num(to_array(xy).astype(np.float64).reshape(-1, 2), nan=1e3)
        inside = np.clip(array, -20 * self.extent, 20 * self.extent)
        return (inside * [1, -1] / self.extent + 1) * (self.size / 2)


def side_by_side(*pictures: Pixels, gap: int = 6) -> Pixels:
    """Put pictures of one height beside each other on white."""
    height = pictures[0].shape[0]
    white = np.full((height, gap, 3), 255, np.uint8)
    parts: list[Pixels] = []
    for picture in pictures:
        parts += [white, picture] if parts else [picture]
    return np.concatenate(parts, axis=1)


def grid_lines(n_lines: int = 9, n_points: int = 25, extent: float = 2.0) -> NDArray[np.float32]:
    """Return the lines of a square grid, to be sent through a generator: (2·n_lines, n_points, 2).

    Parameters
    ----------
    n_lines : int
        Lines in each direction.
    n_points : int
        Points on each line.
    extent : float
        The grid reaches from -extent to extent.

    Examples
    --------
    >>> grid_lines(3, 5).shape
    (6, 5, 2)
    """
    fixed, along = np.meshgrid(
        np.linspace(-extent, extent, n_lines), np.linspace(-extent, extent, n_points), indexing="ij"
    )
    upright, level = np.stack([fixed, along], axis=2), np.stack([along, fixed], axis=2)
    return np.concatenate([upright, level]).astype(np.float32)
