"""Formulas as MathML, which browsers draw by themselves: no script, no fonts to fetch, and screen readers speak it."""

from __future__ import annotations

import re
from html import escape
from typing import Any

_NAME = re.compile(r"(<mi>(?:log|exp|max|min|sin|cos)</mi>)(?=<m(?!o))")  # log p, not logp; but log(p)


def mathml(tex: str, block: bool = False) -> str:
    """Return a formula of LaTeX as an HTML fragment.

    A formula that cannot be read is shown as its source, so that a page never fails for it.

    Parameters
    ----------
    tex : str
        The formula without dollar signs.
    block : bool
        Whether it stands on a line of its own.
    """
    from latex2mathml.converter import convert

    try:
        drawn = convert(tex.strip(), display="block" if block else "inline")
    except Exception:  # latex2mathml raises many kinds of its own
        drawn = f"<code>{escape(tex.strip())}</code>"
    drawn = _NAME.sub(r'\1<mspace width="0.17em"/>', str(drawn))
    if not block:
        return drawn
    # A wide formula scrolls by itself on a narrow screen; what scrolls must be reachable from the keyboard.
    return f'<div class="formula" tabindex="0" role="group" aria-label="Formula">{drawn}</div>'


def setup(app: Any) -> dict[str, bool]:
    """Let Sphinx write its formulas so; called by Sphinx, as ``docs/site/conf.py`` names this module."""
    from docutils.nodes import SkipNode  # type: ignore[import-untyped]

    def inline(translator: Any, node: Any) -> None:
        translator.body.append(mathml(node.astext()))
        raise SkipNode

    def display(translator: Any, node: Any) -> None:
        translator.body.append(mathml(node.astext(), block=True))
        raise SkipNode

    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def to_html(markdown: str) -> str:
    """Return Markdown as HTML, formulas as MathML: for the slides and the handout."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        """nbconvert's renderer, but for the formulas."""

        def block_math(self, body: str) -> str:
            return mathml(body, block=True)

        def multiline_math(self, text: str) -> str:
            return mathml(text, block=True)

        def latex_environment(self, name: str, body: str) -> str:
            return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", block=True)

        def inline_math(self, body: str) -> str:
            return mathml(body)

    return str(MarkdownWithMath(renderer=Renderer(escape=False, exclude_anchor_links=True)).render(markdown))
