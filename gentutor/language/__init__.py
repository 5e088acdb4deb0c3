"""Further languages: code is written once in English, what a student reads is looked up in PO files of gettext.

Each language is a folder beside this file, with one PO file for each translated lesson and ``gentutor.po`` for the
sentences that all lessons share.
"""

from gentutor.language.catalogue import (
    SOURCE,
    VARIABLE,
    catalogue_file,
    language,
    languages,
    remember,
    remembered,
    translate,
)

__all__ = ["SOURCE", "VARIABLE", "catalogue_file", "language", "languages", "remember", "remembered", "translate"]
