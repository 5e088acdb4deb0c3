"""The jailed child: reads one submission, runs what its exercises need of it, and answers the checker's questions.

The first frame from the checker brings the submission; each later one asks either for a function or value to be built
from it, or for a call of the function that was built last. All of this runs beside the student's code, which can tamper
with it: nothing that a child says is believed, only compared.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gentutor.exercises.observing import Observation, observe
from gentutor.exercises.values import write_down
from gentutor.grading.inside import wire
from gentutor.grading.inside.notebook import UnreadableError, read_cells
from gentutor.grading.inside.program import build, written_answer

_MAX_SUBMISSION = 400_000_000  # bytes: what the checker itself accepts is less


def serve(channel: socket.socket) -> None:
    """Answer questions about one submission, and return when the checker has no more."""
    header, data = wire.receive(channel, max_payload=_MAX_SUBMISSION)
    _silence()
    notebook = _unpack_files(header, data)
    try:
        cells = read_cells(notebook)
    except UnreadableError as error:
        wire.send(channel, {"trouble": str(error), "texts": {}})
        return
    texts = {name: written_answer(cells, header["plan"], name) for name in header["written"]}
    wire.send(channel, {"trouble": "", "texts": texts})
    function: Any = None
    try:
        while True:
            question, payload = wire.receive(channel)
            if question["ask"] == "call":
                _call(channel, function, question, payload)
            else:
                function = _build(channel, notebook, header["plan"], question)
    except EOFError:
        return


def _build(channel: socket.socket, notebook: bytes, plan: dict[str, Any], question: dict[str, Any]) -> Any:
    """Build what the notebook binds to a name; say how that went, and keep it for calls."""
    built = build(notebook, plan, question["name"], question["ours"], seconds=question["seconds"])
    packer = wire.Packer()
    reply = {"outcome": built.outcome, "trouble": built.trouble, "notes": list(built.notes)}
    if question["ask"] == "value":
        reply["value"] = packer.pack(write_down(built.value) if built.outcome == "ready" else None)
    wire.send(channel, reply, packer.payload)
    return built.value


def _call(channel: socket.socket, function: Callable[..., Any], question: dict[str, Any], payload: bytes) -> None:
    """Call the function as asked, and send what it did under the question's number."""
    arguments = wire.Unpacker(payload).unpack(question["arguments"])
    number = question["number"]
    calls = itertools.count()

    @functools.wraps(function)
    def announced(*values: Any) -> Any:
        if next(calls):  # `observe` calls twice: the checker must know when the second deadline begins
            wire.send(channel, {"number": number, "again": True})
        return function(*values)

    try:
        done = observe(
            announced,
            arguments,
            wanted_gradients=tuple(question["gradients"]),
            seconds=question["seconds"],
        )
    except MemoryError:
        done = Observation("raised", trouble="Your function needs more memory than a submission may use.")
    packer = wire.Packer()
    observation = packer.pack(done)
    wire.send(channel, {"number": number, "observation": observation}, packer.payload)


def _unpack_files(header: dict[str, Any], data: bytes) -> bytes:
    """Write the allowed extra files into the working folder, modules among them; return the notebook's bytes."""
    sys.path.append(os.getcwd())  # last: nothing in it takes the place of a module
    at = header["n_notebook"]
    for name, size in header["extras"]:
        Path(name).write_bytes(data[at : at + size])
        at += size
    return data[: header["n_notebook"]]


def _silence() -> None:
    """Nothing to read, nothing said: a flood of output goes nowhere, input() ends at once, display() shows nothing."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  (for the life of the process)
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    builtins.display = lambda *things, **options: None  # type: ignore[attr-defined]  # a notebook has it without import
