"""Asks jailed children what a student's function does: the observer through which `judge` sees a submission."""

from __future__ import annotations

import secrets
from typing import Any

from gentutor.exercises.observing import Observation, Value
from gentutor.grading.inside import wire
from gentutor.grading.zygote import Child, Zygote

_SEND_S = 30.0
_READ_S = 60.0  # a notebook with 50 MB of outputs on a slow machine
_BUILD_GRACE_S = 2.0  # beyond the limit that the child keeps by itself
_MAX_NOTES = 20

ENDED = "The process that ran your code ended: did it crash, run out of memory or call exit()?"
FORGED = "The process that ran your code broke off: something in your notebook interferes with how it is graded."
TOO_LONG = "The cells that your answer needs had not finished after {seconds:g} seconds: does a loop never end?"


class Handed:
    """What one student handed in, ready to be sent to children.

    Parameters
    ----------
    notebook : bytes
        The notebook file.
    extras : dict of str to bytes
        Files beside it that are allowed.
    plan : dict
        See `gentutor.grading.records.Assignment`.
    """

    def __init__(self, notebook: bytes, extras: dict[str, bytes], plan: dict[str, Any]) -> None:
        self._payload = b"".join([notebook, *extras.values()])
        self._job = {
            "n_notebook": len(notebook),
            "extras": [[name, len(content)] for name, content in extras.items()],
            "plan": plan,
        }

    def send(self, child: Child, kind: str, **values: Any) -> None:
        """Give a child its job: ``"read"``, ``"function"`` or ``"value"``."""
        child.send({**self._job, "kind": kind, **values}, self._payload, seconds=_SEND_S)


def read(zygote: Zygote, handed: Handed, written: list[str]) -> tuple[str, dict[str, str]]:
    """Have the notebook read behind the wall.

    Parameters
    ----------
    zygote : Zygote
        Where to get children.
    handed : Handed
        The submission.
    written : list of str
        Names of the written exercises.

    Returns
    -------
    tuple of str and dict
        Why it is unreadable (empty when it is not), and the text of each written answer.
    """
    child = zygote.child()
    try:
        handed.send(child, "read", written=written)
        reply, _ = child.receive(_READ_S)
    except (OSError, EOFError, wire.ForgedError):
        return "The notebook could not be read within its limits of time and memory: is it very large?", {}
    finally:
        child.end()
    if reply.get("outcome") != "ready":
        return wire.clean(str(reply.get("trouble"))) or "The notebook cannot be read.", {}
    texts = reply.get("texts")
    return "", {name: str(texts.get(name, "")) for name in written} if isinstance(texts, dict) else {}


class Answer:
    """A student's answer to one exercise, in a jailed child of its own that is forked anew after each mishap.

    Parameters
    ----------
    zygote : Zygote
        Where to get children.
    handed : Handed
        The submission.
    name : str
        Name of the exercise.
    solutions : dict of str to str
        The master's cells for those exercises before this one that were not right.
    """

    def __init__(self, zygote: Zygote, handed: Handed, name: str, solutions: dict[str, str]) -> None:
        self._zygote = zygote
        self._handed = handed
        self._name = name
        self._solutions = solutions
        self._child: Child | None = None
        self._failure: Observation | None = None
        self.notes: tuple[str, ...] = ()

    def observe(self, arguments: tuple[Any, ...], gradients: tuple[int, ...], seconds: float) -> Observation:
        """Have the function called; see `gentutor.exercises.judging.judge`."""
        if self._child is None and self._failure is None:
            self._build("function")
        if self._failure is not None:
            return self._failure
        packer = wire.Packer()
        number = secrets.token_hex(8)
        request = {"number": number, "arguments": packer.pack(arguments), "gradients": gradients, "seconds": seconds}
        patience = seconds + self._zygote.limits.grace_s
        assert self._child is not None
        try:
            self._child.send(request, packer.payload, seconds=patience)
            reply, payload = self._child.receive(patience)
            if reply == {"number": number, "again": True}:
                reply, payload = self._child.receive(patience)
            if reply.get("number") != number:
                raise wire.ForgedError("an answer to another question")
            return wire.unpack_observation(reply, payload, len(arguments), len(gradients))
        except TimeoutError:
            self.end()
            return Observation("timed out")
        except (OSError, EOFError):
            self.end()
            return Observation("died", trouble=ENDED)
        except wire.ForgedError:
            self.end()
            return Observation("died", trouble=FORGED)

    def value(self) -> Value | None:
        """Return the plain value that the notebook binds to the exercise's name; None where there is none."""
        reply, payload = self._build("value")
        try:
            unpacker = wire.Unpacker(payload)
            value = unpacker.unpack(reply.get("value"))
            if value is not None:
                wire.require_value(value)
        except wire.ForgedError:
            return None
        finally:
            self.end()
        return value

    def end(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _build(self, kind: str) -> tuple[dict[str, Any], bytes]:
        """Have the student's function or value built; keep what went wrong as an observation."""
        limit = self._zygote.limits.prepare_s
        self._child = self._zygote.child()
        try:
            self._handed.send(self._child, kind, name=self._name, ours=self._solutions, seconds=limit)
            reply, payload = self._child.receive(limit + _BUILD_GRACE_S)
        except TimeoutError:
            return self._fail("raised", TOO_LONG.format(seconds=limit))
        except (OSError, EOFError):
            return self._fail("died", ENDED)
        except wire.ForgedError:
            return self._fail("died", FORGED)
        notes = reply.get("notes")
        if isinstance(notes, list):
            self.notes = tuple(wire.clean(str(note)) for note in notes[:_MAX_NOTES])
        outcome, trouble = str(reply.get("outcome")), wire.clean(str(reply.get("trouble")))
        if outcome == "ready":
            return reply, payload
        if outcome == "timed out":
            return self._fail("raised", TOO_LONG.format(seconds=limit))
        return self._fail(outcome if outcome in ("not attempted", "raised") else "died", trouble or FORGED)

    def _fail(self, outcome: str, trouble: str) -> tuple[dict[str, Any], bytes]:
        self.end()
        self._failure = Observation(outcome, trouble=trouble)
        return {}, b""


