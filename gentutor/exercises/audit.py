"""Measures the checks themselves: wrong answers that pass, right answers that fail, over many seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import torch

from gentutor.exercises.contract import Exercise
from gentutor.exercises.judging import judge_function


@dataclass
class Audit:
    """What the audit of one exercise counted.

    Parameters
    ----------
    exercise : str
        Name of the exercise.
    wrong_tries, false_passes : int
        Verdicts on planted wrong answers, and how many of them were "right".
    right_tries, false_fails : int
        Verdicts on alternative right answers and on gentutor's own, and how many of them were not "right".
    most_marks : dict of str to float
        For each misconception, the largest share of the points that it ever earned.
    recognised_as : dict of str to Counter
        For each misconception, under which names it was recognised, and how often; ``""`` stands for a general
        diagnosis.
    """

    exercise: str
    wrong_tries: int = 0
    false_passes: int = 0
    right_tries: int = 0
    false_fails: int = 0
    most_marks: dict[str, float] = field(default_factory=dict)
    recognised_as: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def unrecognised(self) -> list[str]:
        """Misconceptions that at least once did not get their own message."""
        return [name for name, names in self.recognised_as.items() if set(names) != {name}]


def audit(exercise: Exercise, seeds: Iterable[int]) -> Audit:
    """Judge every planted wrong answer and every right one of an exercise with each of the seeds."""
    result = Audit(exercise.name)
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)  # with tensors this small, threads that wait for each other cost ten times the work
    try:
        for seed in seeds:
            _audit_once(exercise, seed, result)
    finally:
        torch.set_num_threads(n_threads)
    return result


def _audit_once(exercise: Exercise, seed: int, result: Audit) -> None:
    for misconception in exercise.misconceptions:
        verdict = judge_function(exercise, misconception.function, seed)
        result.wrong_tries += 1
        result.false_passes += verdict.right
        share = max(result.most_marks.get(misconception.name, 0.0), verdict.points / verdict.of)
        result.most_marks[misconception.name] = share
        names = result.recognised_as.setdefault(misconception.name, Counter())
        names[verdict.misconception] += 1
    for function in (exercise.own_function(), *exercise.alternatives):
        result.right_tries += 1
        result.false_fails += not judge_function(exercise, function, seed).right
