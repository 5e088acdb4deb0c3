"""The class report's picture: the class's points, and for each check how many were right and how the others erred."""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gentutor.exercises import verdict as kinds
from gentutor.grading.class_counts import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, as in gentutor.plots; every segment also carries its number, and most a hatch.
COLOURS = {
    kinds.RIGHT: ("#009E73", ""),
    kinds.DIFFERS: ("#E69F00", "//"),
    kinds.RAISED: ("#D55E00", "xx"),
    kinds.TIMED_OUT: ("#CC79A7", "..."),
    kinds.DIED: ("#8C6D1F", "++"),
    kinds.BY_HAND: ("#56B4E9", ""),
    kinds.NOT_ATTEMPTED: ("#A6A6A6", "--"),
}
WORDS = {
    kinds.RIGHT: "right", kinds.DIFFERS: "differs", kinds.RAISED: "raised an error",
    kinds.TIMED_OUT: "not finished in time", kinds.DIED: "ended the process", kinds.BY_HAND: "waits for a mark",
    kinds.NOT_ATTEMPTED: "not attempted",
}  # fmt: skip
_INK = {False: ("#1c2430", "#ffffff", "#d7dce3"), True: ("#e6eaf0", "#1d232b", "#38414d")}


def draw(rows: Sequence[Row], points: Sequence[float], of: float, *, dark: bool = False, narrow: bool = False) -> bytes:
    """Return the picture as PNG.

    Parameters
    ----------
    rows : sequence of (str, mapping of str to int)
        For each check its name and how many verdicts of each kind.
    points : sequence of float
        Points of each graded student.
    of : float
        Points that can be earned.
    dark : bool
        Whether light ink stands on a dark ground.
    narrow : bool
        Whether it is drawn for a telephone: names above the bars.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    ink, back, line = _INK[dark]
    width, row_height = (4.2, 0.62) if narrow else (8.4, 0.42)
    height = 2.3 + row_height * len(rows) + (1.3 if narrow else 0.9)
    figure = Figure(figsize=(width, height), layout="constrained", facecolor=back)
    grid = figure.add_gridspec(2, 1, height_ratios=[2.0, height - 2.0])
    upper_part, lower_part = figure.add_subfigure(grid[0]), figure.add_subfigure(grid[1])
    for part in (upper_part, lower_part):
        part.set_facecolor(back)
    upper, lower = upper_part.subplots(), lower_part.subplots()
    for ax in (upper, lower):
        ax.set_facecolor(back)
        ax.tick_params(colors=ink, labelsize=10)
        ax.spines[["top", "right"]].set_visible(False)
        for spine in ax.spines.values():
            spine.set_color(line)
        ax.xaxis.label.set_color(ink)
        ax.yaxis.label.set_color(ink)
    _histogram(upper, points, of, back, "#56B4E9" if dark else "#0072B2")
    # A dollar sign would begin a formula.
    _bars(lower, [(name.replace("$", r"\$"), counts) for name, counts in rows], ink, back, narrow)
    handles, labels = lower.get_legend_handles_labels()
    lower_part.legend(
        handles, labels, loc="outside lower center", ncols=2 if narrow else 4, frameon=False, labelcolor=ink
    )
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_figure(buffer, format="png", dpi=130, facecolor=back)
    return buffer.getvalue()


def _histogram(ax: Axes, points: Sequence[float], of: float, back: str, colour: str) -> None:
    from matplotlib.ticker import MaxNLocator

    step = max(1.0, round(of / 12))
    edges = [step * i - step / 2 for i in range(math.ceil(of / step) + 2)]
    ax.hist(list(points), bins=edges, color=colour, edgecolor=back, linewidth=1.5)
    ax.set(xlabel=f"points, of {of:g}", ylabel="students", xlim=(edges[0] - 0.2, edges[-1] + 0.2))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=4))


def _bars(ax: Axes, rows: Sequence[Row], ink: str, back: str, narrow: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    places = list(range(len(rows)))
    left = [0] * len(rows)
    bar = 0.42 if narrow else 0.68
    for kind, (colour, hatch) in COLOURS.items():
        counts = [row.get(kind, 0) for _, row in rows]
        if not any(counts):
            continue
        drawn = ax.barh(
            places, counts, bar, left=left, color=colour, hatch=hatch, edgecolor=back, linewidth=1, label=WORDS[kind]
        )
        most = max(sum(row.values()) for _, row in rows)
        labels = [str(count) if count >= max(1, most / 25) else "" for count in counts]
        box = {"boxstyle": "round,pad=0.12", "facecolor": colour, "edgecolor": "none"}
        for text, label in zip(ax.bar_label(drawn, labels, label_type="center", fontsize=9), labels, strict=True):
            text.set_color("black")
            if label:
                text.set_bbox(box)
        left = [start + count for start, count in zip(left, counts, strict=True)]
    ax.set_ylim(len(rows) - 0.5, -0.6)
    ax.set_xlabel("students")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if narrow:
        ax.set_yticks([])
        for place, (name, _) in zip(places, rows, strict=True):
            ax.text(0, place - 0.27, f" {name}", color=ink, fontsize=9.5, va="bottom")
    else:
        ax.set_yticks(places, [name for name, _ in rows], color=ink)


def alt_text(rows: Sequence[Row], points: Sequence[float], of: float) -> str:
    """Return the sentences that stand for the picture.

    Parameters
    ----------
    rows, points, of
        As for `draw`.
    """
    told = []
    if points:
        told.append(f"Points of {len(points)} students, from {min(points):g} to {max(points):g} of {of:g}.")
    for name, counts in rows:
        parts = ", ".join(f"{counts[kind]} {WORDS[kind]}" for kind in COLOURS if counts.get(kind))
        told.append(f"{name}: {parts}.")
    return " ".join(told)


def picture_html(rows: Sequence[Row], points: Sequence[float], of: float, light: bytes) -> str:
    """Return the picture for a page: light or dark, wide or narrow, with its alt text.

    Parameters
    ----------
    rows, points, of
        As for `draw`.
    light : bytes
        The picture on a light ground, drawn already.
    """

    def source(png: bytes) -> str:
        return f"data:image/png;base64,{base64.b64encode(png).decode()}"

    dark, small = "(prefers-color-scheme: dark)", "(max-width: 40rem)"
    variants = [
        (f"{dark} and {small}", draw(rows, points, of, dark=True, narrow=True)),
        (small, draw(rows, points, of, narrow=True)),
        (dark, draw(rows, points, of, dark=True)),
    ]
    sources = "".join(f'<source media="{media}" srcset="{source(png)}">' for media, png in variants)
    alt = html.escape(alt_text(rows, points, of))
    return f'<picture>{sources}<img src="{source(light)}" alt="{alt}"></picture>'
