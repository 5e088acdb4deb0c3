"""The live-training panel in JupyterLab: played, paused, rewound, branched and steered as a student does it."""


import ipykernel
import pytest

from tests.browser.lab import open_lab

SETUP = """
import threading, time, torch
from torch import nn
from gentutor.knobs import Knob, KnobSet
from gentutor.training import Batches, Run, background, set_lr
from gentutor.widgets import live

KNOBS = KnobSet(
    Knob("lr", 0.01, 1e-4, 1e8, help="h", effect="higher: e", scale="log"),
    Knob("batch_size", 8, 1, 64, help="h", effect="higher: e"),
)

def update(model, optimiser, x, settings, generator):
    time.sleep(0.004)  # so that the run lasts
    set_lr(optimiser, settings.lr)
    loss = ((model(x) - 1) ** 2).mean()
    optimiser.zero_grad(); loss.backward(); optimiser.step()
    return {"loss": loss.item(), "lr": settings.lr}

def trainers():
    return sum(thread.name == background.THREAD_NAME for thread in threading.enumerate())
"""
PANEL = """
torch.manual_seed(0)
model = nn.Linear(16, 16)
parts = {"model": model, "optimiser": torch.optim.SGD(model.parameters(), lr=0.01)}
run = Run(update, parts, Batches(torch.rand(64, 16)), {}, knobs=KNOBS, steps=20_000)
panel = live(run, knobs=("lr", "batch_size"), view=lambda parts: parts["model"].weight, title="A run", alt="Weights.")
panel
"""
TEXT = """
from gentutor.plots import paint_text
other = Run(update, {"model": nn.Linear(16, 16), "optimiser": torch.optim.SGD(model.parameters(), lr=0.01)},
            Batches(torch.rand(64, 16)), {}, knobs=KNOBS, steps=100)
live(other, view=lambda parts: paint_text(["It is a truth"] * 3, n_lines=6, width=640), alt="Lines.", autoplay=False)
"""
BUSY = "time.sleep(30); print('SLE' + 'PT')"
ACTIVE = "panel.steering.run"


@pytest.fixture(scope="module")
def page_of_lab(server, browser):
    with open_lab(server, browser) as lab:
        lab.open(lab.write("live.ipynb", [SETUP, PANEL, BUSY, TEXT]))
        lab.run(0)
        yield lab


@pytest.fixture
def lab(page_of_lab):
    """The panel, made anew and training."""
    page_of_lab.page.evaluate("() => document.querySelector('.gt-live')?.removeAttribute('data-state')")
    page_of_lab.run(1)
    wait_for(page_of_lab, "training")
    return page_of_lab


def live_panel(lab):
    return lab.panel(1)


def wait_for(lab, state):
    lab.page.wait_for_function(
        "state => document.querySelector('.gt-live')?.dataset.state === state", arg=state, timeout=20_000
    )


def click(lab, name):
    live_panel(lab).get_by_role("button", name=name, exact=True).click()


def position(lab):
    return int(live_panel(lab).get_attribute("data-position"))


def wait_beyond(lab, step):
    lab.page.wait_for_function(
        "step => Number(document.querySelector('.gt-live')?.dataset.position ?? 0) > step", arg=step, timeout=20_000
    )


def holds(lab, expression):
    return lab.ask(f"bool({expression})") == "True"


def wait_until(lab, expression):
    """Wait until a Python expression in the kernel is true."""
    for _ in range(200):
        if holds(lab, expression):
            return
        lab.page.wait_for_timeout(50)
    raise AssertionError(f"{expression} stayed false; the panel says: {words(lab)}")


def words(lab):
    return live_panel(lab).locator(".gt-words").inner_text()


def focus(lab, place):
    """Focus an element and see that it keeps it: JupyterLab focuses the notebook a while after a cell has run."""
    for _ in range(50):
        place.focus()
        lab.page.wait_for_timeout(100)
        if place.evaluate("element => document.activeElement === element"):
            return
    raise AssertionError("The element does not keep the focus.")


def interrupt_busy_cell(lab):
    # Its output, because the page's own messages let the kernel call itself idle while the cell runs on.
    lab.interrupt()
    lab.output(2).filter(has_text="KeyboardInterrupt").first.wait_for(timeout=10_000)
    lab.cell(2).locator(".jp-InputPrompt").filter(has_not_text="*").first.wait_for()
    lab.page.wait_for_timeout(300)  # the kernel still refuses what was queued behind a cell that failed


def paused_at(lab, step):
    wait_beyond(lab, step)
    click(lab, "Pause")
    wait_for(lab, "paused")
    return position(lab)


def test_training_runs_live(lab):
    before = lab.pixels(lab.canvas(1))
    lab.wait_until_changed(lab.canvas(1), before)
    wait_beyond(lab, 50)
    assert lab.ask("trainers()") == "1"
    assert "steps/s" in live_panel(lab).locator(".gt-counts").inner_text()
    assert live_panel(lab).locator("canvas.gt-picture").get_attribute("aria-label").startswith("Weights. At step ")
    assert "loss " in live_panel(lab).locator("canvas.gt-chart").get_attribute("aria-label")


def test_a_new_learning_rate_is_recorded_and_takes_effect(lab):
    wait_beyond(lab, 10)
    lab.drag("lr", 0.2, 0.3)
    wait_until(lab, "len(run.changes) > 0 and run.curve('lr')[1][-1] == run.changes[-1].value")
    assert holds(lab, "run.changes[0].step > 0 and run.changes[-1].value != 0.01")
    # The update after the recorded step is the first that used the new value.
    assert holds(lab, "run.curve('lr')[1][run.changes[-1].step] == run.changes[-1].value")


def test_pause_really_pauses_and_the_space_bar_plays(lab):
    at = paused_at(lab, 10)
    assert lab.ask("trainers(), run.position") == f"(0, {at})"
    lab.page.wait_for_timeout(300)
    assert lab.ask("run.position") == str(at)
    focus(lab, live_panel(lab))
    lab.page.keyboard.press("Space")
    wait_beyond(lab, at)
    lab.page.keyboard.press("Space")
    wait_for(lab, "paused")


def test_step_takes_one_step(lab):
    at = paused_at(lab, 10)
    click(lab, "Step")
    wait_beyond(lab, at)
    assert lab.ask("run.position") == str(at + 1)


def test_rewind_shows_older_weights(lab):
    paused_at(lab, 700)  # snapshots lie 313 steps apart
    newest = lab.pixels(lab.canvas(1))
    scrubber = lab.slider("Rewind to step", 1)
    focus(lab, scrubber)
    lab.page.keyboard.press("Home")
    wait_until(lab, "run.position == 0")
    lab.wait_until_changed(lab.canvas(1), newest)
    assert "Rewound to step 0" in words(lab)
    expected = lab.ask("panel.picture().ravel().tolist()")
    assert str(lab.pixels(lab.canvas(1))[..., 0].ravel().tolist()) == expected.replace("\n", "")
    lab.page.keyboard.press("ArrowRight")
    wait_until(lab, "run.position == run.snapshot_steps[1] > 0")


def test_a_branch_is_drawn_over_its_parent(lab):
    paused_at(lab, 400)
    focus(lab, lab.slider("Rewind to step", 1))
    lab.page.keyboard.press("Home")
    wait_until(lab, "run.position == 0")
    focus(lab, lab.slider("lr", 1))
    lab.page.keyboard.press("ArrowRight")
    legend = live_panel(lab).locator(".gt-legend button")
    legend.nth(1).wait_for()
    assert legend.nth(1).inner_text().startswith("branch 1: lr 0.01")
    assert "branch 1" in words(lab)
    click(lab, "Play")
    wait_for(lab, "training")
    wait_until(lab, f"{ACTIVE} is run.family()[1] and {ACTIVE}.position > 200")
    paused_at(lab, 200)
    chart = lab.pixels(live_panel(lab).locator("canvas.gt-chart")).astype(int)
    for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)):
        assert (abs(chart[..., :3] - colour).sum(axis=-1) < 12).sum() > 30
    legend.nth(0).click()
    wait_until(lab, f"{ACTIVE} is run")
    assert legend.nth(0).get_attribute("aria-pressed") == "true"


def test_divergence_is_explained_and_healed(lab):
    wait_beyond(lab, 10)
    focus(lab, lab.slider("lr", 1))
    lab.page.keyboard.press("End")
    wait_for(lab, "diverged")
    assert words(lab).startswith("Training diverged at step ")
    live_panel(lab).get_by_role("button", name="Rewind to step").click()
    wait_for(lab, "training")
    wait_until(lab, f"{ACTIVE} is not run and {ACTIVE}.settings['lr'] == 0.01 and not {ACTIVE}.trouble")


def test_running_the_cell_again_leaves_one_trainer(lab):
    wait_beyond(lab, 5)
    lab.run(1)
    wait_for(lab, "training")
    wait_beyond(lab, 5)
    assert lab.ask("trainers(), background.running() is run") == "(1, True)"
    assert lab.panel().count() == 1


def test_interrupting_an_idle_kernel_leaves_no_trainer(lab):
    wait_beyond(lab, 5)
    lab.interrupt()
    wait_until(lab, "trainers() == 0")
    wait_for(lab, "paused")
    assert words(lab).startswith("Interrupted")


def test_interrupting_a_busy_kernel_leaves_no_trainer(lab):
    lab.run(2, wait=False)
    lab.page.wait_for_timeout(500)
    wait_beyond(lab, position(lab))  # frames come although the kernel is busy
    interrupt_busy_cell(lab)
    wait_until(lab, "trainers() == 0")


@pytest.mark.skipif(int(ipykernel.__version__.split(".")[0]) < 7, reason="older kernels hear the page between cells")
def test_moves_are_heard_while_another_cell_runs(lab):
    lab.run(2, wait=False)
    lab.page.wait_for_timeout(300)
    wait_beyond(lab, position(lab))
    click(lab, "Pause")
    wait_for(lab, "paused")
    click(lab, "Play")
    wait_for(lab, "training")
    assert "SLEPT" not in lab.cell(2).inner_text()  # all that while the cell ran on
    interrupt_busy_cell(lab)


def test_typing_in_the_panel_reaches_neither_notebook_nor_cell(lab):
    n_cells = lab.n_cells
    for place in (live_panel(lab), lab.slider("lr", 1), lab.slider("Rewind to step", 1)):
        focus(lab, place)
        lab.page.keyboard.press("d")
        lab.page.keyboard.press("d")
    lab.page.wait_for_timeout(200)
    assert lab.n_cells == n_cells


def test_nothing_jumps_while_it_trains_and_is_steered(lab):
    lab.page.wait_for_timeout(300)
    since = lab.clock()
    lab.drag("lr", 0.2, 0.3)
    paused_at(lab, position(lab) + 20)
    click(lab, "Branch")
    live_panel(lab).locator(".gt-legend button").nth(1).wait_for()
    click(lab, "Play")
    wait_for(lab, "training")
    focus(lab, lab.slider("lr", 1))
    lab.page.keyboard.press("End")
    wait_for(lab, "diverged")
    live_panel(lab).get_by_role("button", name="Rewind to step").click()
    wait_for(lab, "training")
    assert lab.layout_shift(since) == (0, [])


def test_the_page_reports_no_error(lab):
    assert [error for error in lab.errors if "404" not in error] == []


def test_lines_of_text_are_as_large_as_they_were_drawn(lab):
    lab.run(3)
    picture = lab.panel(3).locator(".gt-picture")
    lab.page.wait_for_function("() => document.querySelectorAll('.gt-live .gt-picture').length == 2")
    box, around = picture.bounding_box(), lab.panel(3).bounding_box()
    assert box["width"] == 640
    assert box["height"] == pytest.approx(24 * 6 + 8, abs=1)
    assert box["x"] + box["width"] <= around["x"] + around["width"]
    assert lab.panel(3).locator(".gt-chart").bounding_box()["height"] == 220
