"""What the parts of the grader hand to each other: plain records that can be stored and sent."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gentutor.exercises.verdict import Verdict
from gentutor.workspace.lessons import Lesson

if TYPE_CHECKING:
    from gentutor.exercises.contract import Contract  # brings torch, which records do without

GRADED = "graded"
UNREADABLE = "unreadable"
FAULT = "fault"  # of the grader: there is no mark, which is not the same as no points

KINDS = (GRADED, UNREADABLE, FAULT)


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Parameters
    ----------
    student : str
        Name of the student, unique in a run and safe as a file name.
    notebook : pathlib.Path, optional
        A regular file; None when there is none that can be graded.
    source : str
        Where it came from, as shown to the teacher, such as ``"anna/04_vaes.ipynb"``.
    extras : dict of str to pathlib.Path
        Files beside the notebook that are allowed by name.
    notes : tuple of str
        What the teacher should know, such as which files were ignored.
    trouble : str
        A sentence that says why there is nothing to grade; empty when there is.
    canvas_id, moodle_id : str
        The number that Canvas or Moodle puts into the names of exported files; empty where not known.
    """

    student: str
    notebook: Path | None
    source: str
    extras: dict[str, Path] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    trouble: str = ""
    canvas_id: str = ""
    moodle_id: str = ""


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    Parameters
    ----------
    student, source : str
        As in `Submission`.
    lesson : str
        Name of the lesson.
    sha256 : str
        Of what was handed in, files beside the notebook included; empty where there is no notebook.
    kind : str
        One of `KINDS`.
    message : str
        Why it is unreadable, or what went wrong in the grader; empty when graded.
    verdicts : tuple of Verdict
        One for each exercise in the lesson's order; none for a fault of the grader.
    wall : str
        Behind which wall the code ran: ``"bubblewrap"``, ``"namespaces"`` or ``"none"``.
    seconds : float
        Time that grading took.
    notes : tuple of str
        What the teacher should know.
    canvas_id, moodle_id : str
        As in `Submission`.
    """

    student: str
    source: str
    lesson: str
    sha256: str
    kind: str
    message: str = ""
    verdicts: tuple[Verdict, ...] = ()
    wall: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    canvas_id: str = ""
    moodle_id: str = ""

    @property
    def points(self) -> float:
        """Points earned so far."""
        return round(sum(verdict.points for verdict in self.verdicts), 6)

    @property
    def of(self) -> float:
        """Points that can be earned."""
        return sum(verdict.of for verdict in self.verdicts)

    @property
    def waiting(self) -> float:
        """Points of written answers that wait for a mark by hand."""
        return sum(verdict.of for verdict in self.verdicts if verdict.kind == "by hand")

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain values, ready for ``json.dumps``."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Result:
        """Rebuild a result from what `to_json` returned."""
        verdicts = tuple(Verdict.from_json(verdict) for verdict in values["verdicts"])
        return cls(**{**values, "verdicts": verdicts, "notes": tuple(values["notes"])})


@dataclass(frozen=True)
class Assignment:
    """A lesson as it is graded.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    exercises : tuple
        Its contracts in the lesson's order, with the teacher's own checks among theirs.
    plan : dict
        What a jailed child is told of the release: its cells with their roles, and where each exercise stands.
    solutions : dict of str to str
        Source of the master's cell of each exercise, given to later exercises in place of an answer that was not right.
    fingerprint : str
        Changes when the lesson, its checks or gentutor change, and so a mark may.
    """

    lesson: Lesson
    exercises: tuple[Contract, ...]
    plan: dict[str, Any]
    solutions: dict[str, str]
    fingerprint: str
