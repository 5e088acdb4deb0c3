"""Measures the checks themselves: wrong answers that pass, right answers that fail, over many seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import torch

from gentutor.exercises.contract import Choice, Contract, Exercise, Written
from gentutor.exercises.judging import judge_choice, judge_function, judge_written
from gentutor.exercises.questions import WRITTEN_STUB
from gentutor.exercises.values import write_down
from gentutor.exercises.verdict import BY_HAND, NOT_ATTEMPTED, Verdict


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
    messages : dict of str to str
        For each misconception, the sentence that a student read most recently.
    """

    exercise: str
    wrong_tries: int = 0
    false_passes: int = 0
    right_tries: int = 0
    false_fails: int = 0
    most_marks: dict[str, float] = field(default_factory=dict)
    recognised_as: dict[str, Counter[str]] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)

    @property
    def unrecognised(self) -> list[str]:
        """Misconceptions that at least once did not get their own message."""
        return [name for name, names in self.recognised_as.items() if set(names) != {name}]

    @property
    def clean(self) -> bool:
        """Whether no wrong answer passed, no right one failed, and each wrong one was seen for what it is."""
        return not (self.false_passes or self.false_fails or self.unrecognised)

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain values, ready for ``json.dumps``."""
        counts = {name: dict(names) for name, names in self.recognised_as.items()}
        return {**vars(self), "recognised_as": counts, "unrecognised": self.unrecognised, "clean": self.clean}

    def count_wrong(self, name: str, verdict: Verdict) -> None:
        """Count the verdict on a wrong answer."""
        self.wrong_tries += 1
        self.false_passes += verdict.right
        self.most_marks[name] = max(self.most_marks.get(name, 0.0), verdict.points / verdict.of)
        self.recognised_as.setdefault(name, Counter())[verdict.misconception] += 1
        self.messages[name] = verdict.message

    def count_right(self, verdict: Verdict) -> None:
        """Count the verdict on a right answer."""
        self.right_tries += 1
        self.false_fails += not (verdict.right and verdict.points == verdict.of)


def audit(contract: Contract, seeds: Iterable[int]) -> Audit:
    """Judge every planted wrong answer and every right one of an exercise with each of the seeds.

    A question has no seeds: each of its options is judged once, in several spellings.
    """
    result = Audit(contract.name)
    if isinstance(contract, Choice):
        _audit_choice(contract, result)
    elif isinstance(contract, Written):
        _audit_written(contract, result)
    else:
        _audit_function(contract, seeds, result)
    return result


def _audit_function(exercise: Exercise, seeds: Iterable[int], result: Audit) -> None:
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)  # with tensors this small, threads that wait for each other cost ten times the work
    try:
        for seed in seeds:
            for misconception in exercise.misconceptions:
                result.count_wrong(misconception.name, judge_function(exercise, misconception.function, seed))
            for function in (exercise.own_function(), *exercise.alternatives):
                result.count_right(judge_function(exercise, function, seed))
    finally:
        torch.set_num_threads(n_threads)


def _audit_choice(choice: Choice, result: Audit) -> None:
    for letter, (text, _) in choice.options.items():
        for spelling in (letter, letter.upper(), f" ({letter}) "):
            verdict = judge_choice(choice, write_down(spelling))
            if letter == choice.right:
                result.count_right(verdict)
            else:
                result.count_wrong(text, verdict)
    for nothing in (None, "", "z", 1, list(choice.options)):
        verdict = judge_choice(choice, write_down(nothing))
        result.wrong_tries += 1
        result.false_passes += verdict.right or verdict.points > 0


def _audit_written(written: Written, result: Audit) -> None:
    """An answer must wait for its mark, and an untouched cell must count as none; neither may earn anything yet."""
    for text, kind in (("", NOT_ATTEMPTED), (WRITTEN_STUB, NOT_ATTEMPTED), ("an answer", BY_HAND)):
        verdict = judge_written(written, text)
        result.wrong_tries += 1
        result.false_passes += verdict.kind != kind or verdict.points > 0
