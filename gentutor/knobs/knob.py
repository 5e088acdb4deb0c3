"""`Knob`, one declared hyper-parameter, and `KnobSet`, the ordered knobs of a lesson."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

from gentutor.errors import KnobError
from gentutor.language import translate

Number = int | float


@dataclass(frozen=True)
class Knob:
    """One hyper-parameter: default, range, scale, unit, and what it does.

    Parameters
    ----------
    name : str
        The name used as a Python variable, on the command line and beside the slider.
    default : int, float
        Value in class. Its type is the knob's type: an ``int`` default makes a whole-number knob.
    low, high : int, float
        Smallest and largest allowed value, both included.
    help : str
        One sentence: what it is.
    effect : str
        One sentence: what a student sees when it goes up. A test holds this promise.
    scale : {"linear", "log"}
        How slider positions map to values.
    unit : str
        Unit shown after the value; empty for a plain number.
    quick : int, float, optional
        Value in the ``quick`` profile (tests); the default where it is not given.
    live : bool
        Whether it may change while a run trains. Widths and sizes of a network may not.

    Raises
    ------
    KnobError
        When the declaration contradicts itself, such as a default outside the range.

    Examples
    --------
    >>> lr = Knob("lr", 1e-3, 1e-5, 1e-1, help="Step size.", effect="higher: faster.", scale="log")
    >>> lr.check(0.01)
    0.01
    >>> round(lr.from_position(0.5), 6)
    0.001
    """

    name: str
    default: Number
    low: Number
    high: Number
    help: str
    effect: str
    scale: str = "linear"
    unit: str = ""
    quick: Number | None = None
    live: bool = True

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise KnobError(f"A knob's name must be a Python name; got {self.name!r}.")
        if self.scale not in ("linear", "log"):
            raise KnobError(f"{self.name}: scale must be 'linear' or 'log'; got {self.scale!r}.")
        if not self.low < self.high:
            raise KnobError(f"{self.name}: low ({self.low}) must be below high ({self.high}).")
        if self.scale == "log" and self.low <= 0:
            raise KnobError(f"{self.name}: a logarithmic range must start above 0; got {self.low}.")
        for value in (self.default, self.quick):
            if value is not None:
                self.check(value)

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are allowed."""
        return isinstance(self.default, int)

    @property
    def range_text(self) -> str:
        """The allowed range in words, such as ``"1e-05 to 0.1"``."""
        kind = "whole numbers " if self.whole else ""
        return f"{kind}{self.low:g} to {self.high:g}" + (f" {self.unit}" if self.unit else "")

    def check(self, value: object) -> Number:
        """Return `value` as a number of this knob's type, or refuse it in a sentence.

        Raises
        ------
        KnobError
            When `value` is no finite number, is outside the range, or is fractional where a whole number is needed.
        """
        number: Any = value  # NumPy's numbers are Real too, though neither int nor float
        try:
            is_number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(number)
        except OverflowError:  # a whole number that no float can hold
            is_number = False
        if not is_number:
            raise KnobError(f"{self.name} must be a number ({self.range_text}); got {value!r}.")
        if self.whole and number != int(number):
            raise KnobError(f"{self.name} must be a whole number ({self.range_text}); got {value!r}.")
        if not self.low <= number <= self.high:
            raise KnobError(
                f"{self.name} = {float(number):g} is outside its range: choose {self.range_text} "
                f"(usual value {self.default:g})."
            )
        return int(number) if self.whole else float(number)

    def parse(self, text: str) -> Number:
        """Read a value typed on the command line.

        Raises
        ------
        KnobError
            When `text` is not a number or is out of range.
        """
        try:
            value = float(text)
        except ValueError:
            raise KnobError(f"{self.name} must be a number ({self.range_text}); got {text!r}.") from None
        return self.check(value)

    def to_position(self, value: Number) -> float:
        """Map a value to a slider position in [0, 1]."""
        value = self.check(value)
        if self.scale == "log":
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def from_position(self, position: float) -> Number:
        """Map a slider position in [0, 1] to a value; whole-number knobs round."""
        position = min(max(position, 0.0), 1.0)
        if self.scale == "log":
            value = self.low * (self.high / self.low) ** position
        else:
            value = self.low + (self.high - self.low) * position
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else float(value)

    def but(self, **changes: Any) -> Knob:
        """Return the same knob with some fields changed, for a lesson that needs another default or range."""
        return replace(self, **changes)

    def describe(self) -> dict[str, Any]:
        """Everything a page needs to draw the control: plain values, ready for JSON; words are translated."""
        return {
            "name": self.name,
            "value": self.default,
            "low": self.low,
            "high": self.high,
            "scale": self.scale,
            "unit": translate(self.unit),
            "help": translate(self.help),
            "effect": translate(self.effect),
            "whole": self.whole,
            "live": self.live,
        }


class KnobSet(Mapping[str, Knob]):
    """An ordered set of knobs, such as all knobs of one lesson.

    Parameters
    ----------
    *knobs : Knob
        The knobs, in the order in which controls are shown.

    Raises
    ------
    KnobError
        When two knobs have one name.

    Examples
    --------
    >>> beta = Knob("beta", 1.0, 0.1, 10.0, help="Weight of KL.", effect="higher: blurrier.", scale="log")
    >>> KnobSet(beta).check(beta=2)
    {'beta': 2.0}
    """

    def __init__(self, *knobs: Knob) -> None:
        self._knobs = {knob.name: knob for knob in knobs}
        if len(self._knobs) != len(knobs):
            raise KnobError("Two knobs of one set have the same name: " + ", ".join(k.name for k in knobs))

    def __getitem__(self, name: str) -> Knob:
        try:
            return self._knobs[name]
        except KeyError:
            raise KnobError(f"There is no knob {name!r} here; there are: {', '.join(self._knobs)}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._knobs)

    def __len__(self) -> int:
        return len(self._knobs)

    def __contains__(self, name: object) -> bool:
        return name in self._knobs

    def only(self, *names: str) -> KnobSet:
        """The named knobs, in the given order."""
        return KnobSet(*(self[name] for name in names))

    def values_for(self, profile: str = "full") -> dict[str, Number]:
        """Every knob's value in a profile: ``"full"`` (class) or ``"quick"`` (tests)."""
        if profile not in ("full", "quick"):
            raise KnobError(f"The profile must be 'full' or 'quick'; got {profile!r}.")
        return {
            knob.name: knob.quick if profile == "quick" and knob.quick is not None else knob.default
            for knob in self._knobs.values()
        }

    def check(self, **values: object) -> dict[str, Number]:
        """Return all values of the set, checked: those given, and the defaults of the others.

        Raises
        ------
        KnobError
            For an unknown name or a value out of range; the message names the range.
        """
        return self.values_for() | {name: self[name].check(value) for name, value in values.items()}

    def parameters_source(self) -> str:
        """The source of a lesson's ``parameters`` cell: one line per knob, with range and help as a comment."""
        width = max(len(f"{knob.name} = {knob.default!r}") for knob in self._knobs.values())
        return "\n".join(
            f"{f'{knob.name} = {knob.default!r}':<{width}}  # {knob.range_text}: {knob.help}"
            for knob in self._knobs.values()
        )

    def markdown_table(self) -> str:
        """The knobs as a Markdown table, for ``docs/knobs.md``."""
        head = "| knob | usual | range | scale | what it is | when it goes up |\n|---|---|---|---|---|---|\n"
        return head + "".join(
            f"| `{k.name}` | {k.default:g} | {k.range_text} | {k.scale} | {k.help} | {k.effect} |\n"
            for k in self._knobs.values()
        )
