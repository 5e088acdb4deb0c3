"""Asks a jailed child what a student's functions do: through this the checker sees a submission, and only so."""

from __future__ import annotations

import secrets
from types import TracebackType
from typing import Any

from gentutor.errors import GradingError
from gentutor.exercises.observing import Observation
from gentutor.exercises.values import Value
from gentutor.grading import distrust
from gentutor.grading.inside import wire
from gentutor.grading.zygote import Child, Zygote

_SEND_S = 30.0
_READ_S = 60.0  # a notebook with 50 MB of outputs on a slow machine
_BUILD_GRACE_S = 2.0  # beyond the limit that the child keeps by itself
_MAX_NOTES = 20

ENDED = "The process that ran your code ended: did it crash, run out of memory or call exit()?"
FORGED = "The process that ran your code broke off: something in your notebook interferes with how it is graded."
TOO_LONG = "The cells that your answer needs had not finished after {seconds:g} seconds: does a loop never end?"
TOO_LARGE = "The notebook could not be read within its limits of time and memory: is it very large?"


class Answers:
    """One submission behind the wall; a context manager.

    Its child is forked when it is first needed, and anew after every mishap.

    Parameters
    ----------
    zygote : Zygote
        Where to get children.
    plan : dict
        See `gentutor.grading.records.Assignment`.
    notebook : bytes
        The notebook file.
    extras : dict of str to bytes
        Files beside it that are allowed.
    written : list of str
        Names of the written exercises.
    """

    def __init__(
        self, zygote: Zygote, plan: dict[str, Any], notebook: bytes, extras: dict[str, bytes], written: list[str]
    ) -> None:
        self._zygote = zygote
        self._child: Child | None = None
        self._failure: Observation | None = None
        self._question: dict[str, Any] = {}
        self._payload = b"".join([notebook, *extras.values()])
        self._header = {
            "n_notebook": len(notebook),
            "extras": [[name, len(content)] for name, content in extras.items()],
            "plan": plan,
            "written": written,
        }
        self.notes: list[str] = []

    def __enter__(self) -> Answers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.renew()

    def read(self) -> tuple[str, dict[str, str]]:
        """Have the notebook read: return why it is unreadable, or an empty text, and the written answers by name."""
        try:
            reply = self._open()
        except (OSError, EOFError, wire.ForgedError):
            self._require_zygote()
            self.renew()
            return TOO_LARGE, {}
        texts = reply.get("texts")
        trouble = reply.get("trouble")
        if not isinstance(texts, dict) or not isinstance(trouble, str):
            return FORGED, {}
        return distrust.clean(trouble), {str(name): text for name, text in texts.items() if isinstance(text, str)}

    def build(self, name: str, solutions: dict[str, str]) -> None:
        """Have the function of an exercise built; `observe` then tells how that went.

        Parameters
        ----------
        name : str
            Name of the exercise.
        solutions : dict of str to str
            The master's cells of those exercises before this one that were not right.
        """
        self._ask_to_build("function", name, solutions)

    def value(self, name: str, solutions: dict[str, str]) -> Value | None:
        """Return the plain value that the notebook binds to a name; None where there is none."""
        reply, payload = self._ask_to_build("value", name, solutions)
        try:
            unpacker = wire.Unpacker(payload)
            value: Value | None = unpacker.unpack(reply.get("value"))
            unpacker.end()
            if value is not None:
                distrust.require_value(value)
        except wire.ForgedError:
            return None
        return value

    def observe(self, arguments: tuple[Any, ...], gradients: tuple[int, ...], seconds: float) -> Observation:
        """Have the function that was built last called; see `gentutor.exercises.judging.judge`."""
        if self._child is None and self._failure is None:
            self._build()  # after a mishap
        if self._failure is not None:
            return self._failure
        packer = wire.Packer()
        question = {
            "ask": "call", "number": secrets.token_hex(8), "arguments": packer.pack(arguments), "gradients": gradients,
            "seconds": seconds,
        }  # fmt: skip
        try:
            reply, payload = self._call(question, packer.payload, seconds + self._zygote.limits.grace_s)
            return distrust.unpack_observation(reply, payload, len(arguments), len(gradients))
        except TimeoutError:
            self.renew()
            return Observation("timed out")
        except (OSError, EOFError):
            self._require_zygote()
            self.renew()
            return Observation("died", trouble=ENDED)
        except wire.ForgedError:
            self.renew()
            return Observation("died", trouble=FORGED)

    def renew(self) -> None:
        """End the child; the next question gets a fresh one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _open(self) -> dict[str, Any]:
        """Fork a child and hand it the submission; return what it read."""
        self.renew()
        self._child = self._zygote.child()
        self._child.send(self._header, self._payload, seconds=_SEND_S)
        reply, _ = self._child.receive(_READ_S)
        return reply

    def _ask_to_build(self, ask: str, name: str, solutions: dict[str, str]) -> tuple[dict[str, Any], bytes]:
        limit = self._zygote.limits.prepare_s
        self._question = {"ask": ask, "name": name, "ours": solutions, "seconds": limit}
        return self._build()

    def _build(self) -> tuple[dict[str, Any], bytes]:
        """Put the question that builds; keep what went wrong as an observation."""
        self._failure = None
        limit = self._zygote.limits.prepare_s
        try:
            if self._child is None:
                self._open()
            assert self._child is not None
            self._child.send(self._question, seconds=_SEND_S)
            reply, payload = self._child.receive(limit + _BUILD_GRACE_S)
        except TimeoutError:
            return self._fail("raised", TOO_LONG.format(seconds=limit))
        except (OSError, EOFError):
            self._require_zygote()
            return self._fail("died", ENDED)
        except wire.ForgedError:
            return self._fail("died", FORGED)
        self._keep_notes(reply.get("notes"))
        outcome, trouble = str(reply.get("outcome")), distrust.clean(str(reply.get("trouble")))
        if outcome in ("not attempted", "raised"):
            self._failure = Observation(outcome, trouble=trouble)
        if outcome in ("ready", "not attempted", "raised"):
            return reply, payload
        if outcome == "timed out":
            return self._fail("raised", TOO_LONG.format(seconds=limit))
        return self._fail("died", trouble or FORGED)

    def _fail(self, outcome: str, trouble: str) -> tuple[dict[str, Any], bytes]:
        self.renew()
        self._failure = Observation(outcome, trouble=trouble)
        return {}, b""

    def _call(self, question: dict[str, Any], payload: bytes, patience: float) -> tuple[dict[str, Any], bytes]:
        """Put a question and wait for its answer, twice as long where the function is called a second time."""
        assert self._child is not None
        self._child.send(question, payload, seconds=patience)
        reply, content = self._child.receive(patience)
        if reply == {"number": question["number"], "again": True}:
            reply, content = self._child.receive(patience)
        if reply.get("number") != question["number"]:
            raise wire.ForgedError("an answer to another question")
        return reply, content

    def _require_zygote(self) -> None:
        """A child that ends with its zygote is no fault of the student's; raises GradingError."""
        if not self._zygote.is_there():
            raise GradingError("The clean process behind the wall, from which the others are forked, has ended.")

    def _keep_notes(self, notes: Any) -> None:
        if isinstance(notes, list):
            new = [distrust.clean(str(note)) for note in notes[:_MAX_NOTES]]
            self.notes = list(dict.fromkeys([*self.notes, *new]))[:_MAX_NOTES]
