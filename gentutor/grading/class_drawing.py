"""Pictures of a class as inline SVG, which take the page's colours in light and dark, each with its words."""

from __future__ import annotations

import html
from collections.abc import Sequence

from gentutor.exercises.number_line import plain as number
from gentutor.grading.class_sharing import PredictionView
from gentutor.grading.small_groups import Groups

_W, _LEFT, _RIGHT = 640, 40.0, 600.0
STYLE = """
.bar { display: flex; height: 1.1rem; gap: 2px; min-width: 8rem; } .bar > span { border-radius: 0.2rem; }
.bar .s0 { background: #009e73; } .bar .s2 { background: var(--line); }
.bar .s1 { background: repeating-linear-gradient(45deg, #e69f00 0 6px, #f4cf7f 6px 9px); }
.bar .sm { background: repeating-linear-gradient(90deg, var(--soft) 0 3px, var(--line) 3px 7px); }
svg { max-width: 100%; height: auto; display: block; margin: 0.4rem 0; fill: currentColor;
  font: 13px system-ui, sans-serif; }
svg .bars { fill: var(--bar); } svg .result { fill: var(--bad); stroke: var(--card); }
svg .axis { stroke: currentColor; }
svg .soft { fill: var(--soft); } svg .zero { stroke: var(--soft); stroke-dasharray: 4 3; }
svg .quarter { stroke: var(--bar); stroke-width: 6; opacity: 0.55; }
td .bar { margin-top: 0.25rem; } .steps td:nth-child(2) { width: 30%; }
.steps tbody th { min-width: 11rem; }
@media (max-width: 40rem) { .steps td:nth-child(2), .steps th:nth-child(2) { display: none; }
  .steps { table-layout: fixed; } .steps th, .steps td { padding-right: 0.3rem; hyphens: auto; }
  .steps th:nth-child(n+4), .steps td:nth-child(n+4) { width: 3rem; font-size: 0.8rem; }
  .steps tbody th { min-width: 0; } }
"""


def bar(groups: Groups, order: Sequence[str]) -> str:
    """Return groups as one bar; the words beside it say the same.

    Parameters
    ----------
    groups : tuple of (str, int)
        Label and count.
    order : sequence of str
        The labels that have a colour of their own; merged groups are striped.
    """
    parts = []
    for label, n in groups:
        kind = f"s{order.index(label)}" if label in order else "sm"
        parts.append(f'<span class="{kind}" style="flex:{n}"></span>')
    return f'<div class="bar" aria-hidden="true">{"".join(parts)}</div>'


def told(groups: Groups) -> str:
    """Return groups in words, such as ``18 right · 7 not tried``.

    Parameters
    ----------
    groups : tuple of (str, int)
        Label and count.
    """
    return " · ".join(f"{n} {label}" if " all but " not in label else label for label, n in groups)


def distribution(view: PredictionView) -> str:
    """Return the guesses of a class on the question's number line, with the result below it.

    Parameters
    ----------
    view : PredictionView
        A prediction with at least five guesses.
    """
    axis = view.question.axis
    y, most = 118.0, max(n / (end - start) for start, end, n in view.bars)
    parts = []
    for start, end, n in view.bars:
        height = 92 * n / (end - start) / most
        x, width = _x(start), _x(end) - _x(start)
        parts.append(f'<rect class="bars" x="{x + 1:.1f}" y="{y - height:.1f}" width="{width - 2:.1f}" '
                     f'height="{height:.1f}"/><text x="{x + width / 2:.1f}" y="{y - height - 5:.1f}" '
                     f'text-anchor="middle">{n}</text>')  # fmt: skip
    parts.append(f'<line class="axis" x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}"/>')
    for place, value, anchor in ((_LEFT, axis.low, "start"), (_RIGHT, axis.high, "end")):
        end_text = _text(axis.text(value))
        parts.append(f'<text class="soft" x="{place}" y="{y + 42}" text-anchor="{anchor}">{end_text}</text>')
    if view.result is not None:
        x = _x(min(1.0, max(0.0, axis.position(view.result))))
        parts.append(f'<path class="result" d="M{x:.1f} {y + 2}l-7 12h14z"/><text x="{x:.1f}" y="{y + 28}" '
                     f'text-anchor="{_anchor(x)}">measured {_text(axis.text(view.result))}</text>')  # fmt: skip
    scale = ", by ratios" if axis.logarithmic else ""
    line = f"The line goes from {axis.text(axis.low)} to {axis.text(axis.high)}{scale}."
    return _svg(168, f"{_words(view)} {line}", parts)


def errors(views: Sequence[PredictionView]) -> str:
    """Return how far off the class was, prediction by prediction, left of the line too low and right of it too high.

    Parameters
    ----------
    views : sequence of PredictionView
        Those whose error is known.
    """
    row, top = 46, 26.0
    height = top + row * len(views) + 10
    half: float = max([0.25, *(abs(e) for v in views for e in (v.error or 0.0, *(v.quartiles or ())))])
    middle = (_LEFT + _RIGHT) / 2

    def x(error: float) -> float:
        return middle + error / half * (_RIGHT - _LEFT) / 2

    parts = [f'<line class="zero" x1="{middle}" x2="{middle}" y1="{top - 6}" y2="{height - 6}"/>',
             f'<text class="soft" x="{_LEFT}" y="14">← guessed too low by {half:.0%} of the range</text>',
             f'<text class="soft" x="{_RIGHT}" y="14" text-anchor="end">too high by {half:.0%} →</text>']  # fmt: skip
    words = []
    for i, view in enumerate(views):
        assert view.error is not None
        y = top + row * i + 30
        if view.quartiles:
            parts.append(f'<line class="quarter" x1="{x(view.quartiles[0]):.1f}" x2="{x(view.quartiles[1]):.1f}" '
                         f'y1="{y}" y2="{y}"/>')  # fmt: skip
        name = _text(view.question.text)
        parts.append(f'<circle class="bars" cx="{x(view.error):.1f}" cy="{y}" r="6"/>'
                     f'<text x="{_LEFT}" y="{y - 12}">{name}</text>')  # fmt: skip
        words.append(f"{view.question.text} {off_by(view.error)}.")
    return _svg(height, "Median guess against the result. " + " ".join(words), parts)


def off_by(error: float) -> str:
    """Say an error in words, such as ``12 % of the range too high``.

    Parameters
    ----------
    error : float
        Guess less result, as a part of the range.
    """
    if round(abs(error), 2) == 0:
        return "on the result"
    return f"{abs(error):.0%} of the range too {'high' if error > 0 else 'low'}".replace("%", " %")


def _words(view: PredictionView) -> str:
    axis = view.question.axis
    low = [f"{n} from {number(_value(view, start))} to {number(_value(view, end))}" for start, end, n in view.bars]
    result = "" if view.result is None else f" Measured: {axis.text(view.result)}."
    return f"Guesses of {view.n} students: {', '.join(low)}.{result}"


def _value(view: PredictionView, position: float) -> float:
    axis = view.question.axis
    if axis.logarithmic:
        return float(axis.low * (axis.high / axis.low) ** position)
    return axis.low + position * (axis.high - axis.low)


def _svg(height: float, alt: str, parts: Sequence[str]) -> str:
    label = html.escape(alt)
    return f'<svg role="img" aria-label="{label}" viewBox="0 0 {_W} {height:.0f}" width="{_W}">{"".join(parts)}</svg>'


def _x(position: float) -> float:
    return _LEFT + position * (_RIGHT - _LEFT)


def _anchor(x: float) -> str:
    return "start" if x < _LEFT + 90 else "end" if x > _RIGHT - 90 else "middle"


def _text(text: str) -> str:
    return html.escape(text if len(text) <= 90 else text[:89] + "…")
