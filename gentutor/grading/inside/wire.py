"""What crosses the wall: typed arrays and plain values, in frames of exact length. No pickle, no code, no file format.

A frame is ``header length, payload length, header, payload``: the header is JSON, the payload the bytes of arrays one
after the other. Both sides use this module, but only the checker's side distrusts: whatever a frame from the wall
holds, it is decoded into plain values of bounded size, or refused with `ForgedError`; see `gentutor.grading.distrust`.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gentutor.exercises.observing import Observation
from gentutor.exercises.values import MAX_VALUES, Array, Value

_LENGTHS = struct.Struct("=IQ")
MAX_HEADER = 8_000_000  # bytes: a million short plain values
MAX_PAYLOAD = 64_000_000  # bytes: eight arrays of MAX_VALUES numbers in double precision
MAX_DEPTH = 24
MAX_DIMENSIONS = 64  # as many as torch has
_MAX_ADVISED = 6  # dimensions of an array that is looked at: advice tries out all their combinations

DTYPES = (
    "float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64", "bool",
)  # fmt: skip


class ForgedError(Exception):
    """A frame is not what the protocol allows: it was made by something else, or cut off."""


def send(channel: socket.socket, header: dict[str, Any], payload: bytes = b"") -> None:
    """Send one frame; blocks until it is handed over or the socket's timeout is over."""
    text = json.dumps(header).encode()
    channel.sendall(_LENGTHS.pack(len(text), len(payload)) + text + payload)


def receive(
    channel: socket.socket, deadline: float | None = None, *, max_payload: int = MAX_PAYLOAD
) -> tuple[dict[str, Any], bytes]:
    """Wait for one frame.

    Parameters
    ----------
    channel : socket
        Where it comes from.
    deadline : float, optional
        Until when to wait, on the clock of `time.monotonic`; for ever where it is not given.
    max_payload : int
        Largest payload, in bytes.

    Raises
    ------
    TimeoutError
        When it has not arrived whole at the deadline.
    EOFError
        When the other side is gone.
    ForgedError
        When it is larger than allowed, or its header is no JSON object.
    """
    n_header, n_payload = _LENGTHS.unpack(_exactly(channel, _LENGTHS.size, deadline))
    if n_header > MAX_HEADER or n_payload > max_payload:
        raise ForgedError(f"a frame of {n_header + n_payload:,} bytes")
    text, payload = _exactly(channel, n_header, deadline), _exactly(channel, n_payload, deadline)
    try:
        with collector_asleep():
            header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ForgedError("a header that is no JSON") from error
    if not isinstance(header, dict):
        raise ForgedError("a header that is no JSON object")
    return header, payload


@contextlib.contextmanager
def collector_asleep() -> Iterator[None]:
    """Millions of tiny lists, which a forger may send, would wake the garbage collector all the time."""
    awake = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if awake:
            gc.enable()


def _exactly(channel: socket.socket, n: int, deadline: float | None) -> bytes:
    parts: list[bytes] = []
    while n:
        if deadline is not None:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            channel.settimeout(remaining)
        part = channel.recv(min(n, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


class Packer:
    """Writes values as JSON and collects the arrays among them in `payload`."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    @property
    def payload(self) -> bytes:
        """The bytes of all arrays, in the order in which they were packed."""
        return b"".join(self._parts)

    def pack(self, value: Any) -> Any:
        """Return JSON that stands for `value`: plain values, containers, arrays, tensors, `Value`s, `Observation`s."""
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if isinstance(value, (list, tuple)):
            return {"list" if isinstance(value, list) else "tuple": [self.pack(item) for item in value]}
        if isinstance(value, dict):
            return {"dict": [[self.pack(key), self.pack(item)] for key, item in value.items()]}
        if isinstance(value, Tensor):
            return {"tensor": self._array(value.detach().cpu().numpy())}
        if isinstance(value, np.ndarray):
            return {"array": self._array(value)}
        if isinstance(value, (Value, Observation)):
            named = {field.name: self.pack(getattr(value, field.name)) for field in fields(value)}
            return {type(value).__name__: named}
        raise TypeError(f"A {type(value).__name__} cannot cross the wall.")

    def _array(self, array: Array) -> list[Any]:
        if str(array.dtype) not in DTYPES:  # bytes in another order, or more of them than elsewhere
            array = array.astype(np.float64)
        self._parts.append(np.ascontiguousarray(array).tobytes())
        return [str(array.dtype), list(array.shape)]


class Unpacker:
    """Reads what a `Packer` wrote; refuses everything else with `ForgedError`."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._at = 0

    def unpack(self, tree: Any, depth: int = 0) -> Any:
        """Return the value that `tree` stands for."""
        if depth > MAX_DEPTH:
            raise ForgedError("values nested too deep")
        if tree is None or isinstance(tree, (bool, int, float, str)):
            return tree
        if not isinstance(tree, dict) or len(tree) != 1:
            raise ForgedError("an unknown kind of value")
        ((kind, content),) = tree.items()
        if kind in ("list", "tuple") and isinstance(content, list):
            items = [self.unpack(item, depth + 1) for item in content]
            return items if kind == "list" else tuple(items)
        if kind == "dict" and isinstance(content, list):
            return self._dict(content, depth)
        if kind in ("array", "tensor"):
            array = self._array(content)
            return array if kind == "array" else torch.from_numpy(array)
        if kind in ("Value", "Observation") and isinstance(content, dict):
            return self._record(Value if kind == "Value" else Observation, content, depth)
        raise ForgedError("an unknown kind of value")

    def end(self) -> None:
        """Refuse a payload that holds more than was read."""
        if self._at != len(self._payload):
            raise ForgedError("a payload of the wrong length")

    def _dict(self, content: list[Any], depth: int) -> dict[Any, Any]:
        pairs = [self.unpack({"tuple": pair}, depth + 1) for pair in content]
        if not all(len(pair) == 2 and isinstance(pair[0], (bool, int, float, str, tuple)) for pair in pairs):
            raise ForgedError("a dict with odd keys")
        try:
            return dict(pairs)
        except TypeError as error:
            raise ForgedError("a dict with odd keys") from error

    def _record(self, record: type[Value | Observation], content: dict[str, Any], depth: int) -> Value | Observation:
        names = [field.name for field in fields(record)]
        if set(content) != set(names):
            raise ForgedError(f"a {record.__name__} with other fields")
        # In the order of the fields: in the same order the arrays were written into the payload.
        values = {name: self.unpack(content[name], depth + 1) for name in names}
        if record is Value and isinstance(values["array"], np.ndarray) and values["array"].ndim > _MAX_ADVISED:
            values["array"] = None  # its shape alone is wrong
        return record(**values)

    def _array(self, content: Any) -> Array:
        if not (isinstance(content, list) and len(content) == 2 and isinstance(content[1], list)):
            raise ForgedError("an array without type and shape")
        dtype, shape = content
        whole = all(type(n) is int and 0 <= n <= MAX_VALUES for n in shape)
        if dtype not in DTYPES or not whole or len(shape) > MAX_DIMENSIONS or math.prod(shape) > MAX_VALUES:
            raise ForgedError("an array of a type or size that is not allowed")
        n_bytes = math.prod(shape) * np.dtype(dtype).itemsize
        piece = self._payload[self._at : self._at + n_bytes]
        if len(piece) != n_bytes:
            raise ForgedError("an array that is cut off")
        self._at += n_bytes
        try:
            return np.frombuffer(piece, dtype=dtype).reshape(shape).copy()
        except ValueError as error:  # so many dimensions that their product does not fit, though one of them is 0
            raise ForgedError("an array of a size that is not allowed") from error
