"""A disk that is full and a workspace that is read-only, both real: a tiny tmpfs and a read-only mount by bubblewrap.

Where bubblewrap cannot make them, these tests are skipped.
"""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gentutor.workspace.sandbox import bubblewrap, bubblewrap_works

HELP = """
import contextlib, errno, io, json, os, sys, traceback
from pathlib import Path
here = Path(sys.argv[1])
os.chdir(here)
filler = here / ".filler"

def with_all_lessons(work):
    tiny = os.environ.pop("GENTUTOR_NOTEBOOKS")
    try:
        return work()
    finally:
        os.environ["GENTUTOR_NOTEBOOKS"] = tiny

def fill():
    kept = here / ".gentutor" / "progress.jsonl"  # a file may grow to the end of its last page even on a full disk
    kept.write_bytes(kept.read_bytes() + b"\\n" * (-kept.stat().st_size % 4096))
    with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(4096 if file.tell() < 4_000_000 else 1))
    with contextlib.suppress(OSError), filler.open("ab", buffering=0) as file:
        while True:
            file.write(b"x")

def sentence(work):
    err = io.StringIO()
    with contextlib.redirect_stderr(err):
        try:
            work()
            kind, text = "done", ""
        except Exception as error:
            from gentutor.errors import GentutorError
            kind, text = ("ours" if isinstance(error, GentutorError) else type(error).__name__), str(error)
    print(json.dumps([kind, text, err.getvalue()]))
"""


def behind(place: Path, mount: list[str], script: str) -> list[list[str]]:
    """Run a script with `place` mounted anew; return kind, text and standard error of each call of ``sentence``."""
    if not bubblewrap_works():
        pytest.skip("bubblewrap makes neither a small disk nor a read-only one here")
    walls = ["--bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--bind", str(place), str(place), *mount]
    command = [str(bubblewrap()), *walls, "--die-with-parent", "--unshare-net", sys.executable, "-c"]
    done = subprocess.run(
        [*command, HELP + textwrap.dedent(script), str(place)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]


FULL = """
import torch
from torch import nn
from gentutor.exercises import progress, predict
from gentutor.workspace.student_folder import make_workspace
from gentutor.workspace.sharing import prepare, share
from gentutor.knobs import Knob, KnobSet
from gentutor.training import Batches, Run
from gentutor.training.checkpoints import save
from gentutor.tuning import Study

masters = Path(os.environ["GENTUTOR_NOTEBOOKS"])
sentence(lambda: make_workspace(here))
mine = here / "01_tiny.ipynb"
mine.write_text(mine.read_text() + " \\n")  # the student worked on it
work = mine.read_bytes()
progress.record("hint", "04_vaes", exercise="kl_divergence", number=1)
knobs = KnobSet(Knob("lr", 0.1, 1e-3, 1, help="h", effect="e"))
model = nn.Linear(300, 300)
def update(model, x, settings, generator):
    return {"loss": float(model(x).mean())}
run = Run(update, {"model": model}, Batches(torch.rand(4, 300)), {}, knobs=knobs, steps=3)
def study():
    return Study(lambda values, seed: iter([values["lr"]] * 3), knobs, trials=4, path=here / "study.jsonl", parts=3)
study().run(until=2, progress=False)

fill()
(masters / "02_other.ipynb").write_text((masters / "01_tiny.ipynb").read_text().replace("# 01", "# 02"))
sentence(lambda: make_workspace(here))
sentence(lambda: progress.record("hint", "04_vaes", exercise="kl_divergence", number=2))
sentence(lambda: predict("kl", "How much?", low=0, high=9, guess=3))
sentence(lambda: save(run, here / "run.safetensors"))
sentence(lambda: study().run(progress=False))
sentence(lambda: share(here, with_all_lessons(lambda: prepare(here))))
assert mine.read_bytes() == work
assert [entry["kind"] for entry in progress.entries()] == ["hint", "hint", "prediction"]
assert not list(here.glob("gentutor-share*")), "nothing is shared by halves"

filler.unlink()
sentence(lambda: make_workspace(here))
sentence(lambda: progress.record("hint", "04_vaes", exercise="kl_divergence", number=3))
sentence(lambda: save(run, here / "run.safetensors"))
again = study()
assert len(again.done) >= 2, "no trial that had ended is lost"
sentence(lambda: again.run(progress=False))
assert len(study().made) == 4
assert mine.read_bytes() == work and (here / "02_other.ipynb").exists()
progress.forget()
numbers = [entry["number"] for entry in progress.entries("hint")]
assert numbers == [1, 3], numbers
assert not [path.name for path in here.rglob("*") if path.name.endswith((".part", ".partial"))]
"""


@pytest.fixture
def masters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from tests.workspace.masters import exercise_cells, write_master

    folder = tmp_path / "masters"
    write_master(folder, *exercise_cells())
    monkeypatch.setenv("GENTUTOR_NOTEBOOKS", str(folder))
    return folder


def test_a_full_disk_loses_nothing_and_each_place_says_so(masters: Path, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    said = behind(place, ["--size", str(2_000_000), "--tmpfs", str(place)], FULL)
    before, workspace, hint, guess, checkpoint, study, sharing, *after = said
    assert before[0] == "done"
    assert workspace[0] == checkpoint[0] == study[0] == sharing[0] == "ours", said
    assert "the disk is full" in workspace[1]
    assert "What stood there before is unchanged; free some space" in workspace[1]
    assert hint == ["done", "", hint[2]]
    assert "Your progress could not be saved" in hint[2]
    assert "The lesson goes on" in hint[2]
    assert guess == ["done", "", ""], "said once, not at every move"
    assert "Free some disk space" in checkpoint[1]
    assert "free some space" in study[1]
    assert "the disk is full" in sharing[1]
    assert [one[0] for one in after] == ["done"] * 4, "with some room everything goes on"


READ_ONLY = """
from gentutor.exercises import claim, predict, progress, reveal
from gentutor.workspace.lab import first_page
from gentutor.workspace.sharing import prepare, share, withdraw
from gentutor.workspace.student_folder import make_workspace

masters = Path(os.environ["GENTUTOR_NOTEBOOKS"])
sentence(lambda: make_workspace(here))  # nothing is new: the workspace opens
sentence(lambda: first_page(here))
sentence(lambda: predict("kl", "How much?", low=0, high=9, guess=3))
sentence(lambda: reveal("kl", 4))
assert [entry["kind"] for entry in progress.entries()] == ["hint", "prediction", "reveal"]
sentence(lambda: share(here, with_all_lessons(lambda: prepare(here))))
sentence(lambda: withdraw(here))
(masters / "02_other.ipynb").write_text((masters / "01_tiny.ipynb").read_text().replace("# 01", "# 02"))
sentence(lambda: make_workspace(here))
"""


def test_a_read_only_workspace_opens_and_says_what_is_not_kept(masters: Path, tmp_path: Path) -> None:
    from gentutor.workspace.student_folder import make_workspace

    place = tmp_path / "workspace"
    make_workspace(place)
    entry = {"v": 1, "time": "2026-01-01T00:00:00+00:00", "kind": "hint", "lesson": "04_vaes", "exercise": "elbo"}
    (place / ".gentutor" / "progress.jsonl").write_text(json.dumps(entry | {"number": 1}) + "\n")
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    opened, page, guess, result, sharing, taking_back, new = behind(
        place, ["--ro-bind", str(place), str(place)], READ_ONLY
    )
    assert opened == page == ["done", "", ""]
    assert guess[0] == result[0] == "done", "the lesson goes on"
    assert "Your progress could not be saved" in guess[2]
    assert "Read-only file system" in guess[2]
    for refused in (sharing, taking_back, new):
        assert refused[0] == "ours"
        assert "the disk is read-only" in refused[1]
        assert "choose another folder" in refused[1]
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before
