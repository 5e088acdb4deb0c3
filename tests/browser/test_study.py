"""The study panel in JupyterLab: run, stopped, run on, another map, and finished by the next cell."""

import pytest

from tests.browser.lab import open_lab

SETUP = """
import threading, time
from gentutor.knobs import Knob, KnobSet
from gentutor.tuning import Study, background
from gentutor.widgets import study_panel

KNOBS = KnobSet(
    Knob("lr", 0.01, 1e-5, 1.0, help="h", effect="higher: e", scale="log"),
    Knob("width", 8, 1, 64, help="h", effect="higher: e"),
)

def slow(values, seed):
    for part in range(1, 10):
        time.sleep(0.01)
        yield values["lr"] + 1 / part

study = Study(slow, KNOBS, trials=200, sampler="random")
by_hand = study.by_hand(lr=0.5, width=3)
"""
PANEL = "shown = study_panel(study, title='A study')\nshown"


@pytest.fixture(scope="module")
def lab(server, browser):
    with open_lab(server, browser) as opened:
        opened.open(opened.write("study.ipynb", [SETUP, PANEL, "study.trials = 30\nprint(shown.finish().n_made)"]))
        opened.run(0)
        opened.run(1)
        opened.page.wait_for_function("() => /of 200 trials/.test(document.querySelector('.gt-study')?.textContent)")
        yield opened


def n_made(lab):
    return int(lab.page.locator(".gt-study .gt-caption").inner_text().split(" of ")[0])


def press(lab, name):
    lab.page.locator(".gt-study").get_by_role("button", name=name, exact=True).click()


def wait_beyond(lab, n):
    script = "n => parseInt(document.querySelector('.gt-study .gt-caption').textContent) > n"
    lab.page.wait_for_function(script, arg=n, timeout=20_000)


def test_it_opens_with_the_tries_by_hand(lab):
    canvas = lab.page.locator(".gt-study canvas")
    assert n_made(lab) == 0
    assert "The best by hand: 0.611" in canvas.get_attribute("aria-label")
    assert lab.pixels(canvas).min() < 100  # there is ink


def test_it_runs_stops_and_runs_on_while_the_page_stays_free(lab):
    press(lab, "Run")
    wait_beyond(lab, 3)
    assert lab.ask("background.running() is study") == "True"  # the kernel answers meanwhile
    press(lab, "Stop")
    lab.page.get_by_text("Stopped after").wait_for(timeout=10_000)
    stood = n_made(lab)
    lab.page.wait_for_timeout(600)
    assert n_made(lab) == stood
    press(lab, "Run")
    wait_beyond(lab, stood + 1)
    press(lab, "Stop")
    lab.page.get_by_text("Stopped after").wait_for(timeout=10_000)


def test_the_map_shows_other_knobs_and_keys_stay_in_the_panel(lab):
    canvas = lab.page.locator(".gt-study canvas")
    before = lab.pixels(canvas)
    lab.page.get_by_label("map across").select_option("width")
    lab.wait_until_changed(canvas, before)
    cells = lab.n_cells
    lab.page.get_by_label("map across").press("d")
    lab.page.get_by_label("map across").press("d")
    assert lab.n_cells == cells


def test_the_next_cell_finishes_it(lab):
    press(lab, "Run")
    wait_beyond(lab, n_made(lab))
    lab.run(2)
    made = int(lab.output(2).inner_text().split()[-1])
    assert made >= 30
