"""Every lesson found on disk is executed once in a test session, with the quick profile."""

from pathlib import Path

import pytest

from gentutor.workspace.execute import execute
from gentutor.workspace.files import read_notebook
from gentutor.workspace.lessons import find_lessons

LESSONS = {lesson.name: lesson for lesson in find_lessons()}


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
