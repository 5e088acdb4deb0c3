"""Copies of everything a run needs to go on from a step: weights, optimiser moments, position in the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import torch
from torch import Tensor


class Stateful(Protocol):
    """A part of a run: a network, an optimiser, or anything else with these two methods."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state as nested dictionaries and lists of tensors and plain values."""
        ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> Any:
        """Take over such a state."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """The state of a run at one step.

    Attributes
    ----------
    step : int
        Number of updates taken before it.
    seen : int
        Number of examples shown before it.
    states : dict
        State of each part, by name; owns its tensors.
    """

    step: int
    seen: int
    states: dict[str, Any]

    @classmethod
    def of(cls, parts: Mapping[str, Stateful], step: int, seen: int) -> Snapshot:
        """Copy the present state of `parts`."""
        return cls(step, seen, {name: clone(part.state_dict()) for name, part in parts.items()})

    def restore(self, parts: Mapping[str, Stateful]) -> None:
        """Put this state back into `parts`."""
        for name, part in parts.items():
            # A copy again: optimisers keep the very tensors they are given and then change them in place.
            part.load_state_dict(clone(self.states[name]))

    @cached_property
    def n_bytes(self) -> int:
        """Memory that the tensors of this snapshot take, in bytes."""
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors_in(self.states).values())


def clone(state: Any) -> Any:
    """Return a deep copy of nested dictionaries, lists and tensors."""
    if isinstance(state, Tensor):
        return state.detach().clone()
    if isinstance(state, Mapping):
        return {key: clone(value) for key, value in state.items()}
    if isinstance(state, (list, tuple)):
        return type(state)(clone(value) for value in state)
    return state


def tensors_in(state: Any, path: str = "") -> dict[str, Tensor]:
    """Return the tensors of a nested state by path, such as ``"/model/encoder.weight"``."""
    if isinstance(state, Tensor):
        return {path: state}
    items = state.items() if isinstance(state, Mapping) else enumerate(state) if _is_list(state) else ()
    found: dict[str, Tensor] = {}
    for key, value in items:
        found |= tensors_in(value, f"{path}/{key}")
    return found


def to_plain(state: Any, path: str = "") -> Any:
    """Return the state with each tensor replaced by ``{"tensor": path}``: ready for JSON.

    Dictionaries become lists of pairs, because JSON turns the whole-number keys of optimiser states into text.
    """
    if isinstance(state, Tensor):
        return {"tensor": path}
    if isinstance(state, Mapping):
        return {"pairs": [[key, to_plain(value, f"{path}/{key}")] for key, value in state.items()]}
    if _is_list(state):
        return [to_plain(value, f"{path}/{index}") for index, value in enumerate(state)]
    return state


def from_plain(plain: Any, tensors: Mapping[str, Tensor]) -> Any:
    """Undo `to_plain` with the tensors of `tensors_in`; a ``KeyError`` means that one is missing."""
    if isinstance(plain, dict):
        if "tensor" in plain:
            return tensors[plain["tensor"]]
        return {key: from_plain(value, tensors) for key, value in plain["pairs"]}
    if isinstance(plain, list):
        return [from_plain(value, tensors) for value in plain]
    return plain


def same(one: Any, other: Any) -> bool:
    """Return whether two nested states are equal to the last bit."""
    a, b = tensors_in(one), tensors_in(other)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def _is_list(state: Any) -> bool:
    return isinstance(state, (list, tuple))
