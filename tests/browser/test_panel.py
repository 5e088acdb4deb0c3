"""The panel in JupyterLab: mouse, keyboard, labels, failures, re-runs, and what happens without its page side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.browser.lab import Lab, LabServer, open_lab

SETUP = """
import time
import ipywidgets
import numpy as np
from gentutor.knobs import Knob, KnobSet
from gentutor.plots import image_grid
from gentutor.widgets import Frame, panel

knobs = KnobSet(
    Knob("beta", 1.0, 0.05, 50.0, scale="log", help="Weight of KL.", effect="higher: smoother samples."),
    Knob("latent_dim", 20, 1, 64, scale="log", unit="numbers", help="Length of z.", effect="higher: sharper."),
    Knob("shift", 0.0, -1.0, 1.0, help="How far the waves move.", effect="higher: to the right."),
)
yy, xx = np.mgrid[0:28, 0:28] / 27
drawn = []

def draw(beta, latent_dim, shift):
    drawn.append(beta)
    if shift == 1.0:
        raise ValueError("too far right")
    if shift == -1.0:
        time.sleep(1.6)
    waves = np.stack([0.5 + 0.5 * np.sin(k % 8 * beta**0.3 * xx + k * yy / 9 + shift) for k in range(64)])
    curve = np.exp(-np.linspace(0, 4, 50) * beta)
    return Frame(image_grid(waves[:, None], 8), {"KL": curve}, f"beta {beta:g}", "step", "nats")
"""
SHOW = "panel(draw, knobs, title='Waves', alt='Waves')"


@pytest.fixture(scope="module")
def opened(server: LabServer, browser: Any) -> Iterator[Lab]:
    """One notebook for most tests of this file; each sets what it needs."""
    with open_lab(server, browser) as lab:
        lab.open(lab.write("panel.ipynb", [SETUP, SHOW, SHOW, "'a cell below'"]))
        lab.run(0)
        yield lab


@pytest.fixture
def lab(opened: Lab) -> Lab:
    """The open notebook with a fresh panel in cell 1, its sliders at their usual values."""
    opened.run(1)
    opened.slider("beta", 1).wait_for()
    opened.page.wait_for_function("() => !document.querySelector('.gentutor .gt-busy.gt-on')")
    opened.cell(1).scroll_into_view_if_needed()
    return opened


def wait_for_caption(lab: Lab, text: str) -> None:
    wanted = "text => document.querySelector('.gt-caption').textContent === text"
    lab.page.wait_for_function(wanted, arg=text, timeout=20_000)


def test_first_picture_comes_with_the_panel(lab: Lab) -> None:
    pixels = lab.pixels(lab.canvas(1))
    assert pixels.shape[:2] == (231, 231)
    expected = np.frombuffer(bytes.fromhex(eval(lab.ask("draw(1.0, 20, 0.0).image.tobytes().hex()"))), np.uint8)
    np.testing.assert_array_equal(pixels[..., 0].ravel(), expected)


def test_dragging_a_slider_changes_picture_curve_and_alt_text(lab: Lab) -> None:
    picture, plot = lab.canvas(1), lab.panel(1).locator("canvas").nth(1)
    before, curve = lab.pixels(picture), lab.pixels(plot)
    lab.drag("beta", 0.45, 0.9)
    lab.wait_until_changed(picture, before)
    lab.wait_until_changed(plot, curve)
    value = float(lab.slider("beta", 1).get_attribute("aria-valuetext"))
    assert value > 15
    wait_for_caption(lab, f"beta {value:g}")
    assert f"beta {value:g}" in picture.get_attribute("aria-label")
    assert "nats against step. KL: from 1 to " in plot.get_attribute("aria-label")


def test_pictures_come_during_the_drag_and_the_newest_wins(lab: Lab) -> None:
    before = int(lab.ask("len(drawn)"))
    lab.drag("beta", 0.0, 1.0, moves=60, pause_ms=8)
    value = float(lab.slider("beta", 1).get_attribute("aria-valuetext"))
    wait_for_caption(lab, f"beta {value:g}")
    asked = eval(lab.ask(f"drawn[{before}:]"))
    assert asked[-1] == value == 50
    assert len(asked) >= 3
    assert asked == sorted(asked)  # none is drawn after a newer one


def test_slow_draw_gets_only_the_first_and_the_newest_values(lab: Lab) -> None:
    lab.slider("shift", 1).focus()
    lab.page.keyboard.press("Home")  # from here on each drawing takes 1.6 s
    before = int(lab.ask("len(drawn)"))
    lab.page.wait_for_timeout(300)
    lab.drag("beta", 0.0, 1.0, moves=30, pause_ms=5)
    lab.page.locator(".gt-busy.gt-on").wait_for()
    assert "Computing" in lab.panel(1).locator(".gt-caption").text_content()
    wait_for_caption(lab, "beta 50")
    asked = eval(lab.ask(f"drawn[{before}:]"))
    assert asked[-1] == 50
    assert len(asked) <= 4
    assert lab.page.locator(".gt-busy.gt-on").count() == 0


def test_nothing_moves_on_the_page_while_a_slider_moves(lab: Lab) -> None:
    lab.page.wait_for_timeout(300)
    since = lab.clock()
    lab.drag("beta", 0.45, 0.9)
    lab.drag("shift", 0.5, 1.0)  # ends in a failure, told in the room kept for it
    box = lab.panel(1).get_by_role("textbox", name="latent_dim, typed")
    box.fill("99")
    box.press("Enter")
    lab.page.wait_for_timeout(500)
    assert lab.layout_shift(since) == (0, [])


def test_controls_have_names_descriptions_and_units(lab: Lab) -> None:
    sliders = lab.panel(1).get_by_role("slider").all()
    assert [slider.evaluate("s => s.labels[0].textContent") for slider in sliders] == ["beta", "latent_dim", "shift"]
    assert lab.slider("latent_dim", 1).get_attribute("aria-valuetext") == "20 numbers"
    described = lab.slider("beta", 1).evaluate("slider => slider.ariaDescribedByElements[0].innerText")
    assert described.split("\n") == ["Weight of KL.", "Higher: smoother samples."]
    image = lab.panel(1).get_by_role("img", name="Waves. beta 1, latent_dim 20, shift 0. beta 1.")
    assert image.count() == 1


def test_labels_stay_with_their_own_panel(lab: Lab) -> None:
    lab.run(2)
    try:
        for cell in (1, 2):
            assert lab.panel(cell).get_by_role("slider", name="beta", exact=True).count() == 1
            lab.cell(cell).scroll_into_view_if_needed()
        ids = lab.page.evaluate("() => [...document.querySelectorAll('.gentutor [id]')].map((el) => el.id)")
        assert len(ids) == len(set(ids)) == 12
    finally:
        lab.page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-cell-output')")


def test_arrow_keys_change_the_value_and_not_the_cell(lab: Lab) -> None:
    before = lab.pixels(lab.canvas(1))
    lab.slider("latent_dim", 1).focus()
    lab.page.keyboard.press("ArrowRight")
    assert lab.slider("latent_dim", 1).get_attribute("aria-valuetext") == "21 numbers"
    lab.slider("beta", 1).focus()
    for key, value in (("End", "50"), ("Home", "0.05"), ("ArrowUp", "0.052")):
        lab.page.keyboard.press(key)
        assert lab.slider("beta", 1).get_attribute("aria-valuetext") == value
    lab.wait_until_changed(lab.canvas(1), before)
    active = lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex")
    assert active == 1


def test_letters_typed_on_a_slider_never_reach_the_notebook(lab: Lab) -> None:
    cells = lab.n_cells
    for control in (lab.slider("beta", 1), lab.panel(1).get_by_role("button", name="Reset beta to 1")):
        control.focus()
        for key in ("d", "d", "a", "b", "x", "m", "Shift+Enter"):
            lab.page.keyboard.press(key)
    lab.page.wait_for_timeout(300)
    assert lab.n_cells == cells
    assert lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCell.model.type") == "code"
    # The same keys, pressed on the cell, do reach it: the test would notice.
    lab.cell(2).click(position={"x": 20, "y": 10})
    lab.page.keyboard.press("Escape")
    lab.page.keyboard.press("b")
    lab.page.wait_for_timeout(300)
    assert lab.n_cells == cells + 1
    lab.page.keyboard.press("d")
    lab.page.keyboard.press("d")
    lab.page.wait_for_timeout(300)
    assert lab.n_cells == cells


def test_typed_numbers_are_taken_or_refused_in_a_sentence(lab: Lab) -> None:
    box, said = lab.panel(1).get_by_role("textbox", name="latent_dim, typed"), lab.panel(1).locator(".gt-say")
    for text, sentence in (
        ("99", "latent_dim = 99 is outside its range: choose whole numbers 1 to 64 numbers."),
        ("2.5", "latent_dim must be a whole number: choose whole numbers 1 to 64 numbers."),
        ("many", "latent_dim must be a number: choose whole numbers 1 to 64 numbers."),
    ):
        box.fill(text)
        box.press("Enter")
        assert said.text_content() == sentence
        assert box.get_attribute("aria-invalid") == "true"
    assert lab.slider("latent_dim", 1).get_attribute("aria-valuetext") == "20 numbers"
    box.press("Escape")
    assert (box.input_value(), said.text_content()) == ("20", "")
    box.fill("33")
    box.press("Enter")
    assert lab.slider("latent_dim", 1).get_attribute("aria-valuetext") == "33 numbers"
    lab.panel(1).get_by_role("button", name="Reset latent_dim to 20").click()
    assert lab.slider("latent_dim", 1).get_attribute("aria-valuetext") == "20 numbers"


def test_failing_draw_shows_a_sentence_and_the_panel_lives_on(lab: Lab) -> None:
    caption = lab.panel(1).locator(".gt-caption")
    before = lab.pixels(lab.canvas(1))
    lab.slider("shift", 1).focus()
    lab.page.keyboard.press("End")
    lab.page.wait_for_function("() => document.querySelector('.gt-caption').textContent.includes('too far right')")
    assert caption.text_content() == "The picture could not be drawn: ValueError: too far right"
    np.testing.assert_array_equal(lab.pixels(lab.canvas(1)), before)
    lab.page.keyboard.press("ArrowLeft")
    lab.wait_until_changed(lab.canvas(1), before)
    assert caption.text_content() == "beta 1"


def test_running_the_cell_again_leaves_one_panel_and_no_widget_of_the_old_one(lab: Lab) -> None:
    count = "len(ipywidgets.widgets.widget._instances)"
    lab.page.wait_for_timeout(500)  # until the page has told that the panel is shown
    before = int(lab.ask(count))
    for _ in range(3):
        lab.run(1)
        lab.slider("beta", 1).wait_for()
    lab.page.wait_for_timeout(500)
    assert lab.panel(1).count() == 1
    assert int(lab.ask(count)) == before
    before_drag = lab.pixels(lab.canvas(1))
    lab.drag("beta", 0.45, 0.8)
    lab.wait_until_changed(lab.canvas(1), before_drag)


def test_present_picture_survives_a_reload_of_the_page(lab: Lab) -> None:
    before = lab.pixels(lab.canvas(1))
    lab.drag("beta", 0.45, 0.9)
    lab.wait_until_changed(lab.canvas(1), before)
    lab.page.wait_for_timeout(500)
    now = lab.pixels(lab.canvas(1))
    lab.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    lab.page.wait_for_timeout(500)
    lab.open("panel.ipynb")
    lab.slider("beta", 1).wait_for()
    np.testing.assert_array_equal(lab.pixels(lab.canvas(1)), now)
    assert float(lab.slider("beta", 1).get_attribute("aria-valuetext")) > 15


def test_core_widgets_stand_in_where_the_page_side_cannot_load(server: LabServer, browser: Any) -> None:
    with open_lab(server, browser) as lab:
        lab.page.route("**/lab/extensions/anywidget/**", lambda route: route.abort())
        lab.open(lab.write("fallback.ipynb", [SETUP, SHOW]))
        lab.run_all()
        image = lab.cell(1).locator("img.widget-image")
        image.wait_for(timeout=20_000)
        assert lab.panel().count() == 0
        before = image.get_attribute("src")
        handle = lab.cell(1).locator(".noUi-handle").first
        handle.focus()
        lab.page.keyboard.press("ArrowRight")
        lab.page.wait_for_function("old => document.querySelector('img.widget-image').src !== old", arg=before)


def test_core_widgets_on_request(server: LabServer, browser: Any) -> None:
    asked = "import os; os.environ['GENTUTOR_WIDGETS'] = 'core'"
    with open_lab(server, browser) as lab:
        lab.open(lab.write("core.ipynb", [asked + SETUP, SHOW]))
        lab.run_all()
        lab.cell(1).locator("img.widget-image").wait_for()
        assert lab.panel().count() == 0
