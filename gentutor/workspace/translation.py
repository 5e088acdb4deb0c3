"""Lessons in a further language: PO files are brought up to date with a lesson, judged, and put into its notebook.

Each lesson has one catalogue. A Markdown cell is one entry, with the cell's id as its context; the sentences that
`gentutor.workspace.sentences` finds are entries without context. What is to be done with a changed sentence is
gettext's own way: its old translation stays, marked ``fuzzy``, until a translator has looked at it, and what is not
needed any more goes to the file's end. Code cells are never touched.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gentutor.errors import LanguageError
from gentutor.language.catalogue import COMMON, MARK, SOURCE, catalogue_file, languages
from gentutor.workspace.canonical import canonical, to_json
from gentutor.workspace.files import cell_source, make_folder, read_notebook, write_text
from gentutor.workspace.lessons import Lesson, knobs_or_none, lesson_path, lesson_paths
from gentutor.workspace.sentences import Found, of_cells, of_exercises, of_knobs, of_names, of_package

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

_BEGUN = datetime(2026, 11, 23, tzinfo=UTC)  # of every new catalogue, so that writing one twice gives the same file
_WIDTH = 110
# What must stand in a translation as it stands in the original: code, formulas, and the addresses of links.
_KEPT = re.compile(r"`[^`]+`|\$\$.+?\$\$|\$[^$]+\$|(?<=\]\()[^)]+(?=\))|### (?:BEGIN|END) SOLUTION", re.DOTALL)


@dataclass(frozen=True)
class Gap:
    """An entry of a catalogue that a translator has to look at.

    Parameters
    ----------
    catalogue : str
        Name of the lesson, or ``"gentutor"``.
    where : str
        Cell, exercise, knob or module in which the sentence stands.
    what : str
        ``"missing"``, ``"stale"`` (the English has changed), or what differs, such as ``"`lo` is lost"``.
    text : str
        How the English begins.
    """

    catalogue: str
    where: str
    what: str
    text: str

    @property
    def sentence(self) -> str:
        """What to tell the translator."""
        return f"{self.catalogue}, {self.where}: {self.what}: {self.text}"


def require_language(chosen: str) -> str:
    """Return a language that gentutor has.

    Raises
    ------
    LanguageError
        When there is no folder of catalogues for it.
    """
    if chosen not in languages():
        raise LanguageError(
            f"There is no language {chosen!r}; there are: {', '.join(languages())}. "
            "docs/translating.md says how one is begun."
        )
    return chosen


def require_code(chosen: str) -> str:
    """Return the code of a language for which catalogues may be begun, such as ``"fr"``.

    Raises
    ------
    LanguageError
        When it is no code of a language, or that of the lessons themselves.
    """
    from babel.core import Locale, UnknownLocaleError

    try:
        Locale.parse(chosen)
    except (UnknownLocaleError, ValueError, TypeError):
        raise LanguageError(f"{chosen!r} is no code of a language; expected one such as 'de' or 'pt_BR'.") from None
    if chosen == SOURCE:
        raise LanguageError("The lessons are written in English, so there is nothing to translate: name another.")
    return chosen


def translated_lessons(chosen: str) -> list[str]:
    """The lessons that have a catalogue in a language, in the order of the course."""
    return [path.stem for path in lesson_paths() if catalogue_file(path.stem, chosen).exists()]


def template(name: str) -> Catalog:
    """Everything that is to be translated of a lesson, or with ``"gentutor"`` of what all lessons share.

    Raises
    ------
    LessonNotFoundError
        When there is no such lesson.
    LessonDamagedError
        When its notebook cannot be read.
    """
    from babel.messages.catalog import Catalog

    catalogue = Catalog(project="gentutor", creation_date=_BEGUN, revision_date=_BEGUN, charset="utf-8", fuzzy=False)
    if name == COMMON:
        _add(catalogue, of_package())
        return catalogue
    cells = canonical(read_notebook(lesson_path(name)), knobs_or_none(name))["cells"]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            catalogue.add(cell_source(cell), context=cell["id"], auto_comments=[f"cell {cell['id']}"])
    shared = {one.text for one in of_package()}
    found = [*of_cells(cells), *of_names(name), *of_knobs(name), *of_exercises(name)]
    _add(catalogue, (one for one in found if one.text not in shared))
    return catalogue


def _add(catalogue: Catalog, sentences: Iterable[Found]) -> None:
    for one in sentences:
        marks = [f"{{{i}}} is {code}" for i, code in enumerate(one.marks) if code]
        catalogue.add(one.text, auto_comments=[one.where, *marks])


def read_catalogue(name: str, chosen: str) -> Catalog | None:
    """Read a catalogue, or return None where there is none.

    Raises
    ------
    LanguageError
        When the file is no PO file; the message names the line.
    """
    from babel.messages.pofile import PoFileError, read_po

    path = catalogue_file(name, chosen)
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            return read_po(file, locale=chosen, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise LanguageError(f"{path} is no PO file: {error}. Mend that line, or restore the file.") from error


def update(name: str, chosen: str) -> Path:
    """Bring the catalogue of a lesson up to date, or begin it; return its file."""
    from babel.core import Locale
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    begun = Catalog(Locale.parse(chosen), project="gentutor", creation_date=_BEGUN, charset="utf-8", fuzzy=False)
    catalogue = read_catalogue(name, chosen) or begun
    catalogue.update(template(name), update_creation_date=False)
    catalogue.revision_date = _BEGUN  # who changed what and when is kept by git
    catalogue.header_comment = "# Translations for gentutor. Licence: that of the project."
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "the authors of gentutor"
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=_WIDTH, omit_header=False, ignore_obsolete=False)
    path = catalogue_file(name, chosen)
    make_folder(path.parent)
    write_text(path, buffer.getvalue().decode())
    return path


def gaps(name: str, chosen: str) -> list[Gap]:
    """Say which entries of a catalogue are missing, stale, or have lost code, formulas, links or marks."""
    catalogue = read_catalogue(name, chosen)
    found = []
    for wanted in _entries(template(name)):
        message = None if catalogue is None else catalogue.get(wanted.id, wanted.context)
        what = _fault(wanted, message)
        if what:
            where = ", ".join(wanted.auto_comments[:1])
            found.append(Gap(name, where, what, " ".join(str(wanted.id).split())[:60]))
    return found


def _fault(wanted: Message, message: Message | None) -> str:
    if message is None or not message.string:
        return "missing"
    if message.fuzzy:
        return "stale"
    english, said = str(wanted.id), str(message.string)
    lost = [piece for piece in _KEPT.findall(english) if english.count(piece) != said.count(piece)]
    unknown = set(MARK.findall(said)) - set(MARK.findall(english))
    return f"{lost[0]} is lost" if lost else f"{{{min(unknown)}}} is no mark of the English" if unknown else ""


def _entries(catalogue: Catalog) -> Iterator[Message]:
    yield from (message for message in catalogue if message.id)


def translated_masters(lessons: Iterable[Lesson], chosen: str, folder: Path) -> list[Lesson]:
    """Write masters in a language into a folder, solutions and all, so that they can be executed and read."""
    made = []
    for lesson in lessons:
        notebook = canonical(read_notebook(lesson.path), knobs_or_none(lesson.name))
        translate_cells(notebook["cells"], lesson.name, chosen)
        write_text(folder / lesson.path.name, to_json(notebook))
        made.append(replace(lesson, path=folder / lesson.path.name))
    return made


def translate_cells(cells: list[dict[str, Any]], lesson: str, chosen: str) -> None:
    """Put a language's Markdown in place of the English, cell by cell; what is missing or stale stays English."""
    catalogue = None if chosen == SOURCE else read_catalogue(lesson, chosen)
    if catalogue is None:
        return
    for cell in cells:
        if cell["cell_type"] == "markdown":
            message = catalogue.get(cell_source(cell), cell["id"])
            if message is not None and message.string and not message.fuzzy:
                cell["source"] = str(message.string)
