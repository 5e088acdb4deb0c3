"""The page side of the widgets: JavaScript fragments and the style sheet, joined from the files beside this one.

`controls.js` and `picture.js` export nothing; a widget's own file comes last and exports ``render``. So several
widgets share one set of controls without a bundler, and what a student reads in the repository is what runs.
"""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def page(*names: str) -> str:
    """Join files of this folder into one ES module, such as ``page("controls.js", "panel.js")``."""
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)


@cache
def style() -> str:
    """The style sheet that every panel uses."""
    return page("controls.css")
