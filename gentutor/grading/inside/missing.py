"""Stands for what could not be imported: it says so where it is used, and not before."""

from __future__ import annotations

from typing import Any, NoReturn

NO_GENTUTOR = "gentutor is not there when a lesson is graded; write it with torch"


class Missing:
    """A name whose import failed. A submission imports a great deal that its answers never use.

    Parameters
    ----------
    trouble : str
        What to say when it is used.
    module : str
        What could not be imported.
    """

    def __init__(self, trouble: str, module: str) -> None:
        self.__dict__.update(trouble=trouble, module=module)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # somebody asks what kind of object this is
            raise AttributeError(name)
        self._stop()

    def _stop(self, *_: Any, **__: Any) -> NoReturn:
        raise ModuleNotFoundError(self.__dict__["trouble"], name=self.__dict__["module"])

    __call__ = __getitem__ = __setitem__ = __setattr__ = __iter__ = __len__ = __bool__ = __enter__ = _stop
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __pow__ = _stop
    __matmul__ = __rmatmul__ = __neg__ = __float__ = __int__ = __index__ = _stop


def missing(error: ImportError) -> Missing:
    """Return what stands for a name that could not be imported because of `error`."""
    module = error.name or ""
    if module.split(".")[0] == "gentutor":
        return Missing(NO_GENTUTOR, module)
    return Missing(str(error), module)
