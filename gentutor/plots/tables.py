"""The still figure of a table: numbers as shades, with a name for each row and column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gentutor.plots.figures import Picture, _figure
from gentutor.plots.pictures import to_array

_LETTER = 0.08  # inches of one letter of a tick's name


def show_table(
    table: Any, rows: Sequence[str], columns: Sequence[str], *, x_label: str, y_label: str, alt: str, title: str = "",
    unit: str = "chance", cell: float = 0.19,
) -> Picture:  # fmt: skip
    """Draw a table of shares as shades of blue, from white for 0 to dark for the largest.

    Parameters
    ----------
    table : array (N, M)
        Shares of 0 or more.
    rows, columns : sequence of str
        N and M names.
    x_label, y_label : str
        What columns and rows stand for.
    alt : str
        What there is to see.
    title : str
        Heading of the figure.
    unit : str
        What the shades stand for.
    cell : float
        Inches of one side of a cell.
    """
    shares = to_array(table)
    figure, (ax,) = _figure(1.6 + cell * len(columns), 1.2 + cell * len(rows))
    image = ax.imshow(shares, cmap="Blues", vmin=0)
    # names that are wider than their column are turned
    turned: dict[str, Any] = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"}
    is_wide = max(map(len, columns), default=0) * _LETTER > cell
    ax.set_xticks(range(len(columns)), columns, **(turned if is_wide else {}))
    ax.set_yticks(range(len(rows)), rows)
    ax.tick_params(labelsize=9, length=0)
    ax.set(xlabel=x_label, ylabel=y_label, title=title)
    figure.colorbar(image, ax=ax, shrink=0.6, label=unit)
    return Picture(figure, alt)
