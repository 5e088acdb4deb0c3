"""Zip files from strangers: nothing lands outside, nothing grows without bound, one bad member is only itself."""

import io
import os
import stat
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gentutor.errors import SubmissionsError
from gentutor.grading.archives import Archive
from gentutor.grading.collecting import collect
from gentutor.grading.unpacking import Limits, MemberError, Scratch

SMALL = Limits(
    members=20, member_bytes=100_000, total_bytes=150_000, ratio=100, ratio_from=10_000, depth=4
)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "scratch", SMALL)


def make(folder: Path, *members: tuple[zipfile.ZipInfo | str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", kind) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return path


def troubles(path: Path, scratch: Scratch) -> list[str]:
    """What is wrong with each member; empty where it could be had, and was."""
    archive = Archive(path, path.name, scratch)
    said = []
    for member in archive.members:
        try:
            archive.extract(member)
            said.append("")
        except MemberError as error:
            said.append(str(error))
    archive.close()
    return said


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_plain_member_is_a_plain_file(tmp_path: Path, scratch: Scratch) -> None:
    info = zipfile.ZipInfo("x/anna.ipynb")
    info.external_attr = (stat.S_IFREG | 0o6777) << 16
    archive = Archive(make(tmp_path, (info, b"hello")), "a.zip", scratch)
    path = archive.extract(archive.members[0], ".ipynb")
    archive.close()
    assert path.read_bytes() == b"hello"
    assert path.parent == scratch.folder
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert archive.members[0].parts == ("x", "anna.ipynb")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "absolute"), ("../up.ipynb", "leads out"), ("a/../../up", "leads out"), ("C:/x", "absolute"),
        ("a\\b", "backslash"), ("a/b/c/d/e/f", "folders deep"), ("//host/x", "absolute"),
    ],
)  # fmt: skip
def test_path_tricks(tmp_path: Path, scratch: Scratch, name: str, reason: str) -> None:
    path = make(tmp_path, (name, b"bad"), ("fine.ipynb", b"good"))
    before = everything(tmp_path)
    said = troubles(path, scratch)
    assert reason in said[0]
    assert said[1] == ""
    assert everything(tmp_path) - before == {"scratch/000001.bin"}


def test_a_nul_in_a_name(tmp_path: Path, scratch: Scratch) -> None:
    path = make(tmp_path, ("abXcd", b"bad"))
    path.write_bytes(path.read_bytes().replace(b"abXcd", b"ab\0cd"))
    assert "NUL" in troubles(path, scratch)[0]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_members_that_are_no_files(tmp_path: Path, scratch: Scratch, kind: int) -> None:
    info = zipfile.ZipInfo("x.ipynb")
    info.external_attr = (kind | 0o777) << 16
    (said,) = troubles(make(tmp_path, (info, b"/etc/passwd")), scratch)
    assert "link" in said or "no plain file" in said


def test_two_members_of_one_name(tmp_path: Path, scratch: Scratch) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = make(tmp_path, ("a.ipynb", b"1"), ("a.ipynb", b"2"), ("A.ipynb", b"3"), ("b.ipynb", b"4"))
    said = troubles(path, scratch)
    assert all("more than one" in text for text in said[:3])
    assert said[3] == ""


def test_unusual_methods(tmp_path: Path, scratch: Scratch) -> None:
    assert "unusual" in troubles(make(tmp_path, ("a", b"x" * 99), kind=zipfile.ZIP_BZIP2), scratch)[0]


def test_passwords(tmp_path: Path, scratch: Scratch) -> None:
    path = make(tmp_path, ("a.ipynb", b"x"), ("b.ipynb", b"x"))
    raw = bytearray(path.read_bytes())
    at = raw.find(b"PK\x01\x02")
    raw[at + 8] |= 1
    path.write_bytes(raw)
    said = troubles(path, scratch)
    assert "password" in said[0]
    assert said[1] == ""
    raw[raw.find(b"PK\x01\x02", at + 4) + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(SubmissionsError, match="password"):
        collect(path, "01_tiny", scratch=tmp_path / "s")


def test_a_member_that_grows(tmp_path: Path, scratch: Scratch) -> None:
    path = make(tmp_path, ("ratio", b"0" * 90_000), ("size", os.urandom(100_001)), ("fine", b"0" * 9_000))
    said = troubles(path, scratch)
    assert "fold" in said[0]
    assert "larger" in said[1]
    assert said[2] == ""
    assert len(list(scratch.folder.iterdir())) == 1  # what was begun is gone again


def test_headers_are_not_believed(tmp_path: Path, scratch: Scratch) -> None:
    path = make(tmp_path, ("a", os.urandom(200_000)))
    raw = bytearray(path.read_bytes())
    at = raw.find(b"PK\x01\x02")
    struct.pack_into("<L", raw, at + 24, 10)  # "10 bytes unpacked"
    struct.pack_into("<L", raw, 22, 10)
    path.write_bytes(raw)
    (said,) = troubles(path, scratch)
    assert "larger" in said or "damaged" in said
    assert list(scratch.folder.iterdir()) == []


def test_everything_together_is_limited(tmp_path: Path, scratch: Scratch) -> None:
    path = make(tmp_path, ("a", os.urandom(90_000)), ("b", os.urandom(90_000)))
    with pytest.raises(SubmissionsError, match="unpack to more than"):
        troubles(path, scratch)
    part = Scratch(tmp_path / "two", replace(SMALL, total_bytes=100_000)).part(members=20, total_bytes=100_000)
    assert "unpacks to more than" in troubles(path, part)[1]


def test_parts_share_what_there_is(tmp_path: Path) -> None:
    room = Scratch(tmp_path / "two", SMALL)
    path = make(tmp_path, ("a", os.urandom(90_000)))
    first, second = ([troubles(path, room.part(members=20, total_bytes=100_000))][0] for _ in range(2))
    assert first == [""]
    assert "unpacks to more" in second[0]


def test_too_many_members(tmp_path: Path, scratch: Scratch) -> None:
    path = make(tmp_path, *((f"{n}", b"") for n in range(21)))
    with pytest.raises(SubmissionsError, match="more than 20 members"):
        Archive(path, path.name, scratch)


def test_a_crowd_is_counted_before_it_is_read(
    tmp_path: Path, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path, *((f"{n}", b"") for n in range(21)))
    monkeypatch.setattr("zipfile.ZipFile", lambda *_: pytest.fail("the directory was read"))
    with pytest.raises(SubmissionsError, match="more than 20 members"):
        Archive(path, path.name, scratch)


def test_overlapping_members(tmp_path: Path, scratch: Scratch) -> None:
    path = make(tmp_path, ("a", b"0" * 500), ("b", b"1" * 500), kind=zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    second = raw.find(b"PK\x01\x02", raw.find(b"PK\x01\x02") + 4)
    struct.pack_into("<L", raw, second + 42, 0)  # the second begins where the first does
    path.write_bytes(raw)
    with pytest.raises(SubmissionsError, match="overlap"):
        Archive(path, path.name, scratch)


def test_a_zip_that_was_cut_off(tmp_path: Path, scratch: Scratch) -> None:
    path = make(tmp_path, ("a.ipynb", os.urandom(5000)))
    whole = path.read_bytes()
    for length in (0, 3, 100, len(whole) - 30, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(SubmissionsError, match="Download it again"):
            Archive(path, path.name, scratch)


def test_one_damaged_member_is_one_students_trouble(tmp_path: Path) -> None:
    path = make(tmp_path, ("anna.ipynb", b"x" * 500), ("ben.ipynb", b"y" * 500), kind=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"x" * 500, b"x" * 499 + b"z"))
    anna, ben = collect(path, "01_tiny", scratch=tmp_path / "s")
    assert "damaged" in anna.trouble
    assert anna.notebook is None
    assert ben.notebook is not None


def test_members_refused_are_their_students_trouble(tmp_path: Path) -> None:
    path = make(tmp_path, ("../anna.ipynb", b"x"), ("ben.ipynb", b"y"))
    anna, ben = collect(path, "01_tiny", scratch=tmp_path / "s")
    assert "leads out" in anna.trouble
    assert not ben.trouble


def test_links_in_the_scratch_folder_are_not_written_through(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "scratch", SMALL)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (scratch.folder / "000001.bin").symlink_to(victim)
    (scratch.folder / "000002.bin").symlink_to(tmp_path / "nowhere")
    assert troubles(make(tmp_path, ("a", b"bad")), scratch) == [""]
    assert victim.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    assert (scratch.folder / "000003.bin").read_bytes() == b"bad"


def test_names_written_in_utf8_without_saying_so(tmp_path: Path, scratch: Scratch) -> None:
    path = make(tmp_path, ("Jürgen", b"x"))
    raw = bytearray(path.read_bytes())
    raw[7] &= ~0x08
    raw[raw.find(b"PK\x01\x02") + 9] &= ~0x08
    path.write_bytes(raw)
    archive = Archive(path, path.name, scratch)
    assert archive.members[0].parts == ("Jürgen",)
    archive.close()


pieces = st.sampled_from(["..", ".", "", "a", "/", "\\", "C:", "x.ipynb", "~", "\0", "\u202e", "con", "b" * 300])
member_names = st.lists(pieces, min_size=1, max_size=6).map("/".join) | st.text(min_size=1, max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(member_names, min_size=1, max_size=5, unique=True))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_nothing_ever_lands_outside(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("box")
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name in names:
            try:
                info = zipfile.ZipInfo(name)
                info.filename = name  # the constructor cuts at NUL
                archive.writestr(info, b"{}")
            except (UnicodeEncodeError, IndexError):
                continue
    (folder / "a.zip").write_bytes(raw.getvalue())
    try:
        found = collect(folder / "a.zip", "01_tiny", scratch=folder / "scratch")
    except SubmissionsError:
        found = []
    for one in found:
        assert one.notebook is None or one.notebook.parent == folder / "scratch"
    assert {path.name for path in folder.iterdir()} <= {"a.zip", "scratch"}
    assert all(path.is_file() and path.name[:6].isdigit() for path in (folder / "scratch").iterdir())
