"""Further languages: code is written once in English, and what a student reads is looked up in gettext catalogues.

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
