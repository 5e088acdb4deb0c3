"""Targets in the plane for two-dimensional generators: drawn by formula, or by the student's own keyboard.

Used in lesson 03, where a generative adversarial network chases them. All fit into the square from -1.5 to 1.5.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gentutor.errors import GentutorError

SHAPES = ("ring of eight", "grid of nine", "two moons", "spiral", "line")
"""Names of the shapes that `load_shape` knows, in the order of the lesson's slider."""

RING_RADIUS = 1.0
SPREAD = 0.05  # standard deviation of a spot: 8 spots on the ring stay 15 of these apart


def ring_centres(n_modes: int = 8) -> Tensor:
    """Return the centres of spots that stand evenly on a circle of radius 1: (n_modes, 2).

    Examples
    --------
    >>> ring_centres(4).round().abs()
    tensor([[1., 0.],
            [0., 1.],
            [1., 0.],
            [0., 1.]])
    """
    angle = torch.arange(n_modes) * (2 * math.pi / n_modes)
    return RING_RADIUS * torch.stack([angle.cos(), angle.sin()], dim=1)


def load_shape(shape: str | int, n: int, generator: torch.Generator) -> Tensor:
    """Return `n` points of a shape, (n, 2).

    Parameters
    ----------
    shape : str or int
        A name out of `SHAPES`, or its place in that list.
    n : int
        How many points.
    generator : torch.Generator
        Source of the random draws.

    Raises
    ------
    GentutorError
        When there is no such shape.

    Examples
    --------
    >>> load_shape("spiral", 5, torch.Generator().manual_seed(0)).shape
    torch.Size([5, 2])
    """
    name = SHAPES[shape] if isinstance(shape, int) and 0 <= shape < len(SHAPES) else shape
    if name not in SHAPES:
        raise GentutorError(f"There is no shape {shape!r}; choose one of {', '.join(SHAPES)}, or draw your own.")
    along = torch.rand(n, generator=generator)
    noise = SPREAD * torch.randn(n, 2, generator=generator)
    if name == "ring of eight":
        return ring_centres()[(along * 8).long()] + noise
    if name == "grid of nine":
        cell = (along * 9).long()
        return torch.stack([cell % 3 - 1, cell // 3 - 1], dim=1) + noise
    if name == "two moons":
        upper = torch.arange(n) % 2 == 0
        arc = torch.stack([(math.pi * along).cos(), (math.pi * along).sin()], dim=1)
        lower = torch.stack([1 - arc[:, 0], 0.5 - arc[:, 1]], dim=1)
        return 0.85 * (torch.where(upper[:, None], arc, lower) - torch.tensor([0.5, 0.25])) + noise
    if name == "spiral":
        turn = 3 * math.pi * along.sqrt()  # the root spreads points evenly along the arm
        return 1.3 * along.sqrt()[:, None] * torch.stack([turn.cos(), turn.sin()], dim=1) + noise
    return torch.stack([2.4 * along - 1.2, 1.6 * along - 0.8], dim=1) + noise


def drawn_points(drawing: str, n: int, generator: torch.Generator) -> Tensor:
    """Return `n` points spread over a drawing made of letters, (n, 2).

    Every letter but the space and the full stop is a place where points may lie. The drawing is scaled to fit into
    the square from -1.2 to 1.2, as wide as it is high on the screen: a letter counts twice as high as wide.

    Parameters
    ----------
    drawing : str
        Lines of text, top line first.
    n : int
        How many points.
    generator : torch.Generator
        Source of the random draws.

    Raises
    ------
    GentutorError
        When nothing is drawn.

    Examples
    --------
    >>> points = drawn_points("#.#", 100, torch.Generator().manual_seed(0))
    >>> bool((points[:, 0].abs() > 0.4).all())
    True
    """
    places = [
        (column, -2.0 * row)
        for row, line in enumerate(drawing.expandtabs().splitlines())
        for column, letter in enumerate(line)
        if letter not in " ."
    ]
    if not places:
        raise GentutorError("Nothing is drawn: put a letter such as # wherever points may lie.")
    cells = torch.tensor(places, dtype=torch.float32)
    chosen = cells[torch.randint(len(cells), (n,), generator=generator)]
    within = torch.rand(n, 2, generator=generator) * torch.tensor([1.0, 2.0])  # anywhere in the letter's box
    low, high = cells.min(0).values, cells.max(0).values + torch.tensor([1.0, 2.0])
    return (chosen + within - (low + high) / 2) * (2.4 / float((high - low).max()))
