"""The wheel holds everything that a lesson needs, and works without the checkout beside it."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(iter(WheelBuilder(str(ROOT)).build(directory=str(folder)))))


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_lesson_and_every_bundled_file_is_in_it(wheel: Path) -> None:
    found = names(wheel)
    for lesson in (ROOT / "notebooks").glob("[0-9]*.ipynb"):
        assert f"gentutor/_bundle/notebooks/{lesson.name}" in found
    manifest = json.loads((ROOT / "data" / "MANIFEST.json").read_text())
    assert "gentutor/_bundle/data/MANIFEST.json" in found
    for name in manifest.get("files", manifest):
        assert f"gentutor/_bundle/data/{name}" in found


def test_the_parts_that_are_not_python_are_in_it(wheel: Path) -> None:
    found = names(wheel)
    parts = [path for path in (ROOT / "gentutor").rglob("*") if path.suffix in (".js", ".css", ".json")]
    assert len(parts) >= 4
    for path in parts:
        assert path.relative_to(ROOT).as_posix() in found


def test_nothing_that_only_the_checkout_needs_is_in_it(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"gentutor"}
    assert not any(name.endswith((".pyc", ".keep")) for name in names(wheel))


def test_it_finds_its_own_lessons_and_data(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    script = (
        "import gentutor\nfrom gentutor.datasets import data_root\n"
        "from gentutor.workspace.lessons import find_lessons, lessons_folder\n"
        "print(gentutor.__file__, lessons_folder(), data_root(), len(find_lessons()), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(tmp_path / "site")}, cwd=tmp_path,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    package, lessons, data, n_lessons = done.stdout.splitlines()
    assert Path(package).is_relative_to(tmp_path)
    assert Path(lessons) == tmp_path / "site" / "gentutor" / "_bundle" / "notebooks"
    assert Path(data).is_relative_to(tmp_path)
    assert int(n_lessons) == len(list((ROOT / "notebooks").glob("[0-9]*.ipynb")))
