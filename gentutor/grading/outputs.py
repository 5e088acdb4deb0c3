"""All that ``gentutor grade`` writes: the journal and pages as results come, the rest in batches and at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gentutor.errors import GradingError, WorkspaceError
from gentutor.grading.class_report import write_report
from gentutor.grading.feedback import write_feedback
from gentutor.grading.gradebook import BATCH, manual_scores, write_gradebook
from gentutor.grading.gradebook import FILE as GRADEBOOK
from gentutor.grading.journal import Journal
from gentutor.grading.page import number
from gentutor.grading.records import Assignment, Result
from gentutor.grading.spreadsheets import write_canvas, write_grades, write_moodle
from gentutor.grading.verdicts_file import FILE as VERDICTS
from gentutor.grading.verdicts_file import write_verdicts
from gentutor.grading.written import apply_marks, read_marks, student_key, write_written
from gentutor.workspace.files import make_folder

WRITTEN = "written.csv"
FEEDBACK = "feedback"


class Outputs:
    """The only writer of the folder of results.

    Parameters
    ----------
    out : pathlib.Path
        The folder; made when it is not there.
    assignment : Assignment
        What is graded.
    resume : bool
        Whether to go on with what an earlier run earned.
    show_inputs : bool
        Whether feedback pages show the hidden inputs on which a check failed.

    Attributes
    ----------
    seed : int
        The run's secret seed, kept over `resume`.

    Raises
    ------
    GradingError
        When the folder cannot be used; see `gentutor.grading.journal.Journal`. Also when ``written.csv`` holds marks
        that cannot be used: that is said before anything is graded.
    """

    def __init__(self, out: Path, assignment: Assignment, *, resume: bool = False, show_inputs: bool = False) -> None:
        self.out = out
        self.assignment = assignment
        self.journal = Journal(out, assignment.fingerprint, resume)
        self.seed = self.journal.seed
        self._shown_seed = self.seed if show_inputs else None
        self._batch: list[Result] = []
        self._gradebook_waits = False
        try:
            make_folder(out / FEEDBACK)
            self._marks, self.notes = self._marks_by_hand()
        except WorkspaceError as error:
            self.journal.close()
            raise GradingError(str(error)) from error
        except BaseException:
            self.journal.close()
            raise

    def earned(self, sha256: Mapping[str, str] | None = None) -> dict[str, Result]:
        """Return what counts of an earlier run; see `gentutor.grading.journal.Journal.earned`."""
        return self.journal.earned(sha256)

    def add(self, result: Result) -> None:
        """Write one result: its line in the journal and its feedback page at once, its marks in a batch.

        Raises
        ------
        GradingError
            When the journal or the page could not be written.
        """
        self.journal.add(result)
        self._page(apply_marks(result, self._marks))
        self._batch.append(result)
        if len(self._batch) >= BATCH and not self._gradebook_waits:
            try:
                self._enter(self._batch)
                self._batch = []
            except GradingError:  # such as locked by formgrader: `finish` tries again, and says so
                self._gradebook_waits = True

    def finish(
        self, results: Sequence[Result], *, limits: str | Mapping[str, Any], seconds: float, wall: str | None = None
    ) -> list[Result]:
        """Write tables, gradebook and report, and return the results with the marks given by hand.

        Parameters
        ----------
        results : sequence of Result
            All results, those of an earlier run included, as they were graded.
        limits : str or mapping
            Limits under which the code ran: a sentence, or words and values.
        seconds : float
            How long grading took.
        wall : str, optional
            Behind which wall it ran; by default what the results say.

        Raises
        ------
        GradingError
            When something could not be written; verdicts are kept, and the next run writes what is missing.
        """
        lesson, exercises = self.assignment.lesson, self.assignment.exercises
        wall = wall or ", ".join(sorted({result.wall for result in results if result.wall})) or "none needed"
        limits = {"Limits": limits} if isinstance(limits, str) else dict(limits)
        of = float(sum(exercise.points for exercise in exercises))
        write_written(self.out / WRITTEN, results, exercises)
        self._marks, self.notes = self._marks_by_hand()
        marked = [apply_marks(result, self._marks) for result in sorted(results, key=lambda result: result.student)]
        title = f"{lesson.number:02d} {lesson.title}"
        write_verdicts(
            self.out / VERDICTS,
            lesson.name,
            marked,
            wall=wall,
            limits=limits,
            fingerprint=self.assignment.fingerprint,
        )
        write_grades(self.out / "grades.csv", marked, exercises)
        write_canvas(self.out / "grades_canvas.csv", marked, title, of)
        write_moodle(self.out / "grades_moodle.csv", marked, of)
        for result in marked:
            self._page(result)
        notes = [*self.journal.notes, *self.notes]
        write_report(self.out, lesson, exercises, marked, wall=wall, limits=limits, seconds=seconds, notes=notes)
        self._enter(marked)
        self._batch = []
        return marked

    def close(self) -> None:
        """Let other runs use the folder."""
        self.journal.close()

    def __enter__(self) -> Outputs:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _page(self, result: Result) -> None:
        lesson, exercises = self.assignment.lesson, self.assignment.exercises
        write_feedback(self.out / FEEDBACK, result, lesson, exercises, seed=self._shown_seed)

    def _enter(self, results: Sequence[Result]) -> None:
        names = {cell.get("grade_id") for cell in self.assignment.plan.get("cells", ())}
        solutions = [exercise.name for exercise in self.assignment.exercises if exercise.name in names]
        lesson, exercises = self.assignment.lesson, self.assignment.exercises
        marked = [apply_marks(result, self._csv_marks) for result in results]
        write_gradebook(self.out / GRADEBOOK, lesson.name, exercises, marked, solutions)

    def _marks_by_hand(self) -> tuple[dict[tuple[str, str], tuple[float, str]], list[str]]:
        """Marks from ``written.csv`` and from formgrader; where both give one, formgrader's counts."""
        worth = {exercise.name: float(exercise.points) for exercise in self.assignment.exercises}
        self._csv_marks = read_marks(self.out / WRITTEN)
        for (student, exercise), (points, _) in self._csv_marks.items():
            if points > worth.get(exercise, points):
                raise GradingError(
                    f"{self.out / WRITTEN} gives {student} {number(points)} points for {exercise}, but there are "
                    f"{number(worth[exercise])}. Correct it and run the command again with --resume."
                )
        marks = dict(self._csv_marks)
        notes = []
        for (student, exercise), points in manual_scores(self.out / GRADEBOOK, self.assignment.lesson.name).items():
            key = (student_key(student), exercise)
            if not 0 <= points <= worth.get(exercise, -1.0):
                notes.append(
                    f"Formgrader's mark for {student}, {exercise}, was left out of the tables: {number(points)} points "
                    f"where 0 to {number(worth.get(exercise, 0.0))} are possible."
                )
                continue
            if key in marks and marks[key][0] != points:
                notes.append(
                    f"{student} has two marks by hand for {exercise}: {number(marks[key][0])} in {WRITTEN} and "
                    f"{number(points)} in formgrader. Formgrader's counts; correct one of the two."
                )
            marks[key] = (points, marks.get(key, (0.0, ""))[1])
        return marks, notes
