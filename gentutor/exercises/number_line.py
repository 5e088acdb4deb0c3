"""Draws a guess and a measurement on one line, as a small SVG that follows the page's text colour."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass

from gentutor.language import translate

_LEFT, _RIGHT, _WIDTH, _HEIGHT, _Y = 50.0, 510.0, 590, 96, 46
_GUESS, _MEASURED = "#E69F00", "#0072B2"  # Okabe and Ito's orange and blue
_LOG_FROM = 100.0  # a range that spans this factor or more is drawn, and scored, by ratios


@dataclass(frozen=True)
class Axis:
    """A range of numbers with a unit; logarithmic where it spans a factor of 100 or more above 0."""

    low: float
    high: float
    unit: str = ""

    @property
    def logarithmic(self) -> bool:
        """Whether equal steps on the line are equal ratios."""
        return self.low > 0 and self.high / self.low >= _LOG_FROM

    def position(self, value: float) -> float:
        """Return where `value` lies: 0 at the low end, 1 at the high end, outside of [0, 1] beyond them."""
        if self.logarithmic:
            return math.log(max(value, 1e-300) / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def middle(self, low: float, high: float) -> float:
        """Return what lies in the middle between two values, as the line is drawn; four digits of it."""
        middle = math.sqrt(low * high) if self.logarithmic else (low + high) / 2
        return float(f"{middle:.4g}")

    def text(self, value: float) -> str:
        """Write a value with its unit."""
        return f"{plain(value)} {translate(self.unit)}".rstrip()


def plain(value: float) -> str:
    """Return a number with four digits that count, and with thousands marked where it is large.

    Examples
    --------
    >>> plain(11.7512), plain(236312.0), plain(1e7)
    ('11.75', '236,300', '10,000,000')
    """
    short = float(f"{value:.4g}")
    return f"{short:,.0f}" if 10_000 <= abs(short) < 1e12 else f"{short:g}"


def number_line(axis: Axis, guess: float | None, measured: float) -> str:
    """Return an SVG with the guess above the line and the measurement below it.

    Values beyond the ends of the axis are drawn at its ends.
    """
    parts = [_mark(axis, measured, translate(f"measured {axis.text(measured)}"), _MEASURED, below=True)]
    told = f"Number line from {axis.text(axis.low)} to {axis.text(axis.high)}: measured {axis.text(measured)}"
    if guess is not None:
        parts.append(_mark(axis, guess, translate(f"your guess {axis.text(guess)}"), _GUESS, below=False))
        parts.append(_gap(axis, guess, measured))
        told += f", your guess {axis.text(guess)}"
    ends = "".join(
        f'<line x1="{x}" y1="{_Y - 5}" x2="{x}" y2="{_Y + 5}" stroke="currentColor"/>'
        # beside the line: below it, the mark of a value near the end would cover the number
        f'<text x="{x + aside}" y="{_Y + 5}" text-anchor="{anchor}" opacity="0.75">{plain(value)}</text>'
        for x, aside, anchor, value in ((_LEFT, -9, "end", axis.low), (_RIGHT, 9, "start", axis.high))
    )
    return (
        f'<svg role="img" aria-label="{html.escape(translate(told))}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" style="max-width:100%" font-size="13" font-family="sans-serif" '
        f'fill="currentColor"><line x1="{_LEFT}" y1="{_Y}" x2="{_RIGHT}" y2="{_Y}" stroke="currentColor"/>'
        f"{ends}{''.join(reversed(parts))}</svg>"
    )


def _x(axis: Axis, value: float) -> float:
    return _LEFT + min(max(axis.position(value), 0.0), 1.0) * (_RIGHT - _LEFT)


def _gap(axis: Axis, guess: float, measured: float) -> str:
    x1, x2 = _x(axis, guess), _x(axis, measured)
    return f'<line x1="{x1:.1f}" y1="{_Y}" x2="{x2:.1f}" y2="{_Y}" stroke="{_GUESS}" stroke-width="5" opacity="0.6"/>'


def _mark(axis: Axis, value: float, label: str, colour: str, *, below: bool) -> str:
    """Draw a triangle that points at the line, and its label, kept inside the picture."""
    x, way = _x(axis, value), 1 if below else -1
    tip, base = _Y + 3 * way, _Y + 15 * way
    share = (x - _LEFT) / (_RIGHT - _LEFT)
    anchor = "start" if share < 0.2 else "end" if share > 0.8 else "middle"
    y = base + (28 if below else -6)
    return (
        f'<path d="M{x:.1f} {tip}L{x - 7:.1f} {base}L{x + 7:.1f} {base}Z" fill="{colour}" stroke="currentColor"/>'
        f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}">{html.escape(label)}</text>'
    )
