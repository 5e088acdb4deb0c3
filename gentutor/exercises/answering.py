"""Judges letters and words: `judge_choice` against its options, `judge_written` only for whether there is an answer."""

from __future__ import annotations

from gentutor.exercises import verdict as kinds
from gentutor.exercises.questions import WRITTEN_STUB, Choice, Written
from gentutor.exercises.values import Value
from gentutor.exercises.verdict import Finding, Verdict

MAX_ANSWER = 20_000  # characters of a written answer that are kept: some 3,000 words

_UNANSWERED = ("NoneType", "ellipsis")


def judge_choice(choice: Choice, value: Value | None) -> Verdict:
    """Return the verdict on a chosen letter.

    Parameters
    ----------
    choice : Choice
        The contract.
    value : Value, optional
        What the student's variable holds; None where there is none. Case, spaces and brackets around the letter do not
        matter.
    """
    if value is None or value.type_name in _UNANSWERED or value.plain == "":
        return _verdict(choice, kinds.NOT_ATTEMPTED, f"Not answered yet: choose {choice.letters}.")
    letter = value.plain.strip(" \t\r\n().").lower() if isinstance(value.plain, str) else ""
    if letter not in choice.options:
        message = f"The answer must be one letter in quotes: {choice.letters}."
        return _verdict(choice, kinds.DIFFERS, message)
    text, reason = choice.options[letter]
    if letter == choice.right:
        return _verdict(choice, kinds.RIGHT, reason, letter)
    return _verdict(choice, kinds.DIFFERS, reason, letter, text)


def _verdict(choice: Choice, kind: str, message: str, letter: str = "", misconception: str = "") -> Verdict:
    right = kind == kinds.RIGHT
    code = (
        "" if right else "wrong option" if letter else "not attempted" if kind == kinds.NOT_ATTEMPTED else "no letter"
    )
    finding = Finding("the letter", kind, code, "" if right else message)
    points = float(choice.points) if right else 0.0
    return Verdict(choice.name, kind, message, points, choice.points, None, misconception, (finding,), letter)


def judge_written(written: Written, text: str) -> Verdict:
    """Return the verdict on a written answer: not attempted, or waiting for its teacher's mark.

    Parameters
    ----------
    written : Written
        The contract.
    text : str
        What stands in the answer's cell. Control characters are removed, and what goes beyond `MAX_ANSWER`.
    """
    answer = _cleaned(text)
    if not answer:
        finding = Finding("the answer", kinds.NOT_ATTEMPTED, "not attempted", "Not answered yet.")
        return Verdict(written.name, kinds.NOT_ATTEMPTED, "Not answered yet.", 0.0, written.points, findings=(finding,))
    n_words = len(answer.split())
    length = f" It has {n_words} word{'s' if n_words > 1 else ''}"
    asked = f"{written.min_words} to {written.max_words} were asked for"
    fits = written.min_words <= n_words <= written.max_words
    message = f"Your teacher marks this by hand.{length}{'' if fits else f'; {asked}'}."
    finding = Finding("the answer", kinds.BY_HAND, "by hand", message)
    return Verdict(written.name, kinds.BY_HAND, message, 0.0, written.points, findings=(finding,), answer=answer)


def _cleaned(text: str) -> str:
    """Return an answer without the stub, control characters and what is too much."""
    text = text[: 2 * MAX_ANSWER].replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = "".join(c for c in text if c == "\n" or c.isprintable())
    stub = WRITTEN_STUB.strip("*")
    for form in (WRITTEN_STUB, stub):
        text = text.replace(form, "", 1)
    text = text.strip()
    return text if len(text) <= MAX_ANSWER else text[: MAX_ANSWER - 1] + "…"
