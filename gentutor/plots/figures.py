"""The still figures of the lessons: axis names, units, a palette for every colour vision, and alt text."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, NullLocator
from numpy.typing import ArrayLike

from gentutor.language import SOURCE, language, translate
from gentutor.plots.pictures import MARKERS, PALETTE, image_grid, still_bundle, to_array

_DASHES = ("-", "--", "-.", ":")
_MOST_TICKS = 9  # measured places that are named on a logarithmic axis
_MOST_INSIDE = 4  # curves whose legend has room between them
_DPI = 100


class Picture:
    """A finished figure with the sentence that stands for it where it cannot be seen.

    Shown by a notebook as a picture whose alt text is that sentence. The figure is our own object, never pyplot's
    current one, which goes wrong when a live panel draws at the same time.

    Parameters
    ----------
    figure : Figure
        The drawing.
    alt : str
        What there is to see, in a sentence with its numbers.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure = figure
        self.alt = translate(alt)
        if language() != SOURCE:
            for text in figure.findobj(Text):  # titles, axis names, legends; names of ticks are set when it is drawn
                text.set_text(translate(text.get_text()))

    def png(self) -> bytes:
        """Return the figure as PNG bytes."""
        buffer = io.BytesIO()
        FigureCanvasAgg(self.figure).print_figure(buffer, format="png", dpi=_DPI)
        return buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return still_bundle(self.png(), self.alt)


def _figure(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_prop_cycle(color=PALETTE)
    return figure, list(axes.flat)


def show_images(
    rows: Mapping[str, Any] | Any, *, alt: str, n_columns: int | None = None, zoom: float = 1.6, title: str = ""
) -> Picture:
    """Draw small images, one labelled row for each entry of a mapping, or one grid for an array.

    Parameters
    ----------
    rows : mapping of str to array (N, C, H, W), or one such array
        Images in [0, 1] or bytes.
    alt : str
        What there is to see.
    n_columns : int, optional
        Images in a row; all of a mapping's entry where not given.
    zoom : float
        Screen pixels for one image pixel.
    title : str
        Heading of the figure.

    Returns
    -------
    Picture
    """
    named = {translate(label): x for label, x in rows.items()} if isinstance(rows, Mapping) else {"": rows}
    grids = {
        label: image_grid(x, n_columns or (len(x) if isinstance(rows, Mapping) else None)) for label, x in named.items()
    }
    # Placed by hand, in inches: automatic layouts cut off labels beside images whose aspect is fixed.
    gap, label_width, title_height = 0.08, 0.1 * max(map(len, named)) + 0.1, 0.3 if title else 0.0
    inches = {label: (grid.shape[1] * zoom / _DPI, grid.shape[0] * zoom / _DPI) for label, grid in grids.items()}
    width = label_width + max(w for w, _ in inches.values())
    height = title_height + sum(h + gap for _, h in inches.values())
    figure = Figure(figsize=(width, height), dpi=_DPI)
    top = height - title_height
    for label, grid in grids.items():
        w, h = inches[label]
        ax = figure.add_axes((label_width / width, (top - h) / height, w / width, h / height), frameon=False)
        ax.imshow(grid, cmap="gray", vmin=0, vmax=255, interpolation="nearest", aspect="auto")
        ax.set(xticks=[], yticks=[])
        figure.text((label_width - 0.1) / width, (top - h / 2) / height, label, ha="right", va="center")
        top -= h + gap
    if title:
        figure.text(0.5, 1 - 0.15 / height, title, ha="center", va="center")
    return Picture(figure, alt)


def show_curves(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    x_label: str,
    y_label: str,
    alt: str,
    log_x: bool = False,
    log_y: bool = False,
    smooth: int = 1,
    marks: bool = False,
    title: str = "",
) -> Picture:
    """Draw named curves on one pair of axes; they differ in colour and in dashes.

    Parameters
    ----------
    curves : mapping of str to (x, y)
        Points of each curve.
    x_label, y_label : str
        Axis names with their units.
    alt : str
        What there is to see.
    log_x, log_y : bool
        Whether an axis is logarithmic.
    smooth : int
        Width of a running mean, in points; 1 draws the values as they are.
    marks : bool
        Whether points are marked.
    title : str
        Heading of the figure.

    Returns
    -------
    Picture
    """
    figure, (ax,) = _figure(7, 3.4)
    for index, (label, (x, y)) in enumerate(curves.items()):
        xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if smooth > 1 and len(ys) > smooth:
            ys = np.convolve(ys, np.ones(smooth) / smooth, mode="valid")
            xs = xs[smooth - 1 :]
        marker = MARKERS[index % len(MARKERS)] if marks else None
        ax.plot(xs, ys, _DASHES[index % len(_DASHES)], marker=marker, markersize=5, label=label, linewidth=1.8)
    ax.set(xlabel=x_label, ylabel=y_label, title=title)
    ax.set_yscale("log" if log_y else "linear")
    if log_x:
        ax.set_xscale("log")
        measured = sorted({float(value) for x, _ in curves.values() for value in np.asarray(x, dtype=float)})
        if marks and len(measured) <= _MOST_TICKS:
            ax.set_xticks(measured)
            ax.xaxis.set_minor_locator(NullLocator())
        # 16, where matplotlib would write 1.6 × 10¹; three digits, since more would run into the next number
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}" if x >= 1000 else f"{x:.3g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(alpha=0.25)
    if len(curves) > _MOST_INSIDE:
        ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))  # inside it would cover a curve
    elif len(curves) > 1:
        ax.legend(frameon=False)
    return Picture(figure, alt)


def show_codes(
    codes: Mapping[str, Any], labels: Any, class_names: Sequence[str], *, alt: str, extent: float | None = None
) -> Picture:
    """Draw two-dimensional codes as points, one pair of axes for each entry; classes differ in colour and marker.

    Parameters
    ----------
    codes : mapping of str to array (N, 2)
        Titles and points.
    labels : array (N,)
        Class of each point.
    class_names : sequence of str
        Names for the legend.
    alt : str
        What there is to see.
    extent : float, optional
        Half the width of the window around 0; fitted to the points where not given.

    Returns
    -------
    Picture
    """
    figure, axes = _figure(4.2 * len(codes) + 1.3, 4.0, 1, len(codes))
    classes = to_array(labels)
    for ax, (title, points) in zip(axes, codes.items(), strict=True):
        xy = to_array(points)
        for index, name in enumerate(class_names):
            chosen = xy[classes == index]
            ax.scatter(
                chosen[:, 0], chosen[:, 1], s=12, alpha=0.7, linewidths=0, label=name,
                color=PALETTE[index % len(PALETTE)], marker=MARKERS[index % len(MARKERS)],
            )  # fmt: skip
        ax.set(xlabel="$z_1$", ylabel="$z_2$", title=title, aspect="equal", adjustable="datalim")
        if extent:
            ax.set(xlim=(-extent, extent), ylim=(-extent, extent))
        ax.grid(alpha=0.25)
    axes[-1].legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5), markerscale=1.8)
    return Picture(figure, alt)


def show_bars(
    values: Mapping[str, ArrayLike],
    *,
    x_label: str,
    y_label: str,
    alt: str,
    title: str = "",
    names: Sequence[str] = (),
) -> Picture:
    """Draw series of bars side by side, such as KL for each latent unit under two settings.

    Parameters
    ----------
    values : mapping of str to array (N,)
        Height of the bars of each series.
    x_label, y_label : str
        Axis names with their units.
    alt : str
        What there is to see.
    title : str
        Heading of the figure.
    names : sequence of str
        A name below each place, aslant; without names the places are numbered from 1.

    Returns
    -------
    Picture
    """
    figure, (ax,) = _figure(7, 3.0)
    width = 0.8 / len(values)
    hatches = ("", "//", "..", "xx")
    for index, (label, heights) in enumerate(values.items()):
        bars = to_array(heights)
        where = 1 + np.arange(len(bars)) + (index - (len(values) - 1) / 2) * width
        ax.bar(where, bars, width, label=label, hatch=hatches[index % 4], edgecolor="white", linewidth=0.5)
    ax.set(xlabel=x_label, ylabel=y_label)
    ax.set_title(title, pad=28 if len(values) > 1 else None)
    if names:
        ax.set_xticks(1 + np.arange(len(names)), names, rotation=25, ha="right", rotation_mode="anchor")
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(axis="y", alpha=0.25)
    if len(values) > 1:  # above the axes: bars leave no free place inside
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(values))
    return Picture(figure, alt)
