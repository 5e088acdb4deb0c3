"""`show_spread`: one row for each setting, one point for each seed, so that luck can be told from effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from gentutor.language import translate
from gentutor.plots.figures import Picture
from gentutor.plots.pictures import PALETTE, to_array


def show_spread(values: Mapping[str, Any], *, x_label: str, alt: str, title: str = "") -> Picture:
    """Draw the values of each setting as points on a line, and their mean as a bar across it.

    Parameters
    ----------
    values : mapping of str to array (n_seeds,)
        One value for each seed, by the name of the setting; the first stands on top.
    x_label : str
        What is measured, with its unit.
    alt : str
        What there is to see.
    title : str
        Heading of the figure.

    Returns
    -------
    Picture
    """
    figure = Figure(figsize=(7, 0.8 + 0.36 * len(values)), dpi=100, layout="constrained")
    ax = figure.subplots()
    ax.spines[["top", "right"]].set_visible(False)
    for row, points in enumerate(values.values()):
        heights = to_array(points)
        ax.plot([heights.mean()], [row], marker="|", markersize=16, markeredgewidth=2.5, color=PALETTE[1])
        ax.plot(heights, [row] * len(heights), "o", markersize=5, alpha=0.6, color=PALETTE[0], linestyle="none")
    ax.set(xlabel=x_label, title=title, yticks=range(len(values)), ylim=(len(values) - 0.5, -0.5))
    ax.set_yticklabels([translate(name) for name in values])
    ax.grid(axis="x", alpha=0.25)
    return Picture(figure, alt)
