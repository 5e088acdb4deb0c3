"""`make bench` loses no row: what was left out, or failed, stays as it was; a quick run overwrites nothing."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def bench(monkeypatch, tmp_path):
    spec = importlib.util.spec_from_file_location("bench_run", ROOT / "bench" / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("alpha", "beta"):
        (tmp_path / f"{name}.py").touch()
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    found = {"alpha": [row("alpha", "new")], "beta": []}
    monkeypatch.setattr(module, "run_one", lambda script, quick: found[script.stem])
    return module


def row(benchmark, ours):
    return {
        "benchmark": benchmark, "what": benchmark, "reference": None, "ours": ours, "ratio": None, "reach": "",
        "note": "",
    }  # fmt: skip


def measured(monkeypatch, bench, *arguments):
    monkeypatch.setattr(sys, "argv", ["run.py", *arguments])
    return bench.main()


@pytest.mark.parametrize("only", [[], ["--only", "beta"]])
def test_a_benchmark_that_fails_keeps_its_earlier_rows(monkeypatch, bench, only):
    file = bench.FOLDER / "results.json"
    earlier = [row("alpha", "old"), row("beta", "old"), row("gone", "old")]
    file.write_text(json.dumps({"rows": earlier}))
    assert measured(monkeypatch, bench, *only) == 1
    after = json.loads(file.read_text())
    assert {one["what"]: one["ours"] for one in after["rows"]} == {"alpha": "old" if only else "new", "beta": "old"}
    assert after["failed"] == ["beta"]


def test_a_quick_run_writes_nothing_unless_told_where(monkeypatch, bench, tmp_path):
    measured(monkeypatch, bench, "--quick")
    assert not list(bench.FOLDER.glob("*.json"))
    measured(monkeypatch, bench, "--quick", "--json", str(tmp_path / "quick.json"))
    assert json.loads((tmp_path / "quick.json").read_text())["quick"] is True
