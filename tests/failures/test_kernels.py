"""A kernel that is killed while it trains, and two kernels on one workspace: what was kept stays whole."""

import json
import multiprocessing
import time
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from gentutor.exercises import progress
from gentutor.workspace.student_folder import make_workspace
from tests.workspace.masters import exercise_cells, write_master

TRAINING = """
from pathlib import Path
import torch
from torch import nn
from gentutor.exercises import hint, predict
from gentutor.knobs import Knob, KnobSet
from gentutor.training import Batches, Run
from gentutor.training.checkpoints import load, save

knobs = KnobSet(Knob("batch_size", 8, 1, 64, help="h", effect="e"))

def update(model, optimiser, x, settings, generator):
    loss = ((model(x) - 1) ** 2).mean()
    optimiser.zero_grad(); loss.backward(); optimiser.step()
    return {"loss": loss.item()}

def new_run():
    torch.manual_seed(0)
    model = nn.Linear(64, 64)
    parts = {"model": model, "optimiser": torch.optim.SGD(model.parameters(), lr=0.1)}
    return Run(update, parts, Batches(torch.rand(64, 64)), {}, knobs=knobs, steps=100_000)

run, path = new_run(), Path("run.safetensors")
"""
ENDLESS = """
predict("kl", "How much?", low=0, high=9, guess=4)
save(run, path)
while True:
    hint("kl_divergence")
    run.step()
    save(run, path)
"""
AFTER = """
from gentutor.exercises.predictions import recorded_guess
load(run, path)
run.step()
print(run.position, recorded_guess("kl"))
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / ".gentutor").mkdir()
    return tmp_path


def said(client: Any, code: str) -> str:
    """Run code and return what it printed; an exception of the cell is one of the test."""
    printed = []

    def hear(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            printed.append(message["content"]["text"])

    reply = client.execute_interactive(code, output_hook=hear, timeout=60)
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(printed)


def test_a_kernel_killed_in_training_loses_only_what_was_not_saved(workspace: Path) -> None:
    kept = workspace / ".gentutor" / "progress.jsonl"
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(workspace))
    try:
        said(client, TRAINING)
        client.execute(ENDLESS)
        deadline = time.monotonic() + 20
        while not kept.exists() or kept.read_bytes().count(b'"hint"') < 20:
            assert time.monotonic() < deadline, "it does not train"
            time.sleep(0.02)
        manager.signal_kernel(9)  # in the middle of whatever it writes
        manager.provisioner.process.wait(10)
        manager.restart_kernel(now=True)  # as JupyterLab does by itself
        client.wait_for_ready(timeout=60)
        said(client, TRAINING)
        position, guess = said(client, AFTER).split()
        assert int(position) >= 18, "the last whole checkpoint is there"
        assert guess == "4.0"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    lines = [line for line in kept.read_bytes().split(b"\n") if line]
    assert all(json.loads(line)["v"] == 1 for line in lines), "no line is cut"


def test_two_kernels_on_one_workspace_share_what_they_record(workspace: Path) -> None:
    note = "from gentutor.exercises import hint, predict\nfor _ in range({n}): hint('kl_divergence')"
    kernels = [start_new_kernel(kernel_name="python3", cwd=str(workspace)) for _ in range(2)]
    try:
        said(kernels[0][1], "from gentutor.exercises import predict\npredict('a', 'A?', low=0, high=9, guess=1)")
        for _, client in kernels:
            client.execute(note.format(n=100))
        for _, client in kernels:
            answers = 0
            while not answers:
                try:
                    answers += client.get_shell_msg(timeout=60)["content"]["status"] == "ok"
                except Empty:
                    pytest.fail("a kernel waits for the other")
        guess = "from gentutor.exercises.predictions import recorded_guess\nprint(recorded_guess('a'))"
        assert said(kernels[1][1], guess) == "1.0\n", "what one records, the other knows"
    finally:
        for manager, client in kernels:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    found = progress.read_entries(workspace / ".gentutor" / "progress.jsonl")
    assert [entry["kind"] for entry in found].count("hint") == 200


def _open(folder: Path, masters: Path, gate: Any) -> None:
    gate.wait(60)
    make_workspace(folder, masters)


def test_a_workspace_opened_twice_at_once_keeps_the_students_work(tmp_path: Path) -> None:
    masters, folder = tmp_path / "masters", tmp_path / "mine"
    for number in range(1, 5):
        write_master(masters, *exercise_cells(), name=f"{number:02d}_tiny")
    make_workspace(folder, masters)
    mine = folder / "01_tiny.ipynb"
    mine.write_text(mine.read_text() + " \n")
    work = mine.read_bytes()
    (folder / "02_tiny.ipynb").unlink()
    for path in masters.iterdir():  # a new release of every lesson
        path.write_text(path.read_text().replace("one and one", "two and two"))
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(2)
    both = [context.Process(target=_open, args=(folder, masters, gate)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    make_workspace(folder, masters)  # the next start finds everything in order
    assert mine.read_bytes() == work
    names = sorted(path.name for path in folder.glob("*.ipynb"))
    assert [name for name in names if "release" not in name] == [f"{n:02d}_tiny.ipynb" for n in range(1, 5)]
    assert "two and two" in (folder / "01_tiny.release-2.ipynb").read_text()
    assert not list(folder.rglob("*.part"))
