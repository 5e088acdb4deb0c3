"""Makes an `Assignment` of a lesson: what is asked, what a child is told of it, and the teacher's own checks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gentutor
from gentutor.errors import ExerciseError, GradingError
from gentutor.exercises.contract import Check, Contract, Exercise
from gentutor.exercises.registry import exercises as exercises_of
from gentutor.grading.forms import form_of
from gentutor.grading.inside.confinement import Limits
from gentutor.grading.orders import Order
from gentutor.grading.records import Assignment
from gentutor.workspace.canonical import canonical
from gentutor.workspace.files import cell_source, read_notebook
from gentutor.workspace.lessons import find_lesson
from gentutor.workspace.student import student_copy


def make_assignment(name: str, own_checks: str = "", folder: Path | None = None) -> Assignment:
    """Return a lesson as it is graded.

    Parameters
    ----------
    name : str
        The lesson's name.
    own_checks : str
        Source of a teacher's side file, which binds ``CHECKS`` to a dict from an exercise's name to a tuple of `Check`;
        empty where there is none.
    folder : pathlib.Path, optional
        The folder of the masters; the usual one where it is not given.

    Raises
    ------
    GradingError
        When the lesson has nothing to grade or the side file is not in order.
    LessonNotFoundError, LessonDamagedError, LessonFormError
        When the lesson cannot be had.
    """
    lesson = find_lesson(name, folder)
    contracts = contracts_of(lesson.name, own_checks)
    master = canonical(read_notebook(lesson.path))["cells"]
    copy = json.loads(student_copy(lesson))["cells"]
    kinds = {contract.name: form_of(contract) for contract in contracts}
    plan = {
        "lesson": lesson.name,
        "cells": [_planned(cell, kinds) for cell in copy],
        "names": {_grade_id(cell): {"cell": cell["id"]} for cell in copy if _grade_id(cell) in kinds},
    }
    missing = [name for name in kinds if name not in plan["names"]]
    if missing:
        raise GradingError(f"{lesson.path.name} has no cell for the exercise {missing[0]!r}: it needs that grade_id.")
    solutions = {_grade_id(cell): cell_source(cell) for cell in master if kinds.get(_grade_id(cell)) == "exercise"}
    fingerprint = _hash(json.dumps([plan, solutions], sort_keys=True), checks_fingerprint(own_checks))
    return Assignment(lesson, contracts, plan, solutions, fingerprint)


def order_for(
    assignment: Assignment,
    seed: int,
    *,
    own_checks: str = "",
    wall: str | None = None,
    trust: bool = False,
    limits: Limits | None = None,
) -> Order:
    """Return the order by which workers grade an assignment.

    Parameters
    ----------
    assignment : Assignment
        What is graded.
    seed : int
        The run's secret seed.
    own_checks : str
        See `make_assignment`.
    wall, trust, limits
        See `gentutor.grading.orders.Order`.
    """
    return Order(
        lesson=assignment.lesson.name,
        seed=seed,
        plan=assignment.plan,
        solutions=assignment.solutions,
        checks=checks_fingerprint(own_checks),
        wall=wall,
        trust=trust,
        own_checks=own_checks,
        limits=limits or Limits(),
    )


def contracts_of(lesson: str, own_checks: str = "") -> tuple[Contract, ...]:
    """Return what a lesson asks, with the teacher's own checks added.

    Parameters
    ----------
    lesson : str
        The lesson's name.
    own_checks : str
        See `make_assignment`.

    Raises
    ------
    GradingError
        When the lesson has nothing to grade or the side file is not in order.
    """
    try:
        contracts = exercises_of(lesson)
    except ExerciseError as error:
        raise GradingError(f"{lesson} has no exercises, so there is nothing to grade.") from error
    return tuple(_with_own_checks(contracts, _read_own_checks(own_checks)))


def checks_fingerprint(own_checks: str = "") -> str:
    """Return what changes when gentutor's exercises or the teacher's own checks change."""
    code = [path.read_text("utf-8") for path in sorted((Path(gentutor.__file__).parent / "exercises").rglob("*.py"))]
    return _hash(gentutor.__version__, own_checks, *code)


def _grade_id(cell: Mapping[str, Any]) -> str:
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def _planned(cell: dict[str, Any], kinds: Mapping[str, str]) -> dict[str, str]:
    marks = cell["metadata"].get("nbgrader", {})
    grade_id = _grade_id(cell)
    role = "given" if cell["cell_type"] == "code" else "text"
    if grade_id in kinds:
        role = kinds[grade_id]
    elif marks.get("grade"):
        role = "check"
    return {"id": cell["id"], "grade_id": grade_id, "role": role, "source": cell_source(cell)}


def _read_own_checks(source: str) -> dict[str, tuple[Check, ...]]:
    """Run the teacher's side file, which is trusted, and return its ``CHECKS``."""
    if not source:
        return {}
    names: dict[str, Any] = {"__name__": "gentutor_own_checks"}
    try:
        exec(compile(source, "<your checks>", "exec"), names)
    except Exception as error:
        raise GradingError(f"Your file of checks stops with {type(error).__name__}: {error}. Mend it first.") from error
    checks = names.get("CHECKS")
    fine = isinstance(checks, dict) and all(
        isinstance(own, (tuple, list)) and own and all(isinstance(check, Check) for check in own)
        for own in checks.values()
    )
    if not fine or checks is None:
        raise GradingError('Your file of checks must bind CHECKS to a dict such as {"elbo": (Check(...),)}.')
    return {str(name): tuple(own) for name, own in checks.items()}


def _with_own_checks(
    contracts: tuple[Contract, ...], own: Mapping[str, tuple[Check, ...]]
) -> list[Contract]:
    """Add a teacher's checks after an exercise's, and scale all shares so that they add up to 1."""
    by_name = {contract.name: contract for contract in contracts if isinstance(contract, Exercise)}
    unknown = [name for name in own if name not in by_name]
    if unknown:
        raise GradingError(f"Your checks are for {unknown[0]!r}, but the lesson's exercises are {', '.join(by_name)}.")
    changed: list[Contract] = []
    for contract in contracts:
        if isinstance(contract, Exercise) and contract.name in own:
            checks = (*contract.checks, *own[contract.name])
            names = [check.name for check in checks]
            if len(set(names)) < len(names):
                raise GradingError(f"Two checks of {contract.name} have the same name; rename yours.")
            total = sum(check.share for check in checks)
            checks = tuple(replace(check, share=check.share / total) for check in checks)
            contract = replace(contract, checks=checks)  # noqa: PLW2901
        changed.append(contract)
    return changed


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
