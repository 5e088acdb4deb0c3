"""The still figure of judges: hits against false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gentutor.plots.figures import Picture, _figure
from gentutor.plots.pictures import MARKERS, PALETTE

_DASHES = ("-", "--", "-.", ":")


def show_judges(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    points: Mapping[str, tuple[float, float]] | None = None,
    alt: str,
) -> Picture:
    """Draw ROC curves, with the diagonal of a judge that throws a coin.

    Parameters
    ----------
    curves : mapping of str to (false alarms, hits)
        One curve for each judge.
    points : mapping of str to (float, float), optional
        Single points, such as where a student's yes and no fell.
    alt : str
        What there is to see.

    Returns
    -------
    Picture
    """
    figure, (ax,) = _figure(5.6, 4.2)
    ax.plot([0, 1], [0, 1], ":", color="#777777", linewidth=1.4, label="throws a coin")
    for index, (name, (false_alarms, hits)) in enumerate(curves.items()):
        colour = PALETTE[index % len(PALETTE)]
        ax.plot(false_alarms, hits, _DASHES[index % 4], color=colour, linewidth=2, label=name)
    for index, (name, (false_alarm, hit)) in enumerate((points or {}).items()):
        marker, colour = MARKERS[(index + 7) % len(MARKERS)], PALETTE[1]
        ax.plot([false_alarm], [hit], marker, color=colour, markersize=14, markeredgecolor="black", label=name)
    ax.set(
        xlabel="false alarms: share of real ones called generated",
        ylabel="hits: share of generated ones called generated",
        xlim=(-0.03, 1.03), ylim=(-0.03, 1.03),
    )  # fmt: skip
    ax.grid(alpha=0.25)
    ax.legend(loc="lower right", framealpha=0.85)
    return Picture(figure, alt)
