"""What the site and the slides are made of, without Sphinx and without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from gentutor.errors import LessonError, SetupError
from gentutor.workspace.lessons import find_lessons
from gentutor.workspace.site import libraries, sources
from gentutor.workspace.site.executed import executed
from gentutor.workspace.site.formulas import mathml, to_html
from gentutor.workspace.site.reference import reference_pages, rooms
from gentutor.workspace.site.slides import slide_type
from tests.workspace.masters import code, markdown, write_master


def test_a_lesson_that_fails_is_named_with_its_cell_and_the_next_step(tmp_path: Path) -> None:
    write_master(tmp_path / "notebooks", code("1 / 0") | {"id": "culprit"})
    with pytest.raises(LessonError, match=r"01_tiny did not .*'culprit'.*ZeroDivision.*gentutor run 01_tiny"):
        executed(find_lessons(tmp_path / "notebooks"), tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*.ipynb"))


def test_a_missing_library_and_a_missing_repository_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetupError, match=r"The site needs no_such_module.*pip install '\.\[site\]'"):
        libraries.require(["json", "no_such_module"], "The site")
    monkeypatch.setattr(sources, "FOLDER", tmp_path)
    with pytest.raises(SetupError, match=r"built from gentutor's repository"):
        sources.site_folder()


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (markdown("# 04 · VAEs"), "slide"),
        (markdown("## What to minimise\nText"), "slide"),
        (markdown("**Change it.** Move the slider."), "subslide"),
        (markdown(""), "skip"),
        (code("import torch\n\nfrom a import (\n    b,\n)"), "skip"),
        (code("x = 1"), "subslide"),
        (code("x = 1", tags=["parameters"]), "skip"),
        (code("check(f)", nbgrader={"grade": True, "solution": False}), "skip"),
    ],
)
def test_one_rule_makes_the_slides(cell: dict[str, object], wanted: str) -> None:
    assert slide_type(cell) == wanted


def test_code_stands_with_the_short_text_before_it() -> None:
    assert slide_type(code("x = 1"), markdown("Short.")) == "-"
    assert slide_type(code("x = 1"), markdown("word " * 100)) == "subslide"
    assert slide_type(code("x = 1"), code("y = 2")) == "subslide"
    assert slide_type(markdown("Text"), markdown("Short.")) == "subslide"


def test_formulas_become_mathml_and_what_cannot_stays_readable() -> None:
    assert mathml(r"\tfrac{1}{2}").startswith("<math")
    assert 'tabindex="0"' in mathml("x", block=True)
    assert mathml(r"\frac{1") in ("<code>\\frac{1</code>", mathml(r"\frac{1"))
    assert '<mi>log</mi><mspace width="0.17em"/>' in mathml(r"\log p")
    assert "mspace" not in mathml(r"\log (p)")
    assert to_html("a $x^2$ b").count("<math") == 1


def test_every_room_has_a_page_and_only_those_asked_for_are_written() -> None:
    assert {"models", "errors", "widgets"} <= set(rooms())
    pages = reference_pages(("errors",))
    assert set(pages) == {"errors.rst", "index.rst"}
    assert ".. automodule:: gentutor.errors" in pages["errors.rst"]
    assert "automodule:: gentutor.grading.inside" not in reference_pages()["grading.rst"]


def test_links_lead_to_pages_or_become_words(tmp_path: Path) -> None:
    document = tmp_path / "docs" / "a.md"
    known = {tmp_path / "notebooks" / "01_tiny.ipynb": "lessons/01_tiny.ipynb"}
    text = "[one](../notebooks/01_tiny.ipynb) [two](gone.md) [three](https://example.org) [four](#here)"
    made = sources._links(text, document, "teacher/a.md", known)
    assert made == "[one](../lessons/01_tiny.ipynb) two [three](https://example.org) [four](#here)"
