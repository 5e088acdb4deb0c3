"""The still picture of a live panel, for papermill, exported pages and everyone who reads without a kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gentutor.plots import PALETTE, still_bundle

if TYPE_CHECKING:
    from gentutor.widgets.live_panel import LivePanel

_WIDTH = 8.4  # inches at 100 dots: the width of a notebook's page
_WIDE = 2.5  # times as wide as high
_WIDGET = "application/vnd.jupyter.widget-view+json"


def describe(panel: LivePanel) -> str:
    """The panel in one sentence, with its numbers: the still picture's alt text."""
    run = panel.steering.run.family()[0]
    parts = [f"{panel.setup['title'] or run.name}: trained to step {run.end:,} of {run.steps:,}."]
    for name in panel.names:
        if name in run.metrics:
            _, values = run.curve(name)
            parts.append(f"{name} went from {values[0]:.4g} to {values[-1]:.4g}.")
    return " ".join(parts)


def draw(panel: LivePanel) -> bytes:
    """Samples beside the curves of all branches, as a PNG."""
    from gentutor.plots.figures import Picture  # matplotlib is imported only where a picture is wanted

    return Picture(_figure(panel), describe(panel)).png()


def _figure(panel: LivePanel) -> Any:
    from matplotlib.figure import Figure

    picture = panel.picture()
    figure = Figure(figsize=(_WIDTH, 3.2), dpi=100, layout="constrained")
    room: Any = figure  # for the curves
    if picture is not None:
        height = _WIDTH * picture.shape[0] / picture.shape[1]
        parts: dict[str, Any] = {"ncols": 2}
        if _WIDE * height < _WIDTH:  # such as lines of text: legible only over the whole width
            figure.set_figheight(3.2 + height)
            parts = {"nrows": 2, "height_ratios": [height + 0.3, 2.9]}
        left, room = figure.subfigures(squeeze=False, **parts).flat
        samples = left.subplots()
        samples.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        samples.set(xticks=[], yticks=[], xlabel=f"step {panel.steering.run.position:,}")
    axes = room.subplots(len(panel.names), 1, squeeze=False, sharex="col")
    dashes = ("-", "--", ":", "-.")
    for ax, name in zip(axes[:, -1], panel.names, strict=True):
        for index, run in enumerate(panel.steering.run.family()):
            if name not in run.metrics:
                continue
            steps, values = run.curve(name)
            label, colour = panel.steering.label(run), PALETTE[index % len(PALETTE)]
            many = len(steps) > 200
            if many:
                ax.plot(steps, values, color=colour, alpha=0.25, linewidth=0.8)
                reach = len(steps) // 100
                values = np.convolve(values, np.ones(2 * reach + 1) / (2 * reach + 1), "valid")
                steps = steps[reach:-reach]
            ax.plot(steps, values, dashes[index % len(dashes)], color=colour, label=label, linewidth=1.8)
        ax.set(ylabel=name, xlim=(0, panel.steering.run.steps))
        ax.grid(alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
    axes[-1, -1].set_xlabel("step")
    if len(panel.steering.run.family()) > 1:
        axes[0, -1].legend(frameon=False, fontsize=8)
    return figure


class StillDisplay:
    """Shows the panel with its still picture, and redraws that after the cells that trained the run.

    Only where no page has answered: on a page the panel itself is up to date, and replacing its output would make
    the page jump.
    """

    def __init__(self, panel: LivePanel) -> None:
        self._panel = panel
        self._shown_at: int | None = None
        self._events: Any = None

    def bundle(self) -> dict[str, Any]:
        """The panel in three forms: widget, still picture, sentence."""
        widget = {"version_major": 2, "version_minor": 0, "model_id": self._panel.model_id}
        return {_WIDGET: widget} | still_bundle(draw(self._panel), describe(self._panel))

    def show(self, again: bool = False) -> None:
        """Display the panel, or replace what was displayed."""
        from IPython.core.getipython import get_ipython
        from IPython.display import display

        self._shown_at = self._panel.steering.run.end
        display(self.bundle(), raw=True, display_id=self._panel.model_id, update=again)
        shell = get_ipython()
        if shell is not None and self._events is None:
            self._events = shell.events
            self._events.register("post_run_cell", self._after_cell)

    def _after_cell(self, *_: object) -> None:
        panel = self._panel
        panel.refresh()
        if not panel.seen and panel.steering.run.end != self._shown_at:
            self.show(again=True)

    def end(self) -> None:
        """Stop watching cells."""
        if self._events is not None:
            self._events.unregister("post_run_cell", self._after_cell)
            self._events = None
