"""Diagrams that are drawn once: the graph of a computation with its values and gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gentutor.plots.figures import Picture, _figure
from gentutor.plots.pictures import PALETTE


def show_graph(
    boxes: Mapping[str, tuple[float, float]],
    arrows: Sequence[tuple[str, str]],
    values: Mapping[str, float],
    gradients: Mapping[str, float],
    *,
    alt: str,
) -> Picture:
    """Draw the graph of a computation: each number in a box, its gradient under it, arrows along the computation.

    Parameters
    ----------
    boxes : mapping of str to (column, row)
        Where each number stands; row 0 is the lowest.
    arrows : sequence of (str, str)
        Which number is computed from which: (from, to).
    values, gradients : mapping of str to float
        What the numbers are, and how the last one changes with each.
    alt : str
        What there is to see.

    Returns
    -------
    Picture
    """
    columns, rows = zip(*boxes.values(), strict=True)
    figure, (ax,) = _figure(9, 1.15 * (max(rows) - min(rows) + 1))
    for start, end in arrows:
        ax.annotate(
            "", xy=boxes[end], xytext=boxes[start], zorder=1,
            arrowprops={"arrowstyle": "-|>", "color": "#555555", "shrinkA": 30, "shrinkB": 32},
        )  # fmt: skip
    for name, (column, row) in boxes.items():
        frame = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": "#555555"}
        ax.text(column, row + 0.15, f"{name} = {values[name]:g}", ha="center", va="center", bbox=frame, zorder=2)
        ax.text(
            column, row - 0.17, f"gradient {gradients[name]:g}", ha="center", va="center", color=PALETTE[1], fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5}, zorder=3,
        )  # fmt: skip
    ax.set(xlim=(min(columns) - 0.55, max(columns) + 0.55), ylim=(min(rows) - 0.55, max(rows) + 0.5))
    ax.axis("off")
    return Picture(figure, alt)
