"""Whether the libraries that make pages are there: those of the extra ``site``, which a lesson does not need."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from gentutor.errors import SetupError


def require(names: Iterable[str], what: str) -> None:
    """Refuse to begin where a library is missing.

    Parameters
    ----------
    names : iterable of str
        Modules that are needed.
    what : str
        What they are needed for.

    Raises
    ------
    SetupError
        With the names of what is missing and how to get it.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise SetupError(
            f"{what} needs {', '.join(missing)}, which is not installed. `make site` installs it by itself; "
            "without make: pip install '.[site]' in gentutor's folder."
        )
