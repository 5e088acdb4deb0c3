"""What feedback pages and class report share: cleaning and escaping of student text, words, colours, the page."""

from __future__ import annotations

import hashlib
import html
import os
import re
from pathlib import Path

from gentutor.errors import GradingError
from gentutor.exercises import verdict as kinds
from gentutor.workspace.files import write_failure

LIMIT = 20_000  # characters of one text of a student that are shown

# For each kind of verdict: symbol, words, class of colour. Never colour alone.
SHOWN = {
    kinds.RIGHT: ("✓", "right", "good"),
    kinds.DIFFERS: ("≠", "differs", "bad"),
    kinds.RAISED: ("✗", "raised an error", "bad"),
    kinds.TIMED_OUT: ("∞", "did not finish in time", "bad"),
    kinds.DIED: ("†", "ended the process", "bad"),
    kinds.NOT_ATTEMPTED: ("○", "not attempted", "open"),
    kinds.UNREADABLE: ("?", "unreadable", "bad"),
    kinds.BY_HAND: ("✎", "waits for a mark", "open"),
}

# Control characters, halves of surrogate pairs, and the overrides and isolates of writing direction, which reorder the
# text around them and so can make a page say what it does not.
_HARMFUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_CODE = re.compile(r"`([^`\n]+)`")
_UNSAFE_NAME = re.compile(r"[^\w .,'()@+=-]")


def clean(text: str, limit: int = LIMIT) -> str:
    """Return a text from outside without control characters and tricks of writing direction, cut to `limit`.

    Parameters
    ----------
    text : str
        Anything.
    limit : int
        Characters to keep; what is cut is said in a sentence.

    Examples
    --------
    >>> clean("a\\x00b\\u202ec")
    'abc'
    """
    kept = _HARMFUL.sub("", text[:limit].replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > limit:
        kept += f" … (cut: the first {limit:,} of {len(text):,} characters are shown)"
    return kept


def rich(text: str, limit: int = LIMIT) -> str:
    """Return a sentence as HTML: cleaned, escaped, text between backquotes as code."""
    return _CODE.sub(r"<code>\1</code>", html.escape(clean(text, limit))).replace("\n", "<br>")


def plain(text: str, limit: int = 300) -> str:
    """Return a short text as HTML: cleaned, escaped, on one line."""
    return html.escape(" ".join(clean(text, limit).split()))


def number(value: float) -> str:
    """Write points as a person would: 3, 2.5, 0.33."""
    return f"{round(value, 2):g}"


def badge(kind: str) -> str:
    """Return the verdict as a symbol, words and a colour."""
    symbol, words, colour = SHOWN.get(kind, ("·", kind, "open"))
    return f'<span class="badge {colour}"><span aria-hidden="true">{symbol}</span> {html.escape(words)}</span>'


def file_name(student: str) -> str:
    """Return the name of a student's page, which never leaves its folder."""
    name = _UNSAFE_NAME.sub("_", student[:100]).strip(" .")
    while len(name.encode()) > 200:  # names of files are limited in bytes
        name = name[:-1]
    if name != student:  # two students must not share a page
        name = f"{name or 'student'}_{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return f"{name}.html"


def write_page(path: Path, text: str) -> None:
    """Write a page whole or not at all. It is not forced to the disk: it can be made again from the journal.

    Raises
    ------
    GradingError
        When it could not be written.
    """
    temporary = path.with_name(f".{path.name[:80]}.part")
    try:
        temporary.write_bytes(text.encode("utf-8", "replace"))
        os.replace(temporary, path)
    except OSError as error:
        raise GradingError(f"{write_failure(path, error)} The verdicts are safe; go on with --resume.") from error


def page(title: str, body: str, *, style: str = "") -> str:
    """Return a whole HTML page that carries all it needs and runs no script.

    Parameters
    ----------
    title : str
        Title of the window; escaped here.
    body : str
        HTML of the page's content.
    style : str
        More CSS.
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{plain(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


_STYLE = """
:root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #566070; --line: #d7dce3;
  --good: #00694e; --bad: #a63a00; --open: #005f99; --code: #eef1f5; --bar: #0072b2; }
@media (prefers-color-scheme: dark) { :root { --back: #14181e; --card: #1d232b; --ink: #e6eaf0; --soft: #a9b3c1;
  --line: #38414d; --good: #4fd6ac; --bad: #ff9d66; --open: #7cc4ff; --code: #2a323d; --bar: #56b4e9; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
header, main, footer { max-width: 52rem; margin: 0 auto; padding: 0 1.2rem; }
header { padding-top: 2.2rem; }
footer { color: var(--soft); font-size: 0.875rem; padding-bottom: 2.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 0.3rem; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 0.4rem; }
h3 { font-size: 1rem; margin: 1.1rem 0 0.3rem; }
p { margin: 0.5rem 0; } .soft { color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 1.1rem 1.3rem;
  margin: 1.1rem 0; }
.badge { font-weight: 600; } a { color: var(--open); }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
section.good, section.bad, section.open { color: inherit; border-left-width: 0.35rem; }
section.good { border-left-color: var(--good); } section.bad { border-left-color: var(--bad); }
section.open { border-left-color: var(--open); }
.head { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; align-items: baseline; justify-content: space-between; }
table { border-collapse: collapse; width: 100%; margin: 0.6rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.9rem 0.35rem 0;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; font-size: 0.875rem; color: var(--soft); }
tbody th { color: inherit; font-weight: 400; font-size: 1rem; min-width: 9.2rem; }
th, td { overflow-wrap: break-word; } tbody th, td .soft, td p { overflow-wrap: anywhere; }
tr:last-child > * { border-bottom: 0; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.9em;
  background: var(--code); border-radius: 0.25rem; }
code { padding: 0.1em 0.3em; } pre { padding: 0.8rem 1rem; white-space: pre-wrap; margin: 0.5rem 0; }
.note { border-left: 0.25rem solid var(--open); padding: 0.1rem 0 0.1rem 0.9rem; margin: 0.8rem 0; }
.big { font-size: 2.1rem; font-weight: 700; line-height: 1.1; }
.track { height: 0.6rem; background: var(--line); border-radius: 0.3rem; overflow: hidden; margin: 0.6rem 0; }
.fill { height: 100%; background: var(--bar); }
ul, ol { padding-left: 1.3rem; margin: 0.5rem 0; } li { margin: 0.2rem 0; }
@media (max-width: 30rem) { header, main, footer { padding-left: 0.8rem; padding-right: 0.8rem; }
  section { padding: 0.9rem; } }
@media print { :root { --back: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --good: #00694e;
  --bad: #a63a00; --open: #005f99; --code: #f2f2f2; color-scheme: light; }
  section { break-inside: avoid; } }
"""

REPORT_STYLE = """
header, main, footer { max-width: 60rem; }
img { max-width: 100%; height: auto; display: block; margin: 0.6rem auto; border-radius: 0.4rem; }
.headline { font-size: 1.2rem; margin-bottom: 0; } .headline strong { font-size: 1.6rem; margin-right: 0.3rem; }
.headlines { list-style: none; padding: 0; } .headlines > li { margin: 0.9rem 0 1.3rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1rem; margin: 0.6rem 0; }
.tiles > div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tiles dt { color: var(--soft); font-size: 0.875rem; } dd { margin: 0; }
.pairs > div { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0.3rem 0; }
.pairs dt { min-width: 9rem; color: var(--soft); } .pairs dd { flex: 1 1 18rem; }
.num { text-align: right; padding-right: 1.2rem; }
.shares td:nth-child(3) { width: 34%; } .shares .track { margin: 0.45rem 0 0; min-width: 3rem; }
.shares td:nth-child(4) { width: 22%; padding-right: 0; }
.plain { list-style: none; padding: 0; } .plain > li { margin: 0.7rem 0; } .plain p { margin: 0.1rem 0; }
summary { cursor: pointer; color: var(--open); } li details, td details { font-size: 0.9375rem; }
@media (max-width: 40rem) { .shares td:nth-child(3), .shares th:nth-child(3):not(:only-child) { display: none; } }
"""
