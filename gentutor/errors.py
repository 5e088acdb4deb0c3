"""The exceptions of gentutor: one class for each thing a reader can act on.

Every message says what failed, what came, what was expected, and what to do next.
"""


from __future__ import annotations

import traceback


class GentutorError(Exception):
    """Base of every error that gentutor raises on purpose; its text is written for the reader."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows in place of a stack trace: the sentence, and the line of the cell."""
        frames = traceback.extract_tb(self.__traceback__)
        # Cells are compiled under such names; the innermost is the line that the reader wrote.
        own = [frame for frame in frames if "ipykernel_" in frame.filename or frame.filename.startswith("<ipython")]
        where = [f"    line {own[-1].lineno} of the cell: {own[-1].line}"] if own else []
        return [f"{type(self).__name__}: {self}", *where]


class KnobError(GentutorError, ValueError):
    """A hyper-parameter is unknown, of the wrong type or outside its range."""


class DataError(GentutorError):
    """Base of the errors about bundled or downloaded data and weights."""


class DataMissingError(DataError, FileNotFoundError):
    """A bundled file is not where it should be."""


class NetworkRefusedError(GentutorError):
    """A library wanted to reach the network while a lesson was loading something from the disk."""


class DataDamagedError(DataError):
    """A bundled file is there, but its content is not what its card says."""


class DownloadError(DataError):
    """A full data set was asked for and could not be fetched."""


class TrainingDivergedError(GentutorError, ArithmeticError):
    """A loss became NaN, infinite or absurdly large, and the run was stopped."""


class FrameError(GentutorError, ValueError):
    """What was handed over to be shown or played has the wrong form, such as what a panel's draw function returned."""


class RunStateError(GentutorError):
    """A run was asked for something that its present state or history does not allow."""


class CheckpointError(GentutorError):
    """A checkpoint cannot be written, or does not fit the run that should load it."""


class ExerciseError(GentutorError):
    """An exercise, check, hint or prediction was asked for under a name that does not exist."""


class ClaimError(GentutorError, AssertionError):
    """A sentence that a lesson states turned out false in this very run."""


class LessonError(GentutorError):
    """Base of the errors about lesson notebooks."""


class LessonNotFoundError(LessonError, FileNotFoundError):
    """There is no lesson of that name."""


class LessonDamagedError(LessonError, ValueError):
    """A notebook file cannot be read as a notebook."""


class LessonFormError(LessonError, ValueError):
    """A master lesson is not in canonical form or lacks a part that every lesson has."""


class WorkspaceError(GentutorError):
    """The student's workspace cannot be made or written."""


class SharingError(GentutorError):
    """What a student would share cannot be made or withdrawn, or a file that was shared cannot be read."""


class SetupError(GentutorError):
    """This machine lacks something that the command needs (a port, disk, a version)."""


class GradingError(GentutorError):
    """Grading cannot start or go on: no wall, no place to write, an assignment that changed."""


class SubmissionsError(GradingError):
    """What should hold the submissions is missing, damaged, or tries to write outside of its place."""


class TuningError(GentutorError):
    """A study cannot be made, resumed or spread as it was asked for."""


class LanguageError(GentutorError, ValueError):
    """There is no such language, or its catalogue is damaged."""
