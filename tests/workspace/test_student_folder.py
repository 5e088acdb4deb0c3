"""A student's work is never overwritten, whatever happens: new releases, lost records, full disks."""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gentutor.errors import LessonDamagedError, WorkspaceError
from gentutor.workspace.files import write_text
from gentutor.workspace.student import student_copy
from gentutor.workspace.student_folder import Arrival, make_workspace
from tests.workspace.masters import code, exercise_cells, write_master


@pytest.fixture
def masters(tmp_path: Path) -> Path:
    write_master(tmp_path / "masters", *exercise_cells())
    return tmp_path / "masters"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "work" / "space"


def release(masters: Path, text: str) -> str:
    """Change the master, as a new version of gentutor would; return what its copy says."""
    return student_copy(write_master(masters, *exercise_cells(), code(f"print({text!r})")))


def whats(arrivals: list[Arrival]) -> list[str]:
    return [arrival.what for arrival in arrivals]


def test_copies_are_made_once(masters: Path, folder: Path) -> None:
    assert whats(make_workspace(folder, masters)) == ["made"]
    copy = folder / "01_tiny.ipynb"
    assert copy.read_text(encoding="utf-8") == student_copy(masters / "01_tiny.ipynb")
    assert (folder / ".gentutor" / "release.json").exists()
    before = copy.stat().st_mtime_ns
    assert whats(make_workspace(folder, masters)) == ["unchanged"]
    assert copy.stat().st_mtime_ns == before


def test_a_damaged_master_keeps_no_other_lesson_from_the_student(masters: Path, folder: Path) -> None:
    (masters / "02_broken.ipynb").write_text("{", encoding="utf-8")
    made, left_out = make_workspace(folder, masters)
    assert (made.what, left_out.what) == ("made", "damaged")
    assert "02_broken" in left_out.sentence
    assert "line 1" in left_out.sentence
    (masters / "01_tiny.ipynb").unlink()
    with pytest.raises(LessonDamagedError):
        make_workspace(folder, masters)


def test_the_second_time_needs_no_nbgrader(masters: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_workspace(folder, masters)

    def never(_: object) -> str:
        raise AssertionError("the copy was made again")

    monkeypatch.setattr("gentutor.workspace.student_folder.student_copy", never)
    assert whats(make_workspace(folder, masters)) == ["unchanged"]


def test_an_untouched_copy_is_brought_up_to_date(masters: Path, folder: Path) -> None:
    make_workspace(folder, masters)
    text = release(masters, "second")
    (arrival,) = make_workspace(folder, masters)
    assert arrival.what == "updated"
    assert "brought up to date" in arrival.sentence
    assert (folder / "01_tiny.ipynb").read_text(encoding="utf-8") == text


def test_a_touched_copy_stays_and_the_release_is_put_beside_it_once(masters: Path, folder: Path) -> None:
    make_workspace(folder, masters)
    mine = folder / "01_tiny.ipynb"
    mine.write_text(mine.read_text() + "\n")  # one byte is enough
    work = mine.read_bytes()
    text = release(masters, "second")
    (arrival,) = make_workspace(folder, masters)
    assert (arrival.what, arrival.path.name) == ("beside", "01_tiny.release-2.ipynb")
    assert "untouched" in arrival.sentence
    assert arrival.path.read_text(encoding="utf-8") == text
    assert mine.read_bytes() == work
    assert whats(make_workspace(folder, masters)) == ["unchanged"]
    assert len(list(folder.glob("*.ipynb"))) == 2


def test_the_release_beside_is_replaced_only_while_untouched(masters: Path, folder: Path) -> None:
    make_workspace(folder, masters)
    (folder / "01_tiny.ipynb").write_text("mine")
    release(masters, "second")
    make_workspace(folder, masters)
    release(masters, "third")
    assert make_workspace(folder, masters)[0].path.name == "01_tiny.release-2.ipynb"
    (folder / "01_tiny.release-2.ipynb").write_text("mine, too")
    text = release(masters, "fourth")
    assert make_workspace(folder, masters)[0].path.name == "01_tiny.release-3.ipynb"
    assert (folder / "01_tiny.ipynb").read_text() == "mine"
    assert (folder / "01_tiny.release-2.ipynb").read_text() == "mine, too"
    assert (folder / "01_tiny.release-3.ipynb").read_text(encoding="utf-8") == text


def test_a_deleted_copy_is_made_again(masters: Path, folder: Path) -> None:
    make_workspace(folder, masters)
    (folder / "01_tiny.ipynb").unlink()
    assert whats(make_workspace(folder, masters)) == ["made"]


@pytest.mark.parametrize("record", [None, b"", b"{", b"[1]", b'{"01_tiny": 3}', b"\xff"])
def test_without_a_record_everything_counts_as_touched(masters: Path, folder: Path, record: bytes | None) -> None:
    make_workspace(folder, masters)
    path = folder / ".gentutor" / "release.json"
    path.unlink()
    if record is not None:
        path.write_bytes(record)
    assert whats(make_workspace(folder, masters)) == ["unchanged"]
    path.unlink()
    old = (folder / "01_tiny.ipynb").read_bytes()
    release(masters, "second")
    assert whats(make_workspace(folder, masters)) == ["beside"]
    assert (folder / "01_tiny.ipynb").read_bytes() == old


def test_a_file_that_is_no_text_is_a_students_work_too(masters: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "01_tiny.ipynb").write_bytes(b"\xff\x00")
    assert whats(make_workspace(folder, masters)) == ["beside"]
    assert (folder / "01_tiny.ipynb").read_bytes() == b"\xff\x00"


def test_the_masters_folder_is_no_workspace(masters: Path) -> None:
    before = (masters / "01_tiny.ipynb").read_bytes()
    with pytest.raises(WorkspaceError, match="holds the master lessons"):
        make_workspace(masters, masters)
    assert (masters / "01_tiny.ipynb").read_bytes() == before


def test_a_file_in_the_way_is_named(masters: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(WorkspaceError, match=r"taken.*: a part of the path is a file"):
        make_workspace(tmp_path / "taken", masters)
    assert (tmp_path / "taken").read_text() == "mine"


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from gentutor.errors import LessonDamagedError, WorkspaceError
from gentutor.workspace.student_folder import make_workspace
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # the write fails in the middle of the file
try:
    make_workspace(Path(sys.argv[1]), Path(sys.argv[2]))
except WorkspaceError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are a Unix matter")
def test_a_write_that_fails_halfway_leaves_the_old_file_whole(masters: Path, folder: Path) -> None:
    make_workspace(folder, masters)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    release(masters, "second")
    command = [sys.executable, "-c", FULL_DISK, str(folder), str(masters)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Cannot write" in done.stdout
    assert "What stood there before is unchanged" in done.stdout
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert signal.getsignal(signal.SIGXFSZ) is not None
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1000  # the limit held only for the child


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (28, "the disk is full"),
        (30, "the disk is read-only"),
        (13, "you have no permission to write there"),
        (122, "your disk quota is used up"),
    ],
)
def test_every_reason_has_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, sentence: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "file.txt"
    path.write_text("old")
    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(WorkspaceError, match=sentence):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_copys_permissions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old")
    path.chmod(0o640)
    write_text(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_the_record_is_plain_json(masters: Path, folder: Path) -> None:
    make_workspace(folder, masters)
    record = json.loads((folder / ".gentutor" / "release.json").read_text())
    assert set(record["01_tiny"]) == {"master", "release", "files"}
