"""`translate`: looks a sentence up in the catalogues of the chosen language, at the moment in which it is shown.

Sentences often carry numbers of the run. Their entry in the catalogue has a mark such as ``{0}`` where the number
stands, and what was computed is put into the translation as it is. A sentence that no catalogue knows stays English,
so that an untranslated lesson never breaks.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

SOURCE = "en"
VARIABLE = "GENTUTOR_LANGUAGE"
MARK = re.compile(r"\{(\w+)\}")
COMMON = "gentutor"
LEAST_LETTERS = 2  # an entry such as "{0}: {1}" would fit everything
# With fewer letters a mark stands for one word, with fewer still for a number: "{0} of {1}" would fit whole pages.
_TELLING, _WORD = 16, 5

_HERE = Path(__file__).parent
_REMEMBERED = Path(".gentutor") / "language"
_CUTS = tuple(map(re.compile, (r"(?<=[.!?:…])( )", r"(: )", r"(, )")))


class _Template(NamedTuple):
    """An entry with marks: what it fits, and what to say instead."""

    fits: re.Pattern[str]
    translation: str


class _Sentences(NamedTuple):
    """All sentences of one language: the fixed ones, and those with marks, the most telling first."""

    fixed: dict[str, str]
    templates: list[_Template]


def languages() -> list[str]:
    """The languages that there are, the source language first.

    Examples
    --------
    >>> languages()[0]
    'en'
    """
    return list(_languages_in(_HERE))


@lru_cache
def _languages_in(home: Path) -> tuple[str, ...]:
    return (SOURCE, *sorted(folder.name for folder in home.iterdir() if any(folder.glob("*.po"))))


def language() -> str:
    """The language of this process.

    It is that of the environment variable ``GENTUTOR_LANGUAGE``, else the one that the workspace remembers, else
    English; one that gentutor does not have counts for nothing.
    """
    asked = os.environ.get(VARIABLE, "")
    return remembered() if asked not in languages() else asked


def remember(workspace: Path, chosen: str) -> None:
    """Keep a workspace's language for the kernels that run in it.

    Parameters
    ----------
    workspace : pathlib.Path
        A folder that holds a folder ``.gentutor``.
    chosen : str
        One of `languages`.
    """
    (workspace / _REMEMBERED).write_text(f"{chosen}\n", encoding="utf-8")


def remembered(start: Path | None = None) -> str:
    """The language of the nearest workspace from `start` (default: here) upwards; English where there is none."""
    with suppress(OSError):  # the folder that Python runs in was deleted, or the workspace has no such file yet
        here = (start or Path.cwd()).absolute()
        for folder in (here, *here.parents):
            if (folder / _REMEMBERED.parent).is_dir():
                said = (folder / _REMEMBERED).read_text(encoding="utf-8", errors="replace").strip()
                return said if said in languages() else SOURCE
    return SOURCE


def catalogue_file(name: str, chosen: str) -> Path:
    """The PO file of a lesson, or of the sentences that all share (``"gentutor"``), in a language."""
    return _HERE / chosen / f"{name}.po"


def translate(text: str) -> str:
    """Say a sentence in the language of this process; one that its catalogues do not know stays as it is.

    Parameters
    ----------
    text : str
        The English sentence, numbers and all.

    Examples
    --------
    >>> translate("Nobody has translated this.")
    'Nobody has translated this.'
    """
    chosen = language()
    return text if chosen == SOURCE else _say(chosen, text)


@lru_cache(maxsize=4096)
def _say(chosen: str, text: str) -> str:
    """The translation of one sentence, of several in a row, or of a list of words; else the text itself."""
    core = text.strip()
    if core != text:
        return _say(chosen, core).join(text.split(core)) if core else text
    known = _known(chosen, text)
    if known is not None:
        return known
    for cut in _CUTS:
        for place in reversed(list(cut.finditer(text))):
            head = _known(chosen, text[: place.start()])
            if head is not None:
                return head + place[1] + _say(chosen, text[place.end() :])
    for place in _CUTS[0].finditer(text):  # an error's own words, and then a sentence of ours
        tail = _known(chosen, text[place.end() :])
        if tail is not None:
            return text[: place.end()] + tail
    return text


def _known(chosen: str, text: str) -> str | None:
    """The translation of exactly this text, or None."""
    sentences = sentences_of(chosen)
    if text in sentences.fixed:
        return sentences.fixed[text]
    for template in sentences.templates:
        found = template.fits.fullmatch(text)
        if found:
            values = {name.removeprefix("mark_"): _say(chosen, value) for name, value in found.groupdict().items()}
            pieces = MARK.split(template.translation)  # text, mark, text, mark, ..., text
            return "".join(values.get(piece, "") if i % 2 else piece for i, piece in enumerate(pieces))
    return None


@lru_cache
def sentences_of(chosen: str) -> _Sentences:
    """Read all sentences of a language; the Markdown cells, which have a context, are left out."""
    from babel.messages.pofile import read_po  # JupyterLab brings it; English needs none of it

    fixed: dict[str, str] = {}
    templates: dict[str, _Template] = {}
    for path in sorted((_HERE / chosen).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id and message.string and not message.context and not message.fuzzy:
                    english, said = str(message.id), str(message.string)
                    if MARK.search(english):
                        templates[english] = _Template(_pattern(english, common=path.stem == COMMON), said)
                    else:
                        fixed[english] = said
    order = sorted(templates, key=lambda english: (-len(MARK.sub("", english)), english))
    return _Sentences(fixed, [templates[english] for english in order])


def _pattern(english: str, *, common: bool) -> re.Pattern[str]:
    """What an entry with marks fits: anything in place of a mark, the same thing for the same mark."""
    letters, begin = n_letters(english), MARK.split(english)[0]
    whole = english.endswith((".", "?")) and letters >= _WORD
    telling = letters >= _TELLING or (common and (whole or n_letters(begin) >= _WORD - 1))
    anything = ".*?" if telling else r"\S*?" if letters >= _WORD else r"""(?:[-+\d.,%e]|"\w"|, )*?"""
    parts, seen = [], set()
    for i, piece in enumerate(MARK.split(english)):
        if i % 2 == 0:
            parts.append(re.escape(piece))
        elif piece in seen:
            parts.append(f"(?P=mark_{piece})")
        else:
            parts.append(f"(?P<mark_{piece}>{anything})")
            seen.add(piece)
    return re.compile("".join(parts), re.DOTALL)


def n_letters(english: str) -> int:
    """How many letters an entry has beside its marks."""
    return sum(letter.isalpha() for letter in MARK.sub("", english))
