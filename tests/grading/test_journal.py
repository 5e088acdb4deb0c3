"""The journal: nothing earned is lost, nothing counts twice, whatever happens to the process or the disk."""

import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gentutor.errors import GradingError
from gentutor.grading.journal import FILE, RUN_FILE, Journal
from tests.grading.class_of_fakes import class_of, result


def filled(out, *results, fingerprint="fp", resume=False):
    with Journal(out, fingerprint, resume) as journal:
        for one in results:
            journal.add(one)
    return out / FILE


def earned(out, fingerprint="fp", sha256=None):
    with Journal(out, fingerprint, resume=True) as journal:
        return journal.earned(sha256)


def test_what_was_earned_comes_back_and_the_last_line_of_a_student_counts(tmp_path):
    first, second = result("anna"), result("anna", sha256="9" * 64)
    filled(tmp_path / "new" / "out", first, result("ben"), second)
    assert earned(tmp_path / "new" / "out") == {"anna": second, "ben": result("ben")}


def test_only_the_same_assignment_and_the_same_notebook_count_and_no_fault(tmp_path):
    filled(tmp_path, result("anna"), result("ben", sha256="5"), result("eve", kind="fault"))
    filled(tmp_path, result("old"), fingerprint="other", resume=True)
    assert set(earned(tmp_path)) == {"anna", "ben"}
    assert set(earned(tmp_path, sha256={"anna": "0" * 64, "ben": "changed"})) == {"anna"}
    with Journal(tmp_path, "fp", resume=True) as journal:
        journal.earned()
        assert journal.notes == ["The lesson changed since the earlier run: 1 submission is graded anew."]


def test_a_fault_after_a_mark_is_graded_anew(tmp_path):
    filled(tmp_path, result("anna"), result("anna", kind="fault"))
    assert earned(tmp_path) == {}


def test_a_file_cut_at_any_byte_of_its_last_line_loses_at_most_that_line(tmp_path):
    path = filled(tmp_path, result("anna"), result("ben"))
    whole = path.read_bytes()
    start = whole.rindex(b"\n{", 0, whole.rindex(b'"ben"')) + 1
    for cut in range(start, len(whole) + 1):
        path.write_bytes(whole[:cut])
        found = earned(tmp_path)
        assert found["anna"] == result("anna")
        assert set(found) == ({"anna", "ben"} if cut >= len(whole) - 1 else {"anna"}), cut
    path.write_bytes(whole[: start + 40])
    filled(tmp_path, result("cleo"), resume=True)
    assert set(earned(tmp_path)) == {"anna", "cleo"}, "a line after a half line stands alone"


@pytest.mark.parametrize(
    "junk", [b"\xff\x00", b"[]", b"{}", b'{"v": 1}', b"[" * 5000, b'{"v":1,"fingerprint":"fp","result":3}']
)
def test_damaged_lines_are_skipped_and_told(tmp_path, junk):
    path = filled(tmp_path, result("anna"))
    path.write_bytes(path.read_bytes() + b"\n" + junk + b"\n")
    with Journal(tmp_path, "fp", resume=True) as journal:
        assert set(journal.earned()) == {"anna"}
        assert "1 submission is graded again" in journal.notes[0]


def test_killed_at_any_moment_and_resumed_until_done_every_student_counts_once(tmp_path):
    script = (
        "import sys, time; sys.path.insert(0, '.')\n"
        "from pathlib import Path\n"
        "from gentutor.grading.journal import Journal\n"
        "from tests.grading.class_of_fakes import class_of\n"
        "j = Journal(Path(sys.argv[1]), 'fp', resume=True); done = j.earned()\n"
        "print('go', flush=True)\n"
        "for r in class_of(20):\n"
        "    if r.student not in done and r.kind != 'fault': j.add(r); time.sleep(0.01)\n"
    )
    wanted = {one.student: one for one in class_of(20)}
    seen = 0
    for i in range(4):
        process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(0.03 + 0.01 * i)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = earned(tmp_path)
        assert len(found) >= seen
        assert all(found[name] == wanted[name] for name in found)
        seen = len(found)
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, capture_output=True)
    assert earned(tmp_path) == wanted
    lines = [json.loads(line) for line in (tmp_path / FILE).read_bytes().split(b"\n") if line.strip()]
    assert len(lines) == len(wanted), "nothing was graded twice"


def test_without_resume_an_earlier_run_is_never_overwritten(tmp_path):
    path = filled(tmp_path, result("anna"))
    before = path.read_bytes(), (tmp_path / RUN_FILE).read_bytes()
    with pytest.raises(GradingError, match=r"--resume.*another folder"):
        Journal(tmp_path, "fp")
    assert (path.read_bytes(), (tmp_path / RUN_FILE).read_bytes()) == before
    filled(tmp_path, result("ben"), resume=True)  # the refusal left no lock behind


def test_two_runs_cannot_write_into_one_folder(tmp_path):
    with Journal(tmp_path, "fp"), pytest.raises(GradingError, match="Another run of gentutor grade"):
        Journal(tmp_path, "fp", resume=True)
    Journal(tmp_path, "fp", resume=True).close()


def ready_and_asleep(ready):
    ready.set()
    time.sleep(30)


def test_a_forked_worker_does_not_keep_the_lock(tmp_path):
    journal = Journal(tmp_path, "fp")
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    worker = context.Process(target=ready_and_asleep, args=(ready,))
    worker.start()
    try:
        assert ready.wait(20)
        journal.close()  # as the end of the main process would
        Journal(tmp_path, "fp", resume=True).close()
    finally:
        worker.kill()
        worker.join()


def test_the_seed_is_secret_and_stays_the_same_over_resume(tmp_path):
    with Journal(tmp_path, "fp") as journal:
        seed = journal.seed
        journal.add(result("anna"))
    assert stat.S_IMODE((tmp_path / RUN_FILE).stat().st_mode) == 0o600
    assert str(seed) not in (tmp_path / FILE).read_text()
    with Journal(tmp_path, "fp", resume=True) as journal:
        assert journal.seed == seed
    (tmp_path / RUN_FILE).write_text('{"seed": ')
    with Journal(tmp_path, "fp", resume=True) as journal:
        assert journal.seed != seed
        assert "a new one was drawn" in journal.notes[0]
    with Journal(tmp_path / "other", "fp") as journal:
        assert journal.seed != seed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_a_sentence_that_names_the_next_step(tmp_path):
    journal = Journal(tmp_path, "fp")
    os.close(journal._handle)
    journal._handle = os.open("/dev/full", os.O_WRONLY)
    with journal, pytest.raises(GradingError, match=r"the disk is full.*--resume"):
        journal.add(result("anna"))


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GradingError, match="choose another folder"):
        Journal(tmp_path / "file" / "out", "fp")
