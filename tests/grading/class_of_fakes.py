"""A plausible class: contracts and results made up for the tests of what grading writes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from gentutor.exercises.contract import Choice, Written
from gentutor.exercises.registry import exercises
from gentutor.exercises.verdict import Finding, Verdict
from gentutor.grading.records import Assignment, Result
from gentutor.workspace.lessons import Exercise as Declared
from gentutor.workspace.lessons import Lesson

CHOICE = Choice(
    "beta_choice",
    "04_vaes",
    "You raise `beta` from 1 to 8. What happens to the samples?",
    {
        "a": ("They get sharper.", "A larger weight on the KL leaves less room for detail, not more."),
        "b": ("They get blurrier, and the map smoother.", "Codes must stay near the prior, so detail is given up."),
        "c": ("Nothing: `beta` only changes the learning rate.", "`beta` weighs the KL in the loss itself."),
    },
    "b",
    1,
)
WRITTEN = Written(
    "why_blurry",
    "04_vaes",
    "Why are the samples of a VAE blurry? Answer in two sentences.",
    ((1, "names the average over all pictures that a code could mean"), (1, "names the pixel-wise loss")),
    2,
)
CONTRACTS = (*exercises("04_vaes")[:3], CHOICE, WRITTEN)
LESSON = Lesson(
    "04_vaes",
    4,
    "VAEs: a map of the data",
    "Draw clothes that nobody ever made.",
    75,
    Path("04_vaes.ipynb"),
    tuple(Declared(contract.name, float(contract.points)) for contract in CONTRACTS),
)
ASSIGNMENT = Assignment(LESSON, CONTRACTS, {"lesson": "04_vaes", "cells": []}, {}, "fp-1")
TOTAL = sum(contract.points for contract in CONTRACTS)


def verdict(
    contract: Any, kind: str = "right", message: str = "", misconception: str = "", answer: str = ""
) -> Verdict:
    """A verdict of one exercise; a function's findings agree with it."""
    of = float(contract.points)
    points = of if kind == "right" else 0.0
    by = None if kind != "differs" else 3.1416
    findings = ()
    if hasattr(contract, "checks"):
        shown = kind if kind != "right" else "right"
        findings = tuple(
            Finding(
                check.name,
                shown if i == 0 or kind == "right" else ("right" if kind == "differs" and i % 2 else shown),
                "" if kind == "right" else "factor",
                "" if kind == "right" else message,
                by,
            )
            for i, check in enumerate(contract.checks)
        )
        if kind in ("timed out", "not attempted"):
            findings = findings[:1]
        if kind == "differs":
            points = round(
                of * sum(c.share for c, f in zip(contract.checks, findings, strict=True) if f.kind == "right"), 6
            )
    message = message or ("Every check passed." if kind == "right" else "It differs.")
    return Verdict(contract.name, kind, message, points, of, by, misconception, findings, answer)


def result(student: str = "anna", *verdicts: Verdict, **values: Any) -> Result:
    """A graded submission, right in everything where no verdicts are given, with the written answer waiting."""
    if not verdicts and values.get("kind", "graded") == "graded":
        verdicts = (
            *(verdict(contract) for contract in CONTRACTS[:3]),
            verdict(CHOICE, message="Codes must stay near the prior, so detail is given up.", answer="b"),
            verdict(WRITTEN, "by hand", "It waits for your teacher.", answer="Because it averages.\nOver pictures."),
        )
    if values.get("kind") == "unreadable":
        verdicts = tuple(
            Verdict(contract.name, "unreadable", "", 0.0, float(contract.points)) for contract in CONTRACTS
        )
    base = {"sha256": "0" * 64, "kind": "graded", "wall": "bubblewrap", "seconds": 0.03}
    return Result(student, f"{student}/04_vaes.ipynb", "04_vaes", verdicts=verdicts, **{**base, **values})


_NAMES = (
    "Ada", "Amira", "Anna", "Bela", "Ben", "Carla", "Chen", "Dana", "Diego", "Elif", "Emil", "Fatima", "Finn", "Grace",
    "Hugo", "Ines", "Ivan", "Jana", "Kofi", "Lara", "Leon", "Lina", "Mats", "Mei", "Mila", "Nils", "Noor", "Olga",
    "Omar", "Paul", "Pia", "Quirin", "Rosa", "Sami", "Sven", "Tara", "Timo", "Uma", "Vera", "Yara",
)  # fmt: skip


def class_of(n: int = 40, seed: int = 0) -> list[Result]:
    """Results of a plausible class: many average instead of summing, a few raise, loop or hand in nothing."""
    draw = random.Random(seed)
    results = []
    for i in range(n):
        name = _NAMES[i % len(_NAMES)] + ("" if i < len(_NAMES) else f" {i}")
        if i == 7:
            results.append(
                result(name, kind="unreadable", message="It is no notebook: at line 1 its JSON ends.", sha256="1")
            )
            continue
        if i == 23:
            results.append(
                result(name, kind="fault", message="The zygote ended twice; grade this one again.", sha256="2")
            )
            continue
        verdicts = [_function(contract, draw) for contract in CONTRACTS[:3]]
        letter = draw.choices("bac", (6, 3, 1))[0]
        text, reason = CHOICE.options[letter]
        verdicts.append(
            verdict(CHOICE, "right", reason, answer=letter)
            if letter == "b"
            else verdict(CHOICE, "differs", reason, text, letter)
        )
        kind = "by hand" if draw.random() < 0.85 else "not attempted"
        text = "The decoder shows the mean of all pictures that a code could stand for." if kind == "by hand" else ""
        verdicts.append(verdict(WRITTEN, kind, "Waits for a mark." if text else "No answer yet.", answer=text))
        notes = ("Ignored 2 other files: notes.txt, data.csv.",) if i % 11 == 0 else ()
        results.append(result(name, *verdicts, notes=notes, sha256=f"{i:064x}"))
    return results


def _function(contract: Any, draw: random.Random) -> Verdict:
    roll = draw.random()
    if roll < 0.45:
        return verdict(contract)
    if roll < 0.8:
        known = contract.misconceptions[0 if draw.random() < 0.65 else draw.randrange(len(contract.misconceptions))]
        return verdict(contract, "differs", known.message.replace("{factor}", "16").replace("{Z}", "16"), known.name)
    if roll < 0.87:
        line = "In line 3, `return mu + z * sigma`: NameError: name 'z' is not defined"
        return verdict(contract, "raised", line)
    if roll < 0.9:
        return verdict(contract, "timed out", "Your function had not finished after 2 seconds.")
    return verdict(contract, "not attempted", "Not attempted yet.")
