"""Failures that a student sees in the page: a reload in training, a killed kernel, a hundred wild moves of a slider."""

import json
import os
import random
import signal

import pytest

from tests.browser.lab import open_lab
from tests.browser.test_live import PANEL, SETUP, live_panel, position, wait_beyond, wait_for, wait_until, words

SECOND = "print('still here')"


@pytest.fixture(scope="module")
def page_of_lab(server, browser):
    with open_lab(server, browser) as opened:
        opened.open(opened.write("failures.ipynb", [SETUP, PANEL, SECOND]))
        opened.run(0)
        yield opened


@pytest.fixture
def lab(page_of_lab):
    """The panel, made anew and training; the test that kills the kernel stands last."""
    page_of_lab.page.evaluate("() => document.querySelector('.gt-live')?.removeAttribute('data-state')")
    page_of_lab.run(1)
    wait_for(page_of_lab, "training")
    wait_beyond(page_of_lab, 20)
    return page_of_lab


def save(lab):
    lab.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")


def test_a_hundred_wild_moves_of_sliders_end_with_what_the_page_shows(lab):
    rng = random.Random(0)
    sliders = [lab.slider(name, 1) for name in ("lr", "batch_size", "Rewind to step")]
    keys = ("ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End")
    for n in range(100):
        slider = rng.choice(sliders[:2] if n % 10 else sliders)
        slider.evaluate("element => element.focus()")
        lab.page.keyboard.press(rng.choice(keys))
    lab.page.wait_for_timeout(1500)
    assert lab.n_cells == 3
    assert lab.ask("trainers() <= 1") == "True"
    heal = live_panel(lab).locator(".gt-offer")
    if heal.is_visible():
        heal.click()
        wait_for(lab, "training")
    button = live_panel(lab).get_by_role("button", name="Pause", exact=True)
    if button.count():
        button.click()
        wait_for(lab, "paused")
    lab.page.wait_for_timeout(500)
    texts = {name: lab.slider(name, 1).get_attribute("aria-valuetext") for name in ("lr", "batch_size")}
    shown = {name: float(text.split()[0]) for name, text in texts.items()}
    settings = json.loads(lab.ask("__import__('json').dumps(dict(panel.steering.run.settings))").strip("'"))
    for name, value in shown.items():
        assert value == pytest.approx(settings[name], rel=1e-2)
    assert words(lab)
    assert [error for error in lab.errors if "404" not in error] == []


def test_a_reload_in_training_shows_the_run_again_and_steers_it(lab):
    save(lab)
    before = position(lab)
    lab.ask("globals().update(before=run)")
    lab.open("failures.ipynb")
    wait_beyond(lab, before)
    assert lab.ask("panel.steering.run is before, trainers() <= 1") == "(True, True)", "no second run was begun"
    points = "len(run.curve('loss')[0])"
    assert int(lab.ask(points)) > before, "the whole curve is kept"
    aria = live_panel(lab).locator("canvas.gt-chart").get_attribute("aria-label")
    assert "loss " in aria, "and drawn from its first step"
    state = live_panel(lab).get_attribute("data-state")
    if state == "training":
        live_panel(lab).get_by_role("button", name="Pause", exact=True).click()
        wait_for(lab, "paused")
    at = position(lab)
    live_panel(lab).get_by_role("button", name="Play", exact=True).click()
    wait_beyond(lab, at)
    lab.drag("lr", 0.2, 0.3)
    wait_until(lab, "len(run.changes) > 0")


def test_a_kernel_killed_in_training_is_said_on_the_panel_and_the_notebook_stays(lab):
    save(lab)
    kernel = int(lab.ask("__import__('os').getpid()"))
    at = position(lab)
    os.kill(kernel, signal.SIGKILL)
    lab.page.wait_for_function("() => document.querySelector('.gt-live')?.dataset.lost === 'true'", timeout=30_000)
    assert "Nothing heard from the kernel" in words(lab)
    assert "run the cells from the top" in words(lab)
    assert live_panel(lab).locator(".gt-badge").inner_text() == "No news"
    assert "left" not in live_panel(lab).locator(".gt-counts").inner_text()
    assert position(lab) >= at, "what was reached stays on the screen"
    lab.page.keyboard.press("Escape")  # JupyterLab's own word about the restart
    lab.wait_idle(60)
    sources = [cell["source"] for cell in json.loads((lab.server.root / "failures.ipynb").read_text())["cells"]]
    assert len(sources) == 3
    lab.run(0)
    lab.run(1)
    lab.page.wait_for_function("() => document.querySelector('.gt-live')?.dataset.lost === undefined", timeout=30_000)
    wait_for(lab, "training")
    wait_beyond(lab, 5)
