"""The student copy of lesson 04 in JupyterLab, as a student meets it: it opens alive, and its run can be steered."""

import json

import pytest

from gentutor.workspace.lessons import find_lesson
from gentutor.workspace.student import student_copy
from tests.browser.lab import open_lab

NOTEBOOK = "04_vaes.ipynb"
# Two auto-encoders are trained before the live run; what it needs of that cell is this.
INSTEAD_OF_TRAINING = "batches = Batches(train.x, seed=seed); steps = batches.steps_for(20, batch_size)"
LEFT_OUT = {"train-auto-encoders", "compare-copies", "auto-encoder-creates"}


@pytest.fixture(scope="module")
def lesson(server, browser):
    """The page, with the copy open, and a dictionary of its cells' numbers."""
    text = student_copy(find_lesson("04_vaes"))
    (server.root / NOTEBOOK).write_text(text, encoding="utf-8")
    cells = json.loads(text)["cells"]
    places = {cell["id"]: place for place, cell in enumerate(cells)}
    code = [cell["id"] for cell in cells if cell["cell_type"] == "code"]
    with open_lab(server, browser) as lab:
        lab.open(NOTEBOOK)
        lab.errors.clear()  # of JupyterLab's own start
        yield lab, places, code


def run_up_to(lab, places, code, first, last):
    for name in code[code.index(first) : code.index(last) + 1]:
        if name == "train-auto-encoders":
            lab.ask(f"exec({INSTEAD_OF_TRAINING!r}, globals())")
        elif name not in LEFT_OUT:
            lab.run(places[name])


def test_the_first_slider_moves_a_picture_of_a_trained_model(lesson):
    lab, places, code = lesson
    run_up_to(lab, places, code, "imports", "opening-slider")
    cell = places["opening-slider"]
    lab.cell(cell).scroll_into_view_if_needed()
    lab.slider("beta", cell).wait_for()
    canvas = lab.canvas(cell)
    before, since = lab.pixels(canvas), lab.clock()
    assert before[..., :3].std() > 20  # real pictures, not a blank canvas
    lab.drag("beta", 0.45, 0.95, n=cell)
    after = lab.wait_until_changed(canvas, before)
    assert (abs(after.astype(int) - before) > 8).mean() > 0.05
    assert lab.layout_shift(since)[0] == 0
    assert not lab.errors


def test_no_line_of_code_is_hidden_behind_the_edge(lesson):
    lab, places, _ = lesson
    cell = lab.cell(places["parameters"])
    cell.scroll_into_view_if_needed()
    wide, shown = cell.locator(".cm-scroller").evaluate("(code) => [code.scrollWidth, code.clientWidth]")
    assert wide <= shown + 1
    lines = cell.locator(".cm-line").evaluate_all("(lines) => lines.map((line) => line.clientHeight)")
    assert max(lines) > 1.5 * min(lines)  # a line that needs two rows has them


def test_the_empty_copy_goes_on_past_every_check(lesson):
    lab, places, code = lesson
    run_up_to(lab, places, code, "principal-components", "vae-run")
    for name in ("reparameterise", "kl-divergence", "elbo"):
        shown = lab.output(places[f"check-{name}"])
        shown.filter(has_text="Not attempted yet").first.wait_for()


def test_the_live_run_takes_a_learning_rate_pauses_and_rewinds(lesson):
    lab, places, _ = lesson
    cell = places["steer"]
    lab.run(cell)
    panel = lab.panel(cell)
    panel.scroll_into_view_if_needed()

    def wait_for(state):
        lab.page.wait_for_function(
            "state => document.querySelector('.gt-live')?.dataset.state === state", arg=state, timeout=30_000
        )

    wait_for("training")
    lab.page.wait_for_function("() => Number(document.querySelector('.gt-live').dataset.position) > 100")
    since = lab.clock()
    lab.drag("lr", 0.65, 0.5, n=cell)
    panel.get_by_role("button", name="Pause", exact=True).click()
    wait_for("paused")
    name, value = lab.ask("(run.changes[-1].name, run.changes[-1].value)").strip("()").split(", ")
    assert name == "'lr'"
    assert float(value) < 0.003
    position = int(lab.ask("run.position"))
    samples = lab.pixels(panel.locator("canvas.gt-picture"))
    panel.get_by_role("slider", name="Rewind to step").press("Home")
    lab.wait_until_changed(panel.locator("canvas.gt-picture"), samples)
    assert (int(lab.ask("run.position")), int(lab.ask("run.end"))) == (0, position)
    assert lab.layout_shift(since)[0] == 0
    assert not lab.errors
