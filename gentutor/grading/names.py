"""Names that others chose: made fit to be shown and to be file names, kept apart, and read as platforms write them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

NAME_BYTES = 100  # a file system takes 255; the rest is for endings that the grader adds
SHOWN_LETTERS = 80

_SEPARATORS = re.compile(r'[/\\:*?"<>|]+')  # of paths, or not allowed in names on Windows
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(?=\.|$)", re.IGNORECASE)
# Cc controls, Cf bidi overrides and zero-width letters, Cs halves of what was no UTF-8, Co and Cn nobody's letters.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

# Both forms as their sources write them. Canvas, lib/content_zipper.rb: the sortable name in lower case without blanks
# and signs, LATE, the user's number (or anon_ and five letters), the number of the file, and the file's name.
_CANVAS = re.compile(
    r"(?:(?!LATE_|anon_[A-Za-z0-9]{5}_)(?P<name>\S+?)_)?(?P<late>LATE_)?"  # \S: Python's \w lacks the vowels of Hindi
    r"(?:(?P<user>[1-9]\d*)|anon_(?P<anon>[A-Za-z0-9]+))_(?P<file>[1-9]\d*)_(?P<original>.+)",
    re.ASCII,
)
# Moodle, mod/assign/locallib.php: full name, number of the participant, kind; then a folder, or the file's name. The
# first match counts: what comes later in the name is the student's to choose.
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<original>.*))?")
_RESUBMITTED = re.compile(r"(?P<stem>.+)-(?P<version>\d{1,3})(?P<ending>\.[A-Za-z]\w*)")


@dataclass(frozen=True)
class Exported:
    """What the name of an exported file or folder says.

    Parameters
    ----------
    name : str
        The student, as the platform wrote it.
    original : str
        The file's name when it was handed in; empty for a folder.
    version : int
        Which resubmission it is; 0 for the first.
    number : int
        Canvas's number of the file, which grows with time; else 0.
    late : bool
        Whether Canvas marked it as late.
    canvas_id, moodle_id : str
        The platform's number of the student; one of the two is empty.
    """

    name: str
    original: str
    version: int = 0
    number: int = 0
    late: bool = False
    canvas_id: str = ""
    moodle_id: str = ""


def read_canvas(name: str) -> Exported | None:
    """Return what a file name of a Canvas export says, or None where it is none."""
    found = _CANVAS.fullmatch(name)
    if found is None or not (found["name"] or found["anon"]):
        return None
    original, version = found["original"], 0
    again = _RESUBMITTED.fullmatch(original)
    if again:  # Canvas adds -1, -2 to the name of a file that is handed in again
        original, version = again["stem"] + again["ending"], int(again["version"])
    student = found["name"] or f"anon_{found['anon']}"
    return Exported(student, original, version, int(found["file"]), bool(found["late"]), canvas_id=found["user"] or "")


def read_moodle(name: str) -> Exported | None:
    """Return what a folder or file name of a Moodle export says, or None where it is none."""
    found = _MOODLE.fullmatch(name)
    return found and Exported(found["name"], found["original"] or "", moodle_id=found["user"])


def visible(text: str) -> str:
    """Return text of a stranger as one line of visible letters in Unicode's composed form (NFC)."""
    normal = unicodedata.normalize("NFC", text)
    kept = "".join(" " if letter.isspace() else letter for letter in normal)
    return " ".join("".join("_" if unicodedata.category(c) in _INVISIBLE else c for c in kept).split())


def shown(text: str) -> str:
    """Return text of a stranger as it may stand in a sentence: visible, and of a bearable length."""
    clean = visible(text)
    return clean if len(clean) <= SHOWN_LETTERS else f"{clean[: SHOWN_LETTERS - 1]}…"


def safe_name(text: str) -> str:
    """Return a name that every file system takes, as near to `text` as can be.

    What looks like a formula, such as ``=cmd()``, stays: escaping is the work of whoever writes a table.
    """
    name = _SEPARATORS.sub("_", visible(text)).lstrip(". ").rstrip(". ")
    name = _shorten(name or "unnamed")
    # Windows takes these for devices, whatever ending follows.
    return f"_{name}" if _RESERVED.match(name) else name


def _shorten(name: str) -> str:
    raw = name.encode()
    if len(raw) <= NAME_BYTES:
        return name
    mark = hashlib.sha256(raw).hexdigest()[:8]  # two long names that begin alike stay two
    return raw[: NAME_BYTES - 9].decode(errors="ignore").rstrip(". ") + f"-{mark}"


def same(name: str) -> str:
    """Return what two names share that some file system or reader takes for one: case and normalisation apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def make_unique(names: Sequence[tuple[str, str]]) -> list[str]:
    """Return safe names, each its own even where capital letters do not count.

    Parameters
    ----------
    names : sequence of (str, str)
        The name, and the platform's number of the student (empty where not known), in an order that does not change.

    Returns
    -------
    list of str
        In the same order. Of names that clash, those with a number get it as their ending; of the others the first
        stays, and the next become ``name-2``, ``name-3``.
    """
    safe = [safe_name(name) for name, _ in names]
    clashes = Counter(map(same, safe))
    wanted = [
        f"{name}-{number}" if number and clashes[same(name)] > 1 else name
        for name, (_, number) in zip(safe, names, strict=True)
    ]
    taken: set[str] = set()
    given: dict[int, str] = {}
    # Whoever's name is theirs alone keeps it, before endings are dealt out that might take it from them.
    order = sorted(range(len(names)), key=lambda place: clashes[same(safe[place])] > 1)
    for place in order:
        given[place] = _first_free(safe_name(wanted[place]), taken)
        taken.add(same(given[place]))
    return [given[place] for place in range(len(names))]


def _first_free(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while same(candidate) in taken:
        number += 1
        candidate = safe_name(f"{name[: NAME_BYTES // 5]}-{number}" if len(name.encode()) > 90 else f"{name}-{number}")
    return candidate
