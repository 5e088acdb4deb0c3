"""The doors agree: environment.yml with pyproject.toml; and the script behind `make` keeps its promises."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base"}
"""Where conda-forge has another name for the same package (matplotlib's would bring a whole desktop toolkit)."""

Version = namedtuple("Version", "major minor micro releaselevel serial")


def project() -> dict[str, object]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"])


def bounds(requirement: str) -> tuple[str, frozenset[str]]:
    """Name and bounds of a requirement, in any order and spelling."""
    name, rest = re.fullmatch(r"([A-Za-z0-9_.\-\[\]]+)\s*(.*)", requirement.split(";", maxsplit=1)[0].strip()).groups()  # type: ignore[union-attr]
    return name.lower(), frozenset(part.strip() for part in rest.split(",") if part.strip())


def test_conda_and_pip_ask_for_the_same() -> None:
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    named = dict(bounds(line) for line in conda if isinstance(line, str))
    wanted = dict(bounds(line) for line in project()["dependencies"])  # type: ignore[attr-defined]
    wanted = {CONDA_NAMES.get(name, name): limits for name, limits in wanted.items()}
    assert named.pop("python") == bounds("python" + str(project()["requires-python"]))[1]
    assert named.pop("pip") == frozenset()
    assert named == wanted
    assert conda[-1] == {"pip": ["--no-deps --editable ."]}


def test_every_dependency_has_a_lower_and_an_upper_bound() -> None:
    for requirement in project()["dependencies"]:  # type: ignore[attr-defined]
        signs = {re.match(r"[<>=]+", part)[0] for part in bounds(requirement)[1]}  # type: ignore[index]
        assert signs == {">=", "<"}, requirement


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_environment", ROOT / "scripts" / "setup_environment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_is_refused_with_the_remedy(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    script.check_python()
    monkeypatch.setattr(sys, "version_info", Version(3, 9, 2, "final", 0))
    with pytest.raises(script.SetupError, match=r"needs Python 3\.11 or newer, but .* is Python 3\.9\. .* PYTHON="):
        script.check_python()


def test_a_python_without_venv_is_refused_with_the_package(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(script.SetupError, match=r"no module ensurepip.*apt-get install python3\.\d+-venv"):
        script.check_python()


def test_a_small_disk_is_refused_before_the_download(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(script.shutil, "disk_usage", lambda _: usage(10e9, 6e9, 4e9))
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(script.SetupError, match=r"4\.0 GB free, but about 7\.0 GB are needed.*TORCH_INDEX="):
        script.check_disk(str(tmp_path), "", False)
    script.check_disk(str(tmp_path), "ADDRESS", False)
    script.check_disk(str(tmp_path), "", True)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: [Errno 28] No space left on device", "The disk became full"),
        ("Retrying after connection broken by NewConnectionError", "The package index could not be reached"),
        ("ERROR: No matching distribution found for torch", "at https://x in a version that fits"),
        ("ERROR: something else", "its last lines are above"),
    ],
)
def test_a_failure_of_pip_gets_a_sentence(script: ModuleType, output: str, sentence: str) -> None:
    assert sentence in script.why_pip_failed(output, "https://x")


class Calls:
    """Stands in for pip: notes what was asked, and may be interrupted."""

    def __init__(self, interrupt: bool = False) -> None:
        self.arguments: list[list[str]] = []
        self.interrupt = interrupt

    def __call__(self, python: str, arguments: list[str], torch_index: str, marker: str) -> None:
        self.arguments.append(arguments)
        if self.interrupt:
            raise KeyboardInterrupt


@pytest.fixture
def venv(script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment that is quickly made: a folder with a Python, without pip."""
    folder = tmp_path / "venv"

    def make(place: str) -> str:
        python = Path(script.python_of(place))
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        return str(python)

    monkeypatch.setattr(script, "make_venv", make)
    monkeypatch.setattr(script, "check_disk", lambda *_: None)
    return folder


def test_nothing_is_installed_a_second_time(script: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls()
    monkeypatch.setattr(script, "pip", calls)
    script.set_up(str(venv), dev=False, torch_index="")
    assert calls.arguments == [["--editable", str(ROOT)]]
    script.set_up(str(venv), dev=False, torch_index="")
    assert len(calls.arguments) == 1
    script.set_up(str(venv), dev=True, torch_index="")
    assert calls.arguments[1:] == [["--editable", f"{ROOT}[dev,teacher]"]]
    script.set_up(str(venv), dev=True, torch_index="")
    (venv / "gentutor-core.stamp").unlink()
    script.set_up(str(venv), dev=False, torch_index="")  # what the tests need holds what the lessons need
    assert len(calls.arguments) == 2
    monkeypatch.setattr(script, "fingerprint", lambda extra: "pyproject.toml asks for something else")
    script.set_up(str(venv), dev=False, torch_index="")
    assert len(calls.arguments) == 3


def test_torch_comes_first_and_from_its_own_index(
    script: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Calls()
    monkeypatch.setattr(script, "pip", calls)
    script.set_up(str(venv), dev=False, torch_index="https://torch.example/cpu")
    first, second = calls.arguments
    assert first[:2] == ["--index-url", "https://torch.example/cpu"]
    assert [bounds(line)[0] for line in first[2:]] == ["torch", "torchvision"]
    assert second == ["--editable", str(ROOT)]


def test_an_interrupted_installation_starts_afresh(
    script: ModuleType, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "pip", Calls(interrupt=True))
    with pytest.raises(KeyboardInterrupt):
        script.set_up(str(venv), dev=False, torch_index="")
    half_made = venv / "lib" / "torch"
    half_made.mkdir(parents=True)
    calls = Calls()
    monkeypatch.setattr(script, "pip", calls)
    script.set_up(str(venv), dev=False, torch_index="")
    assert len(calls.arguments) == 1
    assert not half_made.exists()
    assert not (venv / "gentutor-installing").exists()


def test_pip_that_fails_ends_in_a_sentence(script: ModuleType, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    marker.touch()
    with pytest.raises(script.SetupError, match=r"(?s)ERROR.*\n\n.*(could not be reached|was not found|last lines)"):
        script.pip(sys.executable, ["--no-index", "no-such-package-of-gentutor"], "", str(marker))
    assert not marker.exists()  # pip took back what it had begun, so the next time need not start afresh


def test_make_help_names_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("lab", "test", "bench", "run", "format", "lint", "clean", "help"):
        assert f"make {target}\t" in shown


def test_a_python_that_is_not_there_is_named() -> None:
    command = ["make", "environment", "PYTHON=python-of-nowhere", "VENV=nowhere"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "There is no python-of-nowhere; install Python 3.11 or newer." in done.stdout
