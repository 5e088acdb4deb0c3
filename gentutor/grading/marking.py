"""The checker: marks one submission. It alone knows contracts, the run's secret seed and what is wanted."""

from __future__ import annotations

import time
from dataclasses import replace

from gentutor.errors import GradingError
from gentutor.exercises.contract import Choice, Exercise, Written
from gentutor.exercises.judging import judge, judge_choice, judge_written
from gentutor.exercises.verdict import NOT_ATTEMPTED, UNREADABLE, Verdict
from gentutor.grading.answers import Answers
from gentutor.grading.assignment import checks_fingerprint, contracts_of
from gentutor.grading.handed_in import hash_of, read_files
from gentutor.grading.orders import Order, Task
from gentutor.grading.records import FAULT, GRADED, Result, Submission
from gentutor.grading.records import UNREADABLE as UNREADABLE_FILE
from gentutor.grading.walls import choose_wall
from gentutor.grading.zygote import Zygote


class Marker:
    """Grades submissions of one order, one after the other, through a zygote of its own.

    Parameters
    ----------
    order : Order
        How to grade.
    zygote : Zygote, optional
        One that was started for this order; else it is started here.

    Raises
    ------
    GradingError
        When the wall cannot be put up, or this gentutor has other exercises than the one that gave the order.
    """

    def __init__(self, order: Order, zygote: Zygote | None = None) -> None:
        if checks_fingerprint(order.own_checks) != order.checks:
            raise GradingError("This worker has another gentutor or other exercises; install the same everywhere.")
        self.order = order
        self.contracts = contracts_of(order.lesson, order.own_checks)
        self.wall = zygote.wall if zygote else choose_wall(order.wall, trust=order.trust)
        self._zygote: Zygote | None = zygote or Zygote(self.wall, order.limits)

    def mark(self, task: Task) -> Result:
        """Grade one submission; a fault of the grader becomes a result without a mark."""
        started = time.monotonic()
        result = self._new_result(task.submission)
        try:
            result = self._marked(task, result)
        except Exception as error:  # whatever it is, the other submissions go on and this one gets no zero
            self.close()  # the next one gets a fresh zygote
            message = f"The grader failed: {type(error).__name__}: {error} This submission has no mark; grade it again."
            result = replace(result, kind=FAULT, message=message)
        return replace(result, seconds=round(time.monotonic() - started, 3))

    def close(self) -> None:
        """End the zygote."""
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None

    def _new_result(self, submission: Submission) -> Result:
        return Result(
            student=submission.student,
            source=submission.source,
            lesson=self.order.lesson,
            sha256="",
            kind=GRADED,
            wall=self.wall,
            notes=submission.notes,
            canvas_id=submission.canvas_id,
            moodle_id=submission.moodle_id,
        )

    def _marked(self, task: Task, result: Result) -> Result:
        submission = task.submission
        if submission.trouble or submission.notebook is None:
            return self._unreadable(result, submission.trouble or "No notebook was handed in.")
        try:
            contents = task.contents if task.contents is not None else read_files(submission)
        except OSError as error:
            return self._unreadable(result, f"The notebook cannot be opened: {error.strerror or error}.")
        notebook = contents[""]
        result = replace(result, sha256=hash_of(contents))
        extras = {name: content for name, content in contents.items() if name}
        if self._zygote is None:
            self._zygote = Zygote(self.wall, self.order.limits)
        written = [contract.name for contract in self.contracts if isinstance(contract, Written)]
        with Answers(self._zygote, self.order.plan, notebook, extras, written) as answers:
            trouble, texts = answers.read()
            if trouble:
                return self._unreadable(result, trouble)
            verdicts = self._verdicts(answers, texts)
        return replace(result, verdicts=verdicts, notes=(*result.notes, *answers.notes))

    def _verdicts(self, answers: Answers, texts: dict[str, str]) -> tuple[Verdict, ...]:
        """Judge one exercise after the other; what was not right stands in for itself in the next by the master's."""
        verdicts: list[Verdict] = []
        solutions: dict[str, str] = {}
        for contract in self.contracts:
            if isinstance(contract, Written):
                verdicts.append(judge_written(contract, texts.get(contract.name, "")))
            elif isinstance(contract, Choice):
                verdicts.append(judge_choice(contract, answers.value(contract.name, solutions)))
            else:
                answers.build(contract.name, solutions)
                verdicts.append(judge(contract, answers.observe, self.order.seed))
            if isinstance(contract, Exercise) and not verdicts[-1].right:
                solutions[contract.name] = self.order.solutions[contract.name]
                if verdicts[-1].kind != NOT_ATTEMPTED:
                    answers.renew()  # what a wrong answer did to torch, say, shall not cost the next exercise
        return tuple(verdicts)

    def _unreadable(self, result: Result, message: str) -> Result:
        verdicts = tuple(
            Verdict(contract.name, UNREADABLE, message, 0.0, contract.points) for contract in self.contracts
        )
        return replace(result, kind=UNREADABLE_FILE, message=message, verdicts=verdicts)
