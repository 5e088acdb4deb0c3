"""Says what a file looks like that is no notebook, and what to ask its student for."""

from __future__ import annotations

import json
import re

_DOWNLOAD = "Ask for the .ipynb file itself (in Jupyter: File, Download)."

_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive", "Ask for the .ipynb file that is in it."),
    (b"%PDF", "a PDF", _DOWNLOAD),
    (b"\x89PNG", "a picture (PNG)", _DOWNLOAD),
    (b"\xff\xd8\xff", "a picture (JPEG)", _DOWNLOAD),
    (b"GIF8", "a picture (GIF)", _DOWNLOAD),
    (b"\x1f\x8b", "a compressed file (gzip)", "Ask for the .ipynb file that is in it."),
    (b"7z\xbc\xaf", "a 7z archive", "Ask for the .ipynb file that is in it."),
    (b"Rar!", "a RAR archive", "Ask for the .ipynb file that is in it."),
    (b"\xd0\xcf\x11\xe0", "an Office document", _DOWNLOAD),
    (b"{\\rtf", "a text document (RTF)", _DOWNLOAD),
    (b"version https://git-lfs", "a pointer of Git LFS", "Ask for the file that it points to."),
)
_WEB_PAGE = re.compile(r"\s*(<!--|<!doctype|<html|<head|<body|<\?xml|<script)", re.IGNORECASE)
_SCRIPT = re.compile(r"\s*(#!|#|\"\"\"|import \w|from \w+[\w.]* import |def \w+\(|class \w+|%\w|@\w)")
_CONFLICT = re.compile(r"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)


class UnreadableError(Exception):
    """A file cannot be read as a notebook; the text is a sentence that says why and what to ask for."""


def nothing_in_it(data: bytes) -> UnreadableError:
    """Return the error for a file without content."""
    what = "holds nothing but zero bytes, as after a full disk" if data.strip() else "is empty"
    return UnreadableError(f"The file {what}. Ask the student to save the notebook and to hand it in again.")


def look_of_bytes(data: bytes) -> UnreadableError | None:
    """Return the error for a file of another kind that its first bytes tell; None for what may be text."""
    for start, what, ask in _STARTS:
        if data.startswith(start):
            return UnreadableError(f"This is no notebook: it looks like {what}. {ask}")
    return None


def not_json(text: str, error: json.JSONDecodeError) -> UnreadableError:
    """Return the error for a text that is not JSON.

    Parameters
    ----------
    text : str
        What stands in the file.
    error : json.JSONDecodeError
        What the reader of JSON said of it.
    """
    where = f"line {error.lineno}, column {error.colno}"
    if _CONFLICT.search(text):
        return UnreadableError(
            "The file holds the conflict markers of a Git merge (<<<<<<<), so it is no notebook any more. "
            "Ask the student to settle the merge and to hand the notebook in again."
        )
    if _WEB_PAGE.match(text):
        return UnreadableError(f"This is no notebook: it looks like a web page (HTML). {_DOWNLOAD}")
    if text.lstrip().startswith("{"):
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            return UnreadableError(
                f"The notebook breaks off at {where}, as after a download that did not end. "
                "Ask the student to hand it in again."
            )
        return UnreadableError(
            f"The notebook is damaged: at {where} it is not JSON ({error.msg}). "
            "Ask the student to open it in Jupyter, to save it and to hand it in again."
        )
    if _SCRIPT.match(text):
        return UnreadableError(f"This is no notebook: it looks like a Python script. {_DOWNLOAD}")
    return UnreadableError(f"This is no notebook: at {where} it is not JSON ({error.msg}). {_DOWNLOAD}")
