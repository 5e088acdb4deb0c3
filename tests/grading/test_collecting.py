"""Every form in which submissions arrive is read, and whatever is odd about one student stays that student's."""

import json
import os
import socket
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gentutor.errors import SubmissionsError
from gentutor.grading.collecting import collect
from gentutor.grading.names import make_unique, read_canvas, read_moodle, safe_name, same
from gentutor.grading.records import Submission
from tests.workspace.masters import code, exercise_cells, notebook, write_master

LESSON = "01_tiny"
FILE = f"{LESSON}.ipynb"
WORK = json.dumps(notebook(code("x = 1")))


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for submissions; one lesson exists."""
    write_master(tmp_path / "masters", *exercise_cells())
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(tmp_path / "masters"))
    (tmp_path / "box").mkdir()
    yield tmp_path / "box"
    for folder in (tmp_path / "box").rglob("*"):
        if folder.is_dir() and not folder.is_symlink():
            folder.chmod(0o700)


def put(box: Path, *names: str, text: str = WORK) -> None:
    for name in names:
        path = box / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pack(box: Path, members: dict[str, str | bytes], name: str = "class.zip") -> Path:
    path = box.parent / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    return path


def zipped(members: dict[str, str]) -> bytes:
    import io

    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return raw.getvalue()


def run(path: Path, *allowed: str) -> dict[str, Submission]:
    found = collect(path, LESSON, allowed=allowed, scratch=path.parent / "scratch")
    assert [s.student for s in found] == list(dict.fromkeys(s.student for s in found))
    for one in found:
        assert (one.notebook is None) == bool(one.trouble)
        assert one.notebook is None or (one.notebook.is_file() and not one.notebook.is_symlink())
    return {one.student: one for one in found}


def text_of(submission: Submission) -> str:
    assert submission.notebook is not None, submission.trouble
    return submission.notebook.read_text(encoding="utf-8")


# ---- forms -----------------------------------------------------------------------------------------------------


def test_folders_and_flat_files_may_be_mixed(box: Path) -> None:
    put(box, f"ben/{FILE}", "anna.ipynb", f"carl/work/{FILE}")
    put(box, "grades.csv", text="not a student")
    found = run(box)
    assert list(found) == ["anna", "ben", "carl"]
    assert [one.source for one in found.values()] == ["anna.ipynb", f"ben/{FILE}", f"carl/work/{FILE}"]
    assert all(one.notes == () for one in found.values())


@pytest.mark.parametrize("top", ["", "submitted/", "course/submitted/"])
def test_nbgraders_folders(box: Path, top: str) -> None:
    put(box, f"{top}anna/{LESSON}/{FILE}", f"{top}anna/02_other/02_other.ipynb", f"{top}ben/{LESSON}/{FILE}")
    put(box, f"{top}anna/{LESSON}/timestamp.txt", text="now")
    found = run(box)
    assert list(found) == ["anna", "ben"]
    assert found["anna"].notes == ()


def test_a_course_folder_of_nbgrader(box: Path) -> None:
    put(box, f"submitted/anna/{LESSON}/{FILE}", f"source/{LESSON}/{FILE}", f"release/{LESSON}/{FILE}")
    put(box, "nbgrader_config.py", text="c = get_config()")
    assert list(run(box)) == ["anna"]


def test_one_students_folder_is_no_wrapper(box: Path) -> None:
    put(box, f"anna/{FILE}", "anna/scrap.ipynb")
    assert list(run(box)) == ["anna"]


def test_a_single_notebook(box: Path) -> None:
    put(box, "anna.ipynb", "ben.ipynb")
    assert list(run(box / "anna.ipynb")) == ["anna"]


CANVAS = {
    "doejane_12345_67890_01_tiny.ipynb": WORK,
    "doejane_12345_67899_notes.txt": "hello",
    "musterm_ann_LATE_222_900_01_tiny-2.ipynb": WORK,
    "smithjo_333_77_01_tiny.ipynb": "first",
    "smithjo_333_95_01_tiny-1.ipynb": "second",
    "anon_aB3xY_555_01_tiny.ipynb": WORK,
    "readme_444_1_work.zip": zipped({FILE: "inside"}),
}


@pytest.mark.parametrize("unpacked", [False, True])
def test_a_canvas_export(box: Path, unpacked: bool) -> None:
    path = pack(box, CANVAS)
    if unpacked:
        zipfile.ZipFile(path).extractall(box)
    found = run(box if unpacked else path)
    assert list(found) == ["anon_aB3xY", "doejane", "musterm_ann", "readme", "smithjo"]
    assert [one.canvas_id for one in found.values()] == ["", "12345", "222", "444", "333"]
    assert "late" in found["musterm_ann"].notes[0]
    assert "notes.txt" in found["doejane"].notes[0]
    assert text_of(found["smithjo"]) == "second"
    assert "older" in found["smithjo"].notes[0]
    assert text_of(found["readme"]) == "inside"
    assert found["readme"].source.endswith(f"readme_444_1_work.zip: {FILE}")


@pytest.mark.parametrize("unpacked", [False, True])
@pytest.mark.parametrize("form", [f"{{}}_assignsubmission_file{end}{{}}" for end in ("_/", "/", "_")])
def test_a_moodle_export(box: Path, unpacked: bool, form: str) -> None:
    members = {
        form.format("Anna Muster_1234567", FILE): WORK,
        form.format("Jörg O'Neil-Ölçer_2", "my work.ipynb"): WORK,
        "Anna Muster_1234567_assignsubmission_onlinetext_/onlinetext.html": "hello",
        "Only Text_9_assignsubmission_onlinetext_/onlinetext.html": "hello",
    }
    path = pack(box, members)
    if unpacked:
        zipfile.ZipFile(path).extractall(box)
    found = run(box if unpacked else path)
    assert list(found) == ["Anna Muster", "Jörg O'Neil-Ölçer", "Only Text"]
    assert [one.moodle_id for one in found.values()] == ["1234567", "2", "9"]
    assert "onlinetext.html" in found["Only Text"].trouble


def test_a_zip_of_a_folder_of_students(box: Path) -> None:
    litter = {"__MACOSX/class/._anna.ipynb": "x", "class/.DS_Store": "x"}
    assert list(run(pack(box, {"class/anna.ipynb": WORK, "class/ben.ipynb": WORK} | litter))) == ["anna", "ben"]


def test_names_that_look_like_an_export_but_are_none(box: Path) -> None:
    put(box, "max_2023_01_tiny.ipynb", "max_1_01_tiny.ipynb")
    assert list(run(box)) == ["max_1_01_tiny", "max_2023_01_tiny"]


def test_the_readers_of_names() -> None:
    assert read_canvas("anna.ipynb") is None
    assert read_moodle("Anna Muster_12") is None
    read = read_canvas("doejane_LATE_12_34_a_1_2_b-3.ipynb")
    assert read is not None
    assert (read.name, read.late, read.canvas_id, read.number) == ("doejane", True, "12", 34)
    assert (read.original, read.version) == ("a_1_2_b.ipynb", 3)


def test_nobody_takes_the_place_of_another_by_a_file_name(box: Path) -> None:
    put(box, "Anna A_1_assignsubmission_file_x_999_assignsubmission_file_01_tiny.ipynb")
    put(box, "doejane_12_34_smith_56_78_01_tiny.ipynb")
    found = run(box)
    assert {name: one.moodle_id + one.canvas_id for name, one in found.items()} == {"Anna A": "1", "doejane": "12"}


def test_students_without_a_name_are_not_taken_for_one(box: Path) -> None:
    put(box, "LATE_anon_aB3xY_5_01_tiny.ipynb", "LATE_anon_12345_6_01_tiny.ipynb", "anon_54321_7_01_tiny.ipynb")
    assert list(run(box)) == ["anon_12345", "anon_54321", "anon_aB3xY"]
    assert [one.canvas_id for one in run(box).values()] == ["", "", ""]


def test_names_in_every_script(box: Path) -> None:
    put(box, "शर्माप्रिया_12_34_01_tiny.ipynb", "ไชยวงศ์_LATE_56_78_01_tiny.ipynb")
    assert [one.canvas_id for one in run(box).values()] == ["12", "56"]


# ---- odd things -------------------------------------------------------------------------------------------------


def test_links_are_never_followed(box: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.ipynb").write_text(WORK)
    (tmp_path / "other").mkdir()
    put(box, "fine.ipynb", f"beside/{FILE}")
    (box / "anna.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (box / "ben").symlink_to(tmp_path / "other")
    (box / "carl").mkdir()
    (box / "carl" / FILE).symlink_to(tmp_path / "secret.ipynb")
    (box / "beside" / "data.csv").symlink_to(tmp_path / "secret.ipynb")
    found = run(box, "data.csv")
    for name in ("anna", "ben", "carl"):
        assert "link" in found[name].trouble
    assert found["beside"].extras == {}
    assert "link" in " ".join(found["beside"].notes)
    assert not found["fine"].trouble


def test_pipes_sockets_and_folders_in_place_of_notebooks(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(box, "fine.ipynb", f"folder/{FILE}/inner.ipynb", "top.ipynb/inner.ipynb")
    os.mkfifo(box / "pipe.ipynb")
    (box / "empty").mkdir()
    monkeypatch.chdir(box)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("sock.ipynb")
        found = run(box)
    assert "no plain file" in found["pipe"].trouble
    assert "no plain file" in found["sock"].trouble
    assert "folder, not a notebook" in found["folder"].trouble
    assert "empty" in found["empty"].trouble
    assert "folder, not a notebook" in found["top"].trouble
    assert not found["fine"].trouble


def test_unreadable_files_and_folders(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(box, "fine.ipynb", "locked.ipynb", f"closed/{FILE}")
    (box / "locked.ipynb").chmod(0)
    (box / "closed").chmod(0)
    if os.geteuid() == 0:  # whom permissions do not stop
        real_open, real_scan = os.open, os.scandir

        def refuse_open(path: Path, *rest: int, **more: int) -> int:
            if "locked" in str(path):
                raise PermissionError(13, "Permission denied", str(path))
            return real_open(path, *rest, **more)

        def refuse_scan(path: Path) -> object:
            if "closed" in str(path):
                raise PermissionError(13, "Permission denied", str(path))
            return real_scan(path)

        monkeypatch.setattr(os, "open", refuse_open)
        monkeypatch.setattr(os, "scandir", refuse_scan)
    found = run(box)
    assert "cannot be read" in found["locked"].trouble
    assert "cannot be read" in found["closed"].trouble
    assert not found["fine"].trouble


def test_checkpoints_and_litter_are_ignored(box: Path) -> None:
    put(box, f"anna/{FILE}", f"anna/.ipynb_checkpoints/{FILE}", "anna/.DS_Store", "__MACOSX/x.ipynb", ".hidden.ipynb")
    found = run(box)
    assert list(found) == ["anna"]
    assert found["anna"].notes == ()


def test_several_notebooks(box: Path) -> None:
    lesson = json.dumps(notebook(*exercise_cells()))
    put(box, f"byname/{FILE}", "byname/a.ipynb", "byname/b.ipynb")
    put(box, "bycells/a.ipynb", "bycells/b.ipynb", "unclear/a.ipynb", "unclear/b.ipynb")
    put(box, "bycells/b.ipynb", text=lesson)
    put(box, "near/01_tiny (1).ipynb", "near/z.ipynb", f"deep/old/{FILE}", f"deep/{FILE}")
    put(box, f"twins/one/{FILE}", f"twins/two/{FILE}", "other/02_other.ipynb", "renamed/02_mine.ipynb")
    put(box, "renamed/02_mine.ipynb", text=lesson)
    found = run(box)
    assert found["byname"].source == f"byname/{FILE}"
    assert "Ignored 2 other files: a.ipynb, b.ipynb." in found["byname"].notes
    assert found["bycells"].source == "bycells/b.ipynb"
    assert "2 notebooks" in found["unclear"].trouble
    assert found["near"].source == "near/01_tiny (1).ipynb"
    assert found["deep"].source == f"deep/{FILE}"
    assert "2 files called" in found["twins"].trouble
    assert "02_other.ipynb" in found["other"].trouble
    assert not found["renamed"].trouble


def test_notebooks_that_are_none_do_not_stop_the_choice(box: Path) -> None:
    put(box, "anna/a.ipynb", text="[" * 100_000)
    put(box, "anna/b.ipynb", text='{"cells": [3, {"metadata": 4, "id": []}, null]}')
    put(box, "anna/c.ipynb", text=json.dumps(notebook(*exercise_cells())))
    assert run(box)["anna"].source == "anna/c.ipynb"


def test_extras_are_allowed_by_exact_name_beside_the_notebook(box: Path) -> None:
    put(box, f"anna/{FILE}", f"ben/{FILE}")
    put(box, "anna/data.csv", "anna/Data.csv", "anna/torch.py", "ben/sub/data.csv", text="1")
    found = run(box, "data.csv")
    assert {name: path.name for name, path in found["anna"].extras.items()} == {"data.csv": "data.csv"}
    assert found["anna"].notes == ("Ignored 2 other files: Data.csv, torch.py.",)
    assert found["ben"].extras == {}


def test_an_extra_that_is_too_large(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gentutor.grading.listing.MAX_FILE_BYTES", 1000)
    put(box, f"anna/{FILE}")
    put(box, "anna/data.csv", text="1" * 1001)
    found = run(box, "data.csv")["anna"]
    assert found.extras == {}
    assert "larger" in found.notes[0]


def test_a_students_own_zip(box: Path) -> None:
    put(box, f"beside/{FILE}")
    for name, members in {
        "beside": {FILE: "other"},
        "instead": {f"work/{FILE}": "inside", "work/data.csv": "1", "__MACOSX/x": ""},
        "nothing": {"a.txt": "x"},
        "flat": {FILE: "inside"},
    }.items():
        (box / name).mkdir(exist_ok=True)
        (box / name / "work.zip").write_bytes(zipped(members))
    (box / "flat" / "work.zip").rename(box / "flat.zip")
    (box / "flat").rmdir()
    (box / "broken").mkdir()
    (box / "broken" / "work.zip").write_bytes(b"PK no zip")
    found = run(box, "data.csv")
    assert text_of(found["beside"]) == WORK
    assert "work.zip" in found["beside"].notes[0]
    assert text_of(found["instead"]) == "inside"
    assert found["instead"].extras["data.csv"].read_text() == "1"
    assert text_of(found["flat"]) == "inside"
    assert "a.txt" in found["nothing"].trouble
    assert "work.zip" in found["broken"].trouble


def test_a_bomb_in_a_students_zip_costs_only_that_student(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gentutor.grading.collecting.OWN_ZIP_BYTES", 100_000)
    monkeypatch.setattr("gentutor.grading.collecting.OWN_ZIP_MEMBERS", 50)
    put(box, f"anna/{FILE}")
    for name, members in {"bomb": {FILE: "0" * 200_000}, "crowd": {f"{n}.ipynb": "" for n in range(60)}}.items():
        (box / name).mkdir()
        (box / name / "work.zip").write_bytes(zipped(members))
    found = run(box)
    assert "unpacks to more" in found["bomb"].trouble
    assert "cannot be opened" in found["crowd"].trouble
    assert not found["anna"].trouble


# ---- names ------------------------------------------------------------------------------------------------------


def test_names_that_clash_are_kept_apart_and_told(box: Path) -> None:
    put(box, "anna.ipynb", f"Anna/{FILE}", f"anna/{FILE}", "anna-2.ipynb", text="x")
    decomposed = unicodedata.normalize("NFD", "Zoë")
    put(box, "Zoë.ipynb", f"{decomposed}.ipynb")
    found = run(box)
    assert len(found) == 6
    assert {one.source for one in found.values()} == {
        "anna.ipynb", f"Anna/{FILE}", f"anna/{FILE}", "anna-2.ipynb", "Zoë.ipynb"
    }  # fmt: skip
    assert found["anna-2"].source == "anna-2.ipynb"  # whose name it was keeps it
    assert sum(bool(one.notes) for one in found.values()) >= 3


def test_namesakes_on_canvas_are_told_apart_by_their_number(box: Path) -> None:
    put(box, "lee_1_10_01_tiny.ipynb", "lee_2_20_01_tiny.ipynb")
    assert list(run(box)) == ["lee-1", "lee-2"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("=cmd()", "=cmd()"), ("a\u202egnp.exe", "a_gnp.exe"), ("a\x07b\nc", "a_b c"), ("CON", "_CON"),
        ("lpt1.txt", "_lpt1.txt"), ("..", "unnamed"), ("a/b\\c", "a_b_c"), ("  ", "unnamed"), ("x. ", "x"),
        (unicodedata.normalize("NFD", "é"), "é"), ("Console", "Console"), (".hidden", "hidden"), ("\udce4", "_"),
    ],
)  # fmt: skip
def test_safe_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_strange_file_names_on_disk(box: Path) -> None:
    names = ["=cmd|' !A0'", "a\u202eb", "a\nb", "x" * 240, "x" * 239 + "y", "nul"]
    put(box, *(f"{name}.ipynb" for name in names))
    with open(os.fsencode(box) + b"/\xff\xfe.ipynb", "wb") as file:
        file.write(WORK.encode())
    found = run(box)
    assert len(found) == 7
    assert not any(one.trouble for one in found.values())
    for name, one in found.items():
        assert name.isprintable()
        assert one.source.isprintable()
        assert all(note.isprintable() for note in one.notes)


any_name = st.text(st.characters(), max_size=300)
pieces = ["a", "A", "ß", "ss", "é", "e\u0301", ".", " ", "-2", "con", "\u202e", "/", "\\", "ﬁ", "İ", "\0", "x" * 60]
tricky = st.lists(st.sampled_from(pieces), max_size=5).map("".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(any_name | tricky, st.sampled_from(["", "7", "8"])), max_size=12))
def test_names_are_always_safe_and_unique(names: list[tuple[str, str]]) -> None:
    given_names = make_unique(names)
    assert len({same(name) for name in given_names}) == len(names)
    for name in given_names:
        assert name
        assert name == unicodedata.normalize("NFC", name)
        assert len(name.encode()) <= 120
        assert not set(name) & set('/\\:*?"<>|\0')
        assert all(unicodedata.category(letter)[0] != "C" for letter in name)
        assert name not in (".", "..")
        assert name[0] not in ". "
        assert name[-1] not in ". "
        assert name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


# ---- the whole --------------------------------------------------------------------------------------------------


def test_what_cannot_be_used_at_all_is_a_sentence(box: Path) -> None:
    with pytest.raises(SubmissionsError, match=r"There is no .*Give the folder"):
        run(box.parent / "missing")
    with pytest.raises(SubmissionsError, match=r"There are no submissions.*Expected"):
        run(box)
    put(box, "class.tar.gz", "cut.zip", text="x")
    with pytest.raises(SubmissionsError, match="unpack it and give the folder"):
        run(box / "class.tar.gz")
    with pytest.raises(SubmissionsError, match="Download it again"):
        run(box / "cut.zip")
    with pytest.raises(SubmissionsError, match="no submissions"):
        run(pack(box, {"__MACOSX/x": ""}))


def test_the_order_never_changes(box: Path) -> None:
    put(box, "ben.ipynb", f"Carl/{FILE}", "anna.ipynb", f"Ümit/{FILE}", f"ben/{FILE}")
    first, second = (collect(box, LESSON, scratch=box.parent / "s") for _ in range(2))
    assert first == second
    assert [one.student for one in first][:2] == ["anna", "ben"]


def test_nothing_that_was_handed_in_is_changed(box: Path) -> None:
    put(box, f"anna/{FILE}", f"ben/{FILE}")
    (box / "ben" / "work.zip").write_bytes(zipped({FILE: "x"}))
    before = {path: path.read_bytes() for path in box.rglob("*") if path.is_file()}
    run(box)
    assert {path: path.read_bytes() for path in box.rglob("*") if path.is_file()} == before
