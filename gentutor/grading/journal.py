"""The journal of a grading run: each verdict on the disk the moment it is earned, so that none is lost or made twice.

``verdicts.jsonl`` is only ever appended to, each line by one write that begins with a line break. A line that a kill,
a full disk or a power cut left half written therefore spoils only itself, and that one submission is graded again.
``.gentutor-grading.json`` keeps the run's secret seed; only its owner may read it.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import gentutor
from gentutor.errors import GradingError, WorkspaceError
from gentutor.grading.records import FAULT, KINDS, Result
from gentutor.workspace.files import make_folder, write_failure

FILE = "verdicts.jsonl"
RUN_FILE = ".gentutor-grading.json"
LOCK_FILE = ".gentutor-grading.lock"
SCHEMA = 1  # the "v" of every line; lines of another schema do not count

_locks: set[int] = set()
_told_forks: list[bool] = []  # whether forked workers let go of the locks


class Journal:
    """The verdicts of one grading run in one folder, locked against a second run.

    Parameters
    ----------
    out : pathlib.Path
        The folder of the results; made when it is not there.
    assignment_fingerprint : str
        What the marks depend on, of the lesson; verdicts with another fingerprint do not count.
    resume : bool
        Whether to go on with what an earlier run earned.

    Attributes
    ----------
    seed : int
        The run's secret seed; a resumed run has that of the run before.
    notes : list of str
        Sentences for the teacher about what was found in the folder.

    Raises
    ------
    GradingError
        When the folder holds verdicts and `resume` is false, when another run is writing there, or when it cannot be
        written.
    """

    def __init__(self, out: Path, assignment_fingerprint: str, resume: bool = False) -> None:
        self.out = out
        self.path = out / FILE
        self.fingerprint = assignment_fingerprint
        self.notes: list[str] = []
        try:
            make_folder(out)
        except WorkspaceError as error:
            raise GradingError(str(error)) from error
        self._lock = _locked(out)
        try:
            if not resume and self.path.exists() and self.path.read_bytes().strip():
                raise GradingError(
                    f"{out} already holds the verdicts of an earlier run. To go on with that run, add --resume; to "
                    "start anew, choose another folder with --out. Nothing was changed."
                )
            self.seed = self._seed_of_run(resume)
            self._handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError as error:
            self._unlock()
            raise _no_place(self.path, error) from error
        except BaseException:
            self._unlock()
            raise

    def add(self, result: Result) -> None:
        """Write one result to the disk.

        Raises
        ------
        GradingError
            When it could not be written.
        """
        line = {"v": SCHEMA, "fingerprint": self.fingerprint, "result": result.to_json()}
        # The line begins with a line break, so that it stands alone even after a half-written one.
        text = b"\n" + json.dumps(line, ensure_ascii=True).encode() + b"\n"
        try:
            if os.write(self._handle, text) != len(text):
                raise OSError(errno.ENOSPC, "the disk is full")
            os.fsync(self._handle)
        except OSError as error:
            raise _no_place(self.path, error) from error

    def earned(self, sha256: Mapping[str, str] | None = None) -> dict[str, Result]:
        """Return what counts of an earlier run, by student.

        The last line of a student counts, if it was made for this assignment and is no fault of the grader.

        Parameters
        ----------
        sha256 : mapping of str to str, optional
            For each student, the SHA-256 of the notebook that is to be graded now, empty where there is none. Results
            of another notebook do not count then.

        Raises
        ------
        GradingError
            When the journal cannot be read.
        """
        last: dict[str, tuple[str, Result]] = {}
        for fingerprint, result in self._read():
            last[result.student] = (fingerprint, result)
        old = [student for student, (fingerprint, _) in last.items() if fingerprint != self.fingerprint]
        if old:
            self._note(f"The lesson changed since the earlier run: {_of(len(old))} graded anew.")
        return {
            student: result
            for student, (fingerprint, result) in last.items()
            if fingerprint == self.fingerprint
            and result.kind != FAULT
            and (sha256 is None or sha256.get(student) == result.sha256)
        }

    def close(self) -> None:
        """Let other runs use the folder; the journal is complete on the disk already."""
        with suppress(OSError):
            os.close(self._handle)
        self._unlock()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def _unlock(self) -> None:
        if self._lock is not None:
            _locks.discard(self._lock)
            with suppress(OSError):
                os.close(self._lock)
            self._lock = None

    def _read(self) -> Iterator[tuple[str, Result]]:
        """Yield fingerprint and result of every whole line, oldest first."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except OSError as error:
            raise GradingError(f"{self.path} cannot be read: {error.strerror}. Choose another folder.") from error
        damaged = 0
        for line in filter(bytes.strip, lines):
            found = _entry(line)
            damaged += found is None
            if found is not None:
                yield found
        if damaged:
            self._note(f"{_of(damaged)} graded again, because its line in {FILE} was cut off or damaged.")

    def _seed_of_run(self, resume: bool) -> int:
        path = self.out / RUN_FILE
        if resume:
            with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
                seed = json.loads(path.read_bytes())["seed"]
                if isinstance(seed, int) and not isinstance(seed, bool):
                    return seed
            if self.path.exists():
                self._note(f"The secret seed of the earlier run is lost ({RUN_FILE}); a new one was drawn.")
        seed = secrets.randbits(62)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        run = {"seed": seed, "fingerprint": self.fingerprint, "gentutor": gentutor.__version__, "started": started}
        handle, temporary = tempfile.mkstemp(prefix=f"{RUN_FILE}.", dir=self.out)  # readable by its owner only
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(run, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        return seed


def _entry(line: bytes) -> tuple[str, Result] | None:
    """What a line of the journal says, or None where it is damaged."""
    try:
        values = json.loads(line)
        result = Result.from_json(values["result"])
        if values["v"] != SCHEMA or result.kind not in KINDS or not isinstance(result.student, str):
            return None
        return str(values["fingerprint"]), result
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _of(n: int) -> str:
    return "1 submission is" if n == 1 else f"{n} submissions are"


def _no_place(path: Path, error: OSError) -> GradingError:
    return GradingError(f"{write_failure(path, error)} Every verdict before this one is safe; go on with --resume.")


def _locked(out: Path) -> int | None:
    """Lock the folder for this process; None where the file system or the system has no locks."""
    try:
        import fcntl
    except ImportError:  # Windows, where there is no wall either
        return None
    try:
        handle = os.open(out / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _no_place(out, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            os.close(handle)
            raise GradingError(
                f"Another run of gentutor grade is writing into {out} at this moment. Wait until it has ended, or "
                "choose another folder with --out."
            ) from error
    if not _told_forks:
        _told_forks.append(True)
        os.register_at_fork(after_in_child=_let_go)
    _locks.add(handle)
    return handle


def _let_go() -> None:
    """In a forked worker: close the lock, which would otherwise outlive a killed main process."""
    for handle in _locks:
        with suppress(OSError):
            os.close(handle)
    _locks.clear()
