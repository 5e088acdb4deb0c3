"""General diagnoses: what is the matter with a returned value, in a sentence, when no misconception explains it.

Each diagnosis has a code, so that reports can count them and a `Misconception` can replace its sentence.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gentutor.exercises.values import Array, Value

_MOST_AXES = 6
_TYPES = {
    "NoneType": "It returned nothing: is the `return` missing, or does it stand in front of an empty line?",
    "ndarray": "It returned a NumPy array; wanted is a torch tensor: leave out `.numpy()` and use torch's functions.",
    "str": "It returned text; wanted is a torch tensor.",
    "float": "It returned a plain Python number; wanted is a torch tensor, through which gradients flow: "
    "leave out `.item()`.",
}

_WHOLE = ("int", "uint")
_DTYPES: tuple[tuple[str | tuple[str, ...], tuple[str, ...], str], ...] = (
    (_WHOLE, _WHOLE, "whole numbers (int64)"),
    ("bool", ("bool",), "truth values (bool)"),
    ("", ("float", "bfloat"), "decimal numbers (float32)"),
)


@dataclass(frozen=True)
class Diagnosis:
    """A code for reports, a sentence for the student, and the largest difference where there is one."""

    code: str
    message: str
    by: float | None = None


def diagnose_type(value: Value, dtype: str = "float32") -> Diagnosis | None:
    """Say what is wrong with the kind of thing that was returned where a tensor is wanted, or None when it is one.

    The wanted `dtype` says whether the tensor should hold decimal numbers, whole ones, or yes and no.
    """
    if value.type_name != "Tensor":
        if value.type_name in ("list", "tuple"):
            message = f"It returned a {value.type_name} of {value.size}; wanted is one torch tensor."
        else:
            message = _TYPES.get(value.type_name, f"It returned a {value.type_name}; wanted is a torch tensor.")
        return Diagnosis("plain number" if value.type_name in ("float", "int") else "type", message)
    starts, what = next((starts, what) for kind, starts, what in _DTYPES if dtype.startswith(kind))
    if not value.dtype.startswith(starts):
        return Diagnosis("dtype", f"It returned numbers of type {value.dtype}; wanted are {what}.")
    return None


def diagnose_shape(value: Value, wanted: Array, sizes: Mapping[str, int]) -> Diagnosis | None:
    """Say what is wrong with the shape, naming sizes by their letters, and how to get from one to the other."""
    if value.shape == wanted.shape:
        return None
    message = f"It returned shape {_in_letters(value.shape, sizes)}; wanted is {_in_letters(wanted.shape, sizes)}."
    advice = "" if value.array is None else _missing_step(value.array, wanted, sizes)
    return Diagnosis("shape", f"{message} {advice}".rstrip())


def diagnose_numbers(got: Array, wanted: Array, sizes: Mapping[str, int], rtol: float, atol: float) -> Diagnosis | None:
    """Say how the numbers differ, or None when they are equal within ``atol + rtol * |wanted|``."""
    if close(got, wanted, rtol, atol):
        return None
    bad = ~np.isfinite(got) & np.isfinite(wanted)
    if bad.any():
        kind = "not a number (NaN)" if np.isnan(got[bad]).any() else "infinite"
        cause = "Is there a division by 0, a log of 0, or an exp of something large?"
        return Diagnosis("not finite", f"{_of(int(bad.sum()), got.size)} {kind}. {cause}")
    by = float(np.abs(got - wanted).max())
    if got.ndim == 2 and got.shape == got.T.shape and close(got.T, wanted, rtol, atol):
        message = "Rows and columns are swapped: your result is the transpose of what is wanted."
        return Diagnosis("transposed", message, by)
    for code, message in (_factor(got, wanted, sizes), _offset(got, wanted, rtol, atol)):
        if code:
            return Diagnosis(code, message, by)
    first = np.unravel_index(int(np.argmax(np.abs(got - wanted) > atol + rtol * np.abs(wanted))), got.shape)
    where = f", first at index [{', '.join(str(int(i)) for i in first)}]" if got.ndim else ""
    pair = f": there it is {got[first]:.4g}, wanted is {wanted[first]:.4g}"
    return Diagnosis("numbers", f"It differs from what is wanted by at most {by:.3g}{where}{pair}.", by)


def close(got: Array, wanted: Array, rtol: float, atol: float) -> bool:
    """Whether two arrays have equal shapes and equal numbers, NaN being equal to NaN."""
    return got.shape == wanted.shape and bool(np.allclose(got, wanted, rtol=rtol, atol=atol, equal_nan=True))


def constant_factor(got: Array, wanted: Array, rtol: float = 1e-3) -> float | None:
    """Return k when ``got == k * wanted`` everywhere, else None; zeros in `wanted` must be zeros in `got`."""
    if not (np.isfinite(got).all() and np.isfinite(wanted).all()):
        return None
    big = np.abs(wanted) > 1e-6 * max(1.0, float(np.abs(wanted).max(initial=0.0)))
    if not big.any() or np.abs(got[~big]).max(initial=0.0) > 1e-5:
        return None
    ratios = got[big] / wanted[big]
    k = float(np.median(ratios))
    return k if bool(np.all(np.abs(ratios - k) <= rtol * abs(k) + 1e-9)) else None


def times(factor: float) -> str:
    """Write how many times too large or too small, without a useless decimal: ``256``, ``2.5``."""
    size = max(abs(factor), 1 / abs(factor))
    return f"{size:.0f}" if math.isclose(size, round(size), rel_tol=2e-3) else f"{size:.3g}"


def _factor(got: Array, wanted: Array, sizes: Mapping[str, int]) -> tuple[str, str]:
    if not got.any() and wanted.any():
        return "zeros", "Every value is 0."
    k = constant_factor(got, wanted)
    if not k:
        return "", ""
    if abs(k + 1) < 1e-3:
        return "sign", "The sign is flipped: your result is exactly minus what is wanted."
    names = [text for text, n in _products(sizes) if math.isclose(max(abs(k), 1 / abs(k)), n, rel_tol=1e-3)]
    if wanted.size < 2 and not names:  # the ratio of two single numbers alone says nothing
        return "", ""
    direction = "large" if abs(k) > 1 else "small"
    sign = " and of the wrong sign" if k < 0 else ""
    meaning = "."
    if names:
        meaning = f", and {times(k)} is {names[0]} here: is that a sum where a mean belongs, or the reverse?"
    return "factor", f"Your result is {times(k)} times too {direction}{sign}{meaning}"


def _offset(got: Array, wanted: Array, rtol: float, atol: float) -> tuple[str, str]:
    difference = got - wanted
    offset = float(np.median(difference))
    if got.size < 2 or np.abs(difference - offset).max() > 1e-3 * abs(offset) + atol + rtol * np.abs(wanted).max():
        return "", ""
    return "offset", f"Every value is {abs(offset):.4g} too {'large' if offset > 0 else 'small'}."


def _products(sizes: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Yield what sizes and their products mean, such as ``("B", 4)`` and ``("H × W", 30)``, where they are above 1."""
    letters = [letter for letter, n in sizes.items() if n > 1]
    for count in range(1, len(letters) + 1):
        for group in combinations(letters, count):
            yield " × ".join(group), math.prod(sizes[letter] for letter in group)


def _in_letters(shape: tuple[int, ...], sizes: Mapping[str, int]) -> str:
    """Write a shape in numbers and, where every size has one meaning, in letters: ``(4, 3), which is (B, Z)``."""
    if not shape:
        return "() (a single number)"
    letters = [[letter for letter, n in sizes.items() if n == size] for size in shape]
    if not all(len(names) == 1 for names in letters):
        return str(shape)
    named = ", ".join(names[0] for names in letters)
    return f"{shape}, which is ({named}{',' if len(shape) == 1 else ''})"


def _missing_step(got: Array, wanted: Array, sizes: Mapping[str, int]) -> str:
    """Return the one step that would turn `got` into `wanted`, as a sentence, or an empty text."""
    if got.ndim == 2 and got.T.shape == wanted.shape and close(got.T, wanted, 1e-4, 1e-5):
        return "It is the transpose of what is wanted."
    if got.ndim > _MOST_AXES or not got.size:  # the ways to reduce double with each axis, and no lesson has so many
        return ""
    for name, reduce in (("sum", np.sum), ("mean", np.mean)):
        for count in range(1, got.ndim + 1):
            for axes in combinations(range(got.ndim), count):
                if close(np.asarray(reduce(got, axis=axes)), wanted, 1e-4, 1e-5):
                    return f"Its {name} over {_axes(axes, got.shape, sizes)} would be right."
        if not got.ndim and wanted.ndim and close(got, np.asarray(reduce(wanted)), 1e-4, 1e-5):
            return f"It is the {name} of all wanted values: keep one for each entry."
    if got.size == wanted.size and close(got.reshape(wanted.shape), wanted, 1e-4, 1e-5):
        return "The numbers are right; only the shape is not."
    return ""


def _axes(axes: tuple[int, ...], shape: tuple[int, ...], sizes: Mapping[str, int]) -> str:
    names = [[letter for letter, n in sizes.items() if n == shape[axis]] for axis in axes]
    known = all(len(found) == 1 for found in names)
    return ", ".join(found[0] for found in names) if known else f"dimension {', '.join(map(str, axes))}"


def _of(count: int, total: int) -> str:
    if total == 1:
        return "The value is"
    return f"All {total} values are" if count == total else f"{count} of {total} values are"
