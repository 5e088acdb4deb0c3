"""The bundled prose, and how text is cleaned: Unicode, special characters, words, stop words. Taught in lesson 01."""

from __future__ import annotations

import lzma
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gentutor.datasets.bundle import Stamp, data_file, stamp
from gentutor.errors import DataDamagedError, DataError

BOOK_MARK = "\f"  # starts a book in the bundled file; its title is the first line
TRAIN_SHARE, VALIDATION_SHARE = 0.90, 0.05  # the rest is the test part

PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "--", "–": "-", "_": ""})
"""Typographers' characters and their plain equivalents; underscores only mark italics in such files."""

_STOP_WORDS = """
    a about after again all am an and any are as at be been before being but by can cannot could did do does done for
    from had has have having he her hers herself him himself his how i if in into is it its itself may me might more
    most much must my myself no nor not now of on only or other our out own shall she should so some such than that the
    their them themselves then there these they this those though to too under until up upon very was we were what when
    where which while who whom why will with would yet you your yours
"""

STOP_WORDS: frozenset[str] = frozenset(_STOP_WORDS.split())
"""English words that hold a sentence together and say nothing about its subject."""


@dataclass(frozen=True)
class Prose:
    """Text in three parts, none of which holds a paragraph of another.

    Attributes
    ----------
    train, validation, test : str
        Paragraphs, each on a line of its own: of every book the beginning, the next part, and the end.
    titles : tuple of str
        The books that it was taken from, in the order in which they stand in each part.
    """

    train: str
    validation: str
    test: str
    titles: tuple[str, ...]


def load_prose(titles: Sequence[str] | None = None) -> Prose:
    """Load Jane Austen's six novels, or some of them: 4 million characters of public-domain English.

    Each book is cut between paragraphs: the first 90 % of its characters are for training, the next 5 % for validation,
    the last 5 % for the test. A cut at random places would put the two halves of one conversation on both sides.

    Parameters
    ----------
    titles : sequence of str, optional
        Only these books, such as ``["Emma"]``; all six when not given.

    Returns
    -------
    Prose
        The three parts as text, and the titles.

    Raises
    ------
    DataError
        When a title is unknown, or none is given.
    DataMissingError, DataDamagedError
        When the bundled file is not there or not intact.

    Examples
    --------
    >>> prose = load_prose(["Pride and Prejudice"])
    >>> prose.train.splitlines()[1][:40]
    'It is a truth universally acknowledged, '
    """
    return _load("prose.txt.xz", titles)


def load_scripture(titles: Sequence[str] | None = None) -> Prose:
    """Load ten books of the King James Bible of 1611, or some of them: 1.2 million characters, one verse a line.

    Another voice than `load_prose`, in the same characters; cut into parts in the same way, between verses. Lesson 10
    teaches it to a model that has read the novels only.

    Parameters
    ----------
    titles : sequence of str, optional
        Only these books, such as ``["Genesis"]``; all ten when not given.

    Returns
    -------
    Prose
        The three parts as text, and the titles.

    Raises
    ------
    DataError
        When a title is unknown, or none is given.
    DataMissingError, DataDamagedError
        When the bundled file is not there or not intact.

    Examples
    --------
    >>> load_scripture(["Genesis"]).train.splitlines()[0]
    'In the beginning God created the heaven and the earth.'
    """
    return _load("scripture.txt.xz", titles)


def _load(name: str, titles: Sequence[str] | None) -> Prose:
    books = _books(stamp(data_file(name)))
    wanted = tuple(books) if titles is None else tuple(titles)
    unknown = [title for title in wanted if title not in books]
    if unknown or not wanted or isinstance(titles, str):
        raise DataError(f"titles must be a list of some of: {', '.join(books)}; got {titles!r}.")
    parts = [_three_parts(books[title]) for title in wanted]
    train, validation, test = ("".join(part) for part in zip(*parts, strict=True))
    return Prose(train, validation, test, wanted)


@lru_cache(maxsize=2)  # the prose and the scripture
def _books(source: Stamp) -> dict[str, str]:
    """Unpack the verified bundle: text by title; kept for the next call."""
    try:
        text = lzma.decompress(source.path.read_bytes()).decode("utf-8")
    except (lzma.LZMAError, UnicodeDecodeError) as error:
        raise DataDamagedError(f"{source.path} cannot be unpacked ({error}).") from error
    return dict(book.split("\n", 1) for book in text.split(BOOK_MARK)[1:])


def _three_parts(book: str) -> tuple[str, str, str]:
    cuts = [book.index("\n", round(share * len(book))) + 1 for share in (TRAIN_SHARE, TRAIN_SHARE + VALIDATION_SHARE)]
    return book[: cuts[0]], book[cuts[0] : cuts[1]], book[cuts[1] :]


def clean_text(text: str, lower: bool = False) -> str:
    """Return `text` with one spelling for each character, plain quotes and dashes, and single blanks.

    Unicode can write é as one character or as two, ﬁ as a ligature, and a blank in a dozen ways; to a model each is
    something else to learn. NFKC (Unicode Standard Annex 15) makes one of them.

    Parameters
    ----------
    text : str
        As it came.
    lower : bool
        Also give up capital letters: fewer things to learn, and no names or beginnings of sentences any more.

    Examples
    --------
    >>> clean_text("“Cafe\\u0301”\\u00a0is  _not_\\n\\nﬁne", lower=True)
    '"café" is not fine'
    """
    text = unicodedata.normalize("NFKC", text).translate(PLAIN)
    text = " ".join(text.split())
    return text.lower() if lower else text


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case, without punctuation and numbers.

    Examples
    --------
    >>> words("Mr. Darcy's ten thousand a year!")
    ['mr', "darcy's", 'ten', 'thousand', 'a', 'year']
    """
    return re.findall(r"[a-z]+(?:'[a-z]+)*", clean_text(text, lower=True))


def sentences(text: str, shortest: int = 40, longest: int = 110) -> list[str]:
    """Return the sentences of `text` that are neither short nor long and hold no speech, in their order.

    Parameters
    ----------
    text : str
        Prose.
    shortest, longest : int
        Limits of a sentence, in characters.

    Examples
    --------
    >>> sentences("No. Mr. Elton was gone, and she was left at peace. She", shortest=20)
    ['Mr. Elton was gone, and she was left at peace.']
    """
    ends = re.split(r"(?<!\bMr\.)(?<!\bMrs\.)(?<!\bDr\.)(?<!\bSt\.)(?<=[.!?]) ", clean_text(text))
    return [one for one in ends if shortest <= len(one) <= longest and re.fullmatch(r"[A-Z][^\"_()\[\]]*[.!?]", one)]


def without_stop_words(tokens: Iterable[str]) -> list[str]:
    """Return the words that are no stop words, in their order.

    Examples
    --------
    >>> without_stop_words(words("It is a truth universally acknowledged"))
    ['truth', 'universally', 'acknowledged']
    """
    return [token for token in tokens if token not in STOP_WORDS]
