"""What a check, claim, hint, prediction or score shows: one card, in every form that a front end may want.

A card carries HTML for JupyterLab, Markdown and plain text for the others, and a small JSON payload by which
``gentutor run`` counts what a lesson did. All text from outside is escaped here, in one place.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gentutor.language import translate

# Okabe and Ito's colours, told apart by colour-blind readers; each mark also has a symbol and a word.
_GREEN, _ORANGE, _RED, _BLUE = "#009E73", "#E69F00", "#D55E00", "#0072B2"
_MARKS = {"good": ("✓", _GREEN), "bad": ("✗", _RED), "open": ("○", _ORANGE), "note": ("›", _BLUE)}

_MARKDOWN_SPECIAL = re.compile(r"([\\*_{}\[\]()#+|!~$])")
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Card:
    """Something to show below a cell.

    Parameters
    ----------
    mark : {"good", "bad", "open", "note"}
        Chooses symbol and colour.
    headline : str
        The first line, which says in words what the symbol says.
    lines : sequence of str
        Paragraphs; text between backquotes is shown as code.
    table : sequence of sequence of str
        Rows of a table, the first its head.
    payload : mapping of str to mapping
        Media type to JSON-able values.
    picture : str
        SVG made by gentutor, shown in HTML only; its content is told by `lines` too.
    """

    mark: str
    headline: str
    lines: Sequence[str] = ()
    table: Sequence[Sequence[str]] = ()
    payload: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    picture: str = ""

    def __str__(self) -> str:
        rows = [" | ".join(row) for row in self.table]
        return "\n".join([f"{_MARKS[self.mark][0]} {self.headline}", *(f"  {text}" for text in (*self.lines, *rows))])

    def __repr__(self) -> str:
        return str(self)

    def to_html(self) -> str:
        """Return the card as HTML that follows JupyterLab's light or dark theme."""
        symbol, colour = _MARKS[self.mark]
        body = "".join(f'<p style="margin:0.3em 0">{_html(text)}</p>' for text in self.lines)
        return (
            f'<div role="group" aria-label="{html.escape(self.headline)}" style="border-left:0.3em solid {colour};'
            'padding:0.4em 0.9em;margin:0.4em 0;max-width:50em;background:rgba(127,127,127,0.08);line-height:1.45">'
            f'<p style="margin:0.1em 0"><strong><span aria-hidden="true" style="display:inline-block;min-width:1.3em">'
            f"{symbol}</span>{_html(self.headline)}</strong></p>{body}{self.picture}{self._html_table()}</div>"
        )

    def to_markdown(self) -> str:
        """Return the card as Markdown."""
        parts = [f"**{_MARKS[self.mark][0]} {_markdown(self.headline)}**", *map(_markdown, self.lines)]
        if self.table:
            head, *rows = ["| " + " | ".join(map(_markdown, row)) + " |" for row in self.table]
            parts.append("\n".join([head, "|---" * len(self.table[0]) + "|", *rows]))
        return "\n\n".join(parts)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            "text/plain": str(self),
            **{kind: dict(values) for kind, values in self.payload.items()},
        }

    def _html_table(self) -> str:
        if not self.table:
            return ""
        cell = "padding:0.15em 1em 0.15em 0;text-align:left;vertical-align:top"
        head = "".join(f'<th scope="col" style="{cell}">{_html(text)}</th>' for text in self.table[0])
        rows = "".join(
            "<tr>" + "".join(f'<td style="{cell}">{_html(text)}</td>' for text in row) + "</tr>"
            for row in self.table[1:]
        )
        return (
            f'<table style="margin:0.3em 0;color:inherit"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        )


def in_language(card: Card) -> Card:
    """Return a card with its sentences translated; its payload, which programs read, stays as it is."""
    return replace(
        card,
        headline=translate(card.headline),
        lines=[translate(line) for line in card.lines],
        table=[[translate(text) for text in row] for row in card.table],
    )


def show(card: Card) -> None:
    """Show a card below the running cell, or print it where there is no notebook; in the language of this process."""
    card = in_language(card)
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        ipython.display.display(card)
    else:
        print(card)


def _html(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", html.escape(text)).replace("\n", "<br>")


def _markdown(text: str) -> str:
    """Escape everything that Markdown would take for markup, except code between backquotes."""
    pieces = _CODE.split(text)  # text, code, text, code, ..., text
    return "".join(
        f"`{piece}`".replace("|", "\\|") if i % 2 else _MARKDOWN_SPECIAL.sub(r"\\\1", html.escape(piece, quote=False))
        for i, piece in enumerate(pieces)
    )
