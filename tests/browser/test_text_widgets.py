"""Attention explorer and next-token bars in a real browser, with the network off."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch
from nbconvert import HTMLExporter

from gentutor.datasets.tokens import encode
from gentutor.samplers import next_token_probs
from gentutor.widgets import attention_explorer, next_token_bars
from gentutor.widgets.page_picture import PagePicture
from gentutor.widgets.pages import page as joined
from tests.browser.lab import Lab
from tests.browser.test_latent_map import SHIFTS
from tests.widgets.test_text_widgets import TEXT, VOCABULARY, trained_like


@pytest.fixture(scope="module")
def widgets() -> list[PagePicture]:
    model = trained_like()
    return [attention_explorer(model, TEXT, VOCABULARY), next_token_bars(model, TEXT, VOCABULARY, place=10)]


@pytest.fixture(scope="module")
def maps() -> np.ndarray[Any, Any]:
    found: np.ndarray[Any, Any] = trained_like().attention_maps(torch.tensor([encode(TEXT, VOCABULARY)]))[:, 0].numpy()
    return found


@pytest.fixture(scope="module")
def address(widgets: list[PagePicture], tmp_path_factory: pytest.TempPathFactory) -> str:
    """An exported notebook with both widgets as stored outputs, as papermill leaves it."""
    form: Any = nbformat
    outputs = []
    for widget in widgets:
        data, metadata = widget._repr_mimebundle_()
        data = {**data, "image/png": base64.b64encode(data["image/png"]).decode()}
        outputs.append(form.v4.new_output("display_data", data, metadata=metadata))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = form.v4.new_notebook(cells=[form.v4.new_code_cell("", outputs=outputs)], metadata={"kernelspec": kernel})
    path: Path = tmp_path_factory.mktemp("text") / "lesson.html"
    path.write_text(HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")  # type: ignore[no-untyped-call]
    return path.as_uri()


@pytest.fixture
def view(browser: Any, address: str) -> Iterator[Any]:
    """The exported page without a network; an error of a script fails the test."""
    context = browser.new_context(offline=True, viewport={"width": 1100, "height": 1400})
    page = context.new_page()
    page.route("http*://**", lambda route: route.abort())
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(SHIFTS)
    page.goto(address, wait_until="domcontentloaded")
    page.locator(".gt-next .gt-bar").first.wait_for()
    yield page
    context.close()
    assert not [error for error in errors if "MathJax" not in error and "require" not in error]


def listed(view: Any) -> list[tuple[str, str]]:
    """What the explorer lists: token and share, the strongest first."""
    rows = view.locator(".gt-list li").all()
    return [(row.locator("b").inner_text(), row.locator(".gt-share").inner_text()) for row in rows]


def wanted(shares: Any) -> list[tuple[str, str]]:
    shares = np.rint(255 * shares) / 255
    names = {" ": "␣", "\n": "↵"}
    order = [i for i in np.argsort(-shares, kind="stable")[:6] if shares[i] > 0]
    found = [
        (names.get(TEXT[i], TEXT[i]), "<1 %" if shares[i] < 0.005 else f"{int(100 * shares[i] + 0.5)} %") for i in order
    ]
    return found + [("", "")] * (6 - len(found))


def bars(view: Any) -> list[str]:
    return [share.inner_text() for share in view.locator(".gt-next .gt-share").all()]


def test_hover_shows_what_a_token_attends_to_in_each_head(view: Any, maps: Any) -> None:
    for layer, head in ((0, 0), (1, 1)):
        view.get_by_role("button", name=f"Layer {layer + 1}, head {head + 1}").click()
        for place in (0, 12, 30):
            view.locator(".gt-token").nth(place).hover()
            assert listed(view) == wanted(maps[layer, head, place])
    strongest = int(maps[1, 1, 30].argmax())
    share = view.locator(".gt-token").nth(strongest).evaluate("(el) => el.style.getPropertyValue('--gt-share')")
    assert abs(float(share.rstrip("%")) - 100 * maps[1, 1, 30, strongest]) < 1


def test_arrow_keys_walk_through_tokens_and_heads(view: Any, maps: Any) -> None:
    view.get_by_role("button", name="Layer 1, head 1").click()
    sentence = view.get_by_role("listbox")
    sentence.focus()
    sentence.press("Home")
    for _ in range(7):
        sentence.press("ArrowRight")
    assert listed(view) == wanted(maps[0, 0, 7])
    assert view.get_by_role("option", selected=True).get_attribute("data-place") == "7"
    sentence.press("ArrowDown")
    assert listed(view) == wanted(maps[0, 1, 7])
    assert view.get_by_role("button", name="Layer 1, head 2").get_attribute("aria-pressed") == "true"
    sentence.press("ArrowUp")
    sentence.press("ArrowUp")
    sentence.press("End")
    assert listed(view) == wanted(maps[1, 1, -1])
    view.wait_for_function(
        "() => [...document.querySelectorAll('.gentutor-in-page')].some((one) => one.shadowRoot"
        ".querySelector('.gt-attention [aria-live]')?.textContent.includes('Layer 2, head 2'))"
    )


def test_the_other_direction_shows_who_looks_here(view: Any, maps: Any) -> None:
    view.get_by_role("button", name="Layer 1, head 1").click()
    view.locator(".gt-token").nth(5).click()
    view.get_by_role("button", name="is looked at by").click()
    assert listed(view) == wanted(maps[0, 0, :, 5])


@pytest.mark.parametrize(
    "how", [{}, {"temperature": 0.0}, {"temperature": 0.6, "top_k": 4}, {"top_p": 0.7}, {"top_k": 7, "top_p": 0.8}]
)
def test_the_page_computes_the_chances_of_the_package(browser: Any, how: dict[str, float]) -> None:
    logits = 2 * torch.randn(9, 30, generator=torch.Generator().manual_seed(2))
    full = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, **how}
    page = browser.new_page()
    found = page.evaluate(
        "([rows, how]) => {" + joined("next_token.js") + "return rows.map((row) => [...nextTokenProbs(row, how)]);}",
        [logits.tolist(), full],
    )
    page.close()
    exact = next_token_probs(logits, full["temperature"], int(full["top_k"]), full["top_p"]).numpy()
    assert np.abs(np.array(found) - exact).max() < 1e-5
    assert ((np.array(found) > 0) == (exact > 0)).all()


def test_sliders_reshape_the_bars(view: Any) -> None:
    before = bars(view)
    heat = view.get_by_role("slider", name="temperature", exact=True)
    heat.focus()
    heat.press("Home")
    assert bars(view)[0] == "100 %"
    assert set(bars(view)[1:]) == {"cut"}
    heat.press("End")
    hot = [int(share.split()[0]) for share in bars(view)[:12] if share[0] != "<"]
    assert max(hot) < 30
    view.get_by_role("button", name="Reset temperature to 0.8").click()
    k = view.get_by_role("slider", name="top_k", exact=True)
    k.focus()
    for _ in range(3):
        k.press("ArrowRight")
    assert [share == "cut" for share in bars(view)] == [False] * 3 + [True] * 10
    assert view.locator(".gt-summary").inner_text().startswith(f"3 of {len(VOCABULARY)} may be drawn")
    assert bars(view) != before


def test_walking_along_the_text_and_drawing(view: Any) -> None:
    text = view.locator(".gt-read")
    assert text.inner_text().startswith(TEXT[:10])
    view.get_by_role("button", name="One character on").click()
    assert text.inner_text() == f"{TEXT[:11]}?"
    slider = view.get_by_role("slider", name="place", exact=True)
    slider.press("End")
    assert len(text.inner_text()) == len(TEXT[:-1]) + 1
    slider.press("Home")
    assert text.inner_text() == f"{TEXT[0]}?"
    assert view.locator(".gt-came", has_text="came").count() == 1
    view.get_by_role("button", name="Draw 40").click()
    assert len(view.locator(".gt-drawn").inner_text().split(" ")) == 40


def test_everything_has_a_name_and_keys_stay_inside(view: Any) -> None:
    for role in ("slider", "button", "img", "group", "region", "listbox"):
        for element in view.locator(".gentutor").get_by_role(role).all():
            named = element.evaluate("(el) => el.ariaLabel || el.labels?.[0]?.textContent || el.textContent")
            assert named.strip(), role
    view.evaluate("() => { window.heard = []; document.addEventListener('keydown', (e) => heard.push(e.key)); }")
    view.get_by_role("listbox").press("d")
    view.get_by_role("slider", name="top_p", exact=True).press("d")
    assert view.evaluate("() => window.heard") == []


def test_nothing_moves_and_a_dark_page_gets_dark_widgets(view: Any) -> None:
    view.evaluate("() => { window.shifts.length = 0; }")
    view.locator(".gt-token").nth(20).hover()
    view.get_by_role("button", name="is looked at by").click()
    view.get_by_role("slider", name="temperature", exact=True).press("Home")
    view.get_by_role("button", name="Draw 40").click()
    view.wait_for_timeout(300)
    assert view.evaluate("() => window.shifts") == []
    dark = {"--jp-layout-color0": "#111", "--jp-ui-font-color0": "#fff", "--jp-ui-font-color1": "#ccc"}
    view.evaluate("(dark) => Object.entries(dark).map((one) => document.body.style.setProperty(...one))", dark)
    view.locator(".gt-attention.gt-dark").wait_for()
    view.locator(".gt-next.gt-dark").wait_for()


def test_without_scripts_the_still_pictures_stand(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(address, wait_until="domcontentloaded")
    for words in ("looks most at", "how likely each character"):
        still = page.locator(f'img[alt*="{words}"]').first
        assert still.is_visible()
        assert still.bounding_box()["width"] > 600
    context.close()


CELL = """
from pathlib import Path
class Widget:
    def _repr_mimebundle_(self, **_):
        return {"text/html": Path("text_output.html").read_text(), "text/plain": "widgets"}
Widget()
"""


def test_in_jupyterlab(lab: Lab, widgets: list[PagePicture], maps: Any) -> None:
    (lab.server.root / "text_output.html").write_text("".join(one.html for one in widgets), encoding="utf-8")
    lab.open(lab.write("text.ipynb", [CELL, "1 + 1"]))
    lab.run_all()
    lab.page.locator(".gt-token").first.wait_for()
    lab.page.locator(".gt-token").nth(9).click()
    lab.page.get_by_role("button", name="Layer 1, head 2").click()
    assert listed(lab.page) == wanted(maps[0, 1, 9])
    lab.page.get_by_role("listbox").press("d")
    lab.page.keyboard.press("d")
    assert lab.n_cells == 2
    lab.page.get_by_role("slider", name="temperature", exact=True).press("Home")
    assert bars(lab.page)[0] == "100 %"
