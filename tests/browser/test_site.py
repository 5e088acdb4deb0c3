"""A small site, its slides and its handout in a real browser, opened as files with the network off."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from gentutor.workspace.lessons import find_lessons
from gentutor.workspace.site.build import build_site
from gentutor.workspace.site.slides import build_slides
from tests.workspace.masters import SOLUTION, code, markdown, marks, write_master

CHECK = """from IPython.display import display
verdict = {"exercise": "add", "verdict": "right" if add(1, 1) == 2 else "differs"}
display({"application/vnd.gentutor.check+json": verdict, "text/plain": "ok"}, raw=True)"""
FORMULA = r"""## A formula that is wide

$$\log p(x) \ge \mathbb{E}\big[\log p(x|z)\big] - KL$$"""
MAP = """import torch
from gentutor.models.vae import VAE
from gentutor.widgets import latent_map
latent_map(VAE(latent_dim=2, width=16, n_layers=1), torch.rand(20, 1, 28, 28), torch.arange(20) % 2, ("bag", "boot"))"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A site and slides of one short lesson."""
    folder = tmp_path_factory.mktemp("site")
    write_master(
        folder / "notebooks",
        markdown(FORMULA) | {"id": "formula"},
        code('profile = "full"', tags=["parameters"]) | {"id": "parameters"},
        code(MAP) | {"id": "map"},
        code(SOLUTION, nbgrader=marks("add", solution=True)) | {"id": "add"},
        code(CHECK, nbgrader=marks("check_add", grade=True, points=2)) | {"id": "check"},
    )
    lessons, work = find_lessons(folder / "notebooks"), folder / "work"
    runs: list[int] = []
    site = build_site(lessons, folder / "out", work=work, only=("seeding",), on_begin=lambda new: runs.append(len(new)))
    slides = build_slides(lessons, folder / "slides", work=work, on_begin=lambda new: runs.append(len(new)))
    assert (site.parent / "slides" / "01_tiny.html").read_bytes() == (slides.parent / "01_tiny.html").read_bytes()
    assert runs == [1, 0]  # executed once, for both
    return {
        "front": site,
        "lesson": site.parent / "lessons" / "01_tiny.html",
        "reference": site.parent / "reference" / "seeding.html",
        "guide": site.parent / "teacher" / "guide.html",
        "search": site.parent / "search.html",
        "slides": slides.parent / "01_tiny.html",
        "handout": slides.parent / "01_tiny_handout.html",
        "list": slides,
    }


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page without a network; a request that fails or leaves the folder, or a script's error, fails the test."""
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 850})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("requestfailed", lambda request: wrong.append(request.url))
    opened.on("request", lambda request: wrong.append(request.url) if request.url.startswith("http") else None)
    opened.wrong = wrong
    yield opened
    context.close()


def violations(page: Any) -> list[str]:
    """What axe finds, after everything else was looked at: it fetches style sheets anew, which a file may not."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize(
    ("name", "scheme"),
    [(name, scheme) for name in ("front", "lesson", "reference", "guide") for scheme in ("light", "dark")]
    + [(name, "light") for name in ("slides", "handout", "list")],  # made for a projector and for paper
)
def test_a_page_needs_no_network_and_shuts_nobody_out(
    page: Any, built: dict[str, Path], name: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(built[name].as_uri())
    page.wait_for_load_state("networkidle")
    assert page.wrong == []
    assert violations(page) == []
    if name != "slides":
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", ["lesson", "slides"])
def test_the_slider_in_a_page_moves_its_picture(page: Any, built: dict[str, Path], name: str) -> None:
    page.goto(built[name].as_uri() + ("#/1" if name == "slides" else ""))
    slider = page.get_by_role("slider", name="z₁", exact=True)
    canvas = page.locator(".gt-picture")
    slider.focus()

    def shown() -> str:
        return hashlib.sha256(canvas.evaluate("(canvas) => canvas.toDataURL()").encode()).hexdigest()

    before = shown()
    slider.press("Home")
    assert slider.input_value() == "-3"
    assert shown() != before
    slider.press("ArrowRight")
    assert float(slider.input_value()) > -3
    assert name != "slides" or page.url.endswith("#/1")  # the arrow moved the slider, not the slides
    assert page.wrong == []


def test_the_front_page_leads_to_the_lesson_its_slides_and_its_handout(page: Any, built: dict[str, Path]) -> None:
    for link, goal in (("01 Tiny: one and one", "lessons/01_tiny.html"), ("Slides of lesson 01", "slides/01_tiny.html"),
                       ("Handout of lesson 01", "slides/01_tiny_handout.html")):  # fmt: skip
        page.goto(built["front"].as_uri())
        page.locator(".lesson-map").get_by_role("link", name=link).click()
        page.wait_for_url(f"**/{goal}*")
        assert "one and one" in page.title()
    assert page.wrong == []


def test_search_finds_the_lesson(page: Any, built: dict[str, Path]) -> None:
    page.goto(built["search"].as_uri() + "?q=formula")
    page.locator("#search-results li a").first.wait_for()
    page.wait_for_function("document.querySelector('.search-summary').innerText.includes('finished')")
    found = page.locator("#search-results li > a").all_inner_texts()
    assert len(found) > 1
    assert found[0] == "01 · Tiny: one and one"  # lessons stand first
    assert page.wrong == []


def test_formulas_are_drawn_and_answers_are_nowhere(page: Any, built: dict[str, Path]) -> None:
    for name in ("lesson", "slides", "handout"):
        page.goto(built[name].as_uri())
        assert page.locator("math").count() == 1
    for path in built["front"].parent.parent.rglob("*.*"):
        if path.suffix in (".html", ".js") and "work" not in path.parts:
            assert "total_of_both" not in path.read_text(encoding="utf-8"), path
    assert page.locator(".room").bounding_box()["height"] > 200  # the handout, last opened: room to write


def test_keys_walk_through_the_slides(page: Any, built: dict[str, Path]) -> None:
    page.goto(built["slides"].as_uri())
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**#/1")
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**#/1/1")
