"""The jailed child: reads one submission, runs what one exercise needs of it, and answers the checker's questions.

The first frame from the checker is the job; the child answers with how far the student's function could be built. Then
each frame asks for one call. All of this runs beside the student's code, which can tamper with it: nothing that a child
says is believed, only compared.
"""

from __future__ import annotations

import functools
import itertools
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gentutor.exercises.observing import Observation, observe, write_down
from gentutor.grading.inside import wire
from gentutor.grading.inside.notebook import UnreadableError, read_cells
from gentutor.grading.inside.program import build, written_answer

_MAX_JOB = 300_000_000  # bytes: a notebook with outputs of 50 MB several times over


def serve(channel: socket.socket) -> None:
    """Do one job, and end with the process when the checker has no more questions."""
    job, data = wire.receive(channel, max_payload=_MAX_JOB)
    _silence()
    notebook = _unpack_files(job, data)
    if job["kind"] == "read":
        wire.send(channel, _read(notebook, job))
        return
    built = build(notebook, job["plan"], job["name"], job["ours"], seconds=job["seconds"])
    packer = wire.Packer()
    reply = {"outcome": built.outcome, "trouble": built.trouble, "notes": list(built.notes)}
    if job["kind"] == "value":
        reply["value"] = packer.pack(write_down(built.value) if built.outcome == "ready" else None)
        wire.send(channel, reply, packer.payload)
        return
    wire.send(channel, reply)
    while built.outcome == "ready":
        try:
            request, payload = wire.receive(channel)
        except EOFError:
            return
        _answer(channel, built.value, request, payload)


def _read(notebook: bytes, job: dict[str, Any]) -> dict[str, Any]:
    """Say whether the notebook can be read, and hand over what was written in words."""
    try:
        cells = read_cells(notebook)
    except UnreadableError as error:
        return {"outcome": "unreadable", "trouble": str(error), "notes": [], "texts": {}}
    texts = {name: written_answer(cells, job["plan"], name) for name in job["written"]}
    return {"outcome": "ready", "trouble": "", "notes": [], "texts": texts}


def _answer(channel: socket.socket, function: Callable[..., Any], request: dict[str, Any], payload: bytes) -> None:
    """Call the function as asked, and send what it did under the request's number."""
    arguments = wire.Unpacker(payload).unpack(request["arguments"])
    number = request["number"]
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
            wanted_gradients=tuple(request["gradients"]),
            seconds=request["seconds"],
        )
    except MemoryError:
        done = Observation("raised", trouble="Your function needs more memory than a submission may use.")
    packer = wire.Packer()
    observation = packer.pack(done)
    wire.send(channel, {"number": number, "observation": observation}, packer.payload)


def _unpack_files(job: dict[str, Any], data: bytes) -> bytes:
    """Write the allowed extra files into the working folder; return the notebook's bytes."""
    at = job["n_notebook"]
    for name, size in job["extras"]:
        Path(name).write_bytes(data[at : at + size])
        at += size
    return data[: job["n_notebook"]]


def _silence() -> None:
    """Nothing to read, nothing said: a flood of output goes nowhere, and input() ends at once."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  (for the life of the process)
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
