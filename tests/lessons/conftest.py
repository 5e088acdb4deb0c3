"""Every lesson found on disk is executed once in a test session, with the quick profile."""

from pathlib import Path

import pytest

from gentutor.workspace.execute import execute
from gentutor.workspace.files import read_notebook
from gentutor.workspace.lessons import find_lessons, read_lesson
from gentutor.workspace.student import student_copy

LESSONS = {lesson.name: lesson for lesson in find_lessons()}
OTHER_SETTINGS = {
    "00_welcome": {"seed": 1, "width": 192},
    "01_data": {"seed": 7},
    "02_training": {"seed": 1, "batch_size": 96},
    "03_gans": {"seed": 1, "target": 3},
    "04_vaes": {"seed": 1, "beta": 4},
    "05_transformers": {"seed": 1, "n_heads": 4, "temperature": 0.5},
    "06_sequences": {"seed": 1},
    "07_diffusion": {"seed": 1, "n_steps": 20},
    "08_tuning": {"seed": 1, "width": 32},
    "09_evaluation": {"seed": 1, "k": 7},
    "10_finetuning": {"seed": 1, "rank": 4},
    "11_overfitting": {"seed": 1},
    "12_ethics": {"seed": 1},
    "13_health": {"seed": 1, "noise": 4},
}
"""With what the empty student copy of each lesson is executed: all that it claims must hold there too."""


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """Return ``run(lesson, **settings)``: outcome and cells of a master executed with the quick profile, cached."""
    cache = {}

    def run(lesson, **settings):
        key = (lesson.path, *sorted(settings.items()))
        if key not in cache:
            folder: Path = tmp_path_factory.mktemp(lesson.name)
            texts = {name: str(value) for name, value in settings.items()}
            (outcome,) = execute([lesson], settings=texts, out=folder)
            cache[key] = outcome, read_notebook(folder / lesson.path.name)["cells"]
        return cache[key]

    return run


@pytest.fixture(scope="session")
def copied(executed, tmp_path_factory):
    """Return ``run(lesson)``: outcome and cells of its empty student copy, executed with `OTHER_SETTINGS`, cached."""
    cache = {}

    def run(lesson):
        if lesson.name not in cache:
            path = tmp_path_factory.mktemp("copy") / lesson.path.name
            path.write_text(student_copy(lesson), encoding="utf-8")
            cache[lesson.name] = executed(read_lesson(path), **OTHER_SETTINGS[lesson.name])
        return cache[lesson.name]

    return run
