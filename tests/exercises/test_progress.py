import json
import multiprocessing
import os

import pytest

from gentutor.exercises import progress as stored

FILE = ".gentutor/progress.jsonl"


def write_many(name, count):
    for i in range(count):
        stored.record("hint", "04_vaes", exercise=name, number=i)


def test_without_a_workspace_nothing_is_written(tmp_path):
    stored.record("hint", "04_vaes", exercise="elbo", number=1)
    assert list(tmp_path.iterdir()) == []
    assert len(stored.entries()) == 1


def test_the_nearest_workspace_upwards_is_used(workspace, monkeypatch):
    below = workspace / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    entry = stored.record("hint", "04_vaes", exercise="elbo", number=1)
    stored.forget()
    assert stored.entries() == [entry]
    assert json.loads((workspace / FILE).read_text()) == entry
    assert (entry["v"], entry["kind"], entry["lesson"]) == (1, "hint", "04_vaes")
    assert entry["time"].endswith("+00:00")


def test_two_kernels_at_once_lose_nothing(workspace):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=write_many, args=(name, 200)) for name in ("one", "two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    found = stored.entries("hint")
    for name in ("one", "two"):
        assert [entry["number"] for entry in found if entry["exercise"] == name] == list(range(200))


def test_damage_costs_only_the_damaged_lines(workspace, capsys):
    stored.record("hint", "04_vaes", exercise="elbo", number=1)
    path = workspace / FILE
    damaged = path.read_bytes() + b'\x00\xff{"half": \n[]\n{"v": 1}\n' + b"[" * 100_000 + b'\n{"v": 1, "kind": "hi'
    path.write_bytes(damaged)
    stored.record("hint", "04_vaes", exercise="elbo", number=2)
    stored.forget()
    assert [entry["number"] for entry in stored.entries()] == [1, 2]
    assert path.read_bytes().startswith(damaged)
    stored.entries()
    assert capsys.readouterr().err.count("5 lines of") == 1


def test_entries_of_a_newer_version_are_left_alone(workspace, capsys):
    (workspace / FILE).write_text('{"v": 2, "kind": "hint", "new": true}\n')
    assert stored.entries() == []
    assert capsys.readouterr().err == ""


def test_a_full_disk_costs_a_sentence_and_the_entry_still_counts(workspace, monkeypatch, capsys):
    real = os.write

    def half(handle, data):
        if handle > 2 and b'"kind"' in data:
            return real(handle, data[: len(data) // 2])
        return real(handle, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        stored.record("hint", "04_vaes", exercise="elbo", number=1)
        stored.record("hint", "04_vaes", exercise="elbo", number=2)
    assert capsys.readouterr().err.count("the disk is full") == 1
    assert [entry["number"] for entry in stored.entries()] == [1, 2]
    stored.record("hint", "04_vaes", exercise="elbo", number=3)
    stored.forget()
    assert [entry["number"] for entry in stored.entries()] == [3]


def test_a_file_that_cannot_be_written_or_read_costs_a_sentence(workspace, capsys):
    (workspace / FILE).mkdir()
    stored.record("hint", "04_vaes", exercise="elbo", number=1)
    assert [entry["number"] for entry in stored.entries()] == [1]
    said = capsys.readouterr().err
    assert "could not be saved" in said
    assert "cannot be read" in said


def test_a_deleted_folder_is_survived(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    try:
        os.getcwd()
    except FileNotFoundError:
        assert stored.progress_file() is None
    else:
        pytest.skip("this system keeps a folder that is in use")
    monkeypatch.chdir(tmp_path)
