"""`live`: messages of the page, as a fake page sends them, and their effect on the run."""

import threading
import time

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient
from torch import nn
from torch.nn import functional as F

from gentutor.errors import GentutorError, KnobError
from gentutor.knobs import Knob, KnobSet
from gentutor.training import Batches, Run, background, replay, set_lr
from gentutor.training.state import same
from gentutor.widgets import live
from gentutor.widgets.live_player import MOVES
from gentutor.widgets.steering import Steering

KNOBS = KnobSet(
    Knob("lr", 0.01, 1e-6, 1e6, help="h", effect="e", scale="log"),
    Knob("batch_size", 8, 1, 64, help="h", effect="e"),
    Knob("width", 8, 1, 64, help="h", effect="e", live=False),
)


def update(model, optimiser, x, settings, generator):
    set_lr(optimiser, settings.lr)
    loss = F.mse_loss(model(x + 0.1 * torch.randn(x.shape, generator=generator)), x)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return {"loss": loss.item()}


def make_run(steps=60, update=update):
    torch.manual_seed(0)
    model = nn.Linear(4, 4)
    x = torch.rand(64, 4, generator=torch.Generator().manual_seed(1))
    parts = {"model": model, "optimiser": torch.optim.SGD(model.parameters(), lr=0.01)}
    return Run(update, parts, Batches(x), {}, knobs=KNOBS, steps=steps)


def view(parts):
    return parts["model"].weight.sigmoid()  # (4, 4)


class Page:
    """The page of a panel: sends moves, keeps what it is sent."""

    def __init__(self, panel):
        self.panel, self.got = panel, []
        panel.send = lambda content, buffers=(): self.got.append((content, [bytes(b) for b in buffers]))
        self.move("ready", view="v")

    def move(self, kind, **content):
        self.panel._receive(None, {"kind": kind, **content}, [])

    def frames(self):
        return [(content, buffers) for content, buffers in self.got if content["kind"] == "update"]

    @property
    def status(self):
        return self.frames()[-1][0]

    def curve(self, run=0, name="loss"):
        """The curve as the page has put it together from the pieces."""
        values = np.zeros(0, np.float32)
        for content, buffers in self.frames():
            first = 1 if content["picture"] else 0
            for i, piece in enumerate(content["curves"]):
                if (piece["run"], piece["name"]) == (run, name):
                    new = np.frombuffer(buffers[first + 2 * i + 1], np.float32)
                    values = np.concatenate([values[: piece["start"]], new])
        return values

    def wait(self, condition, seconds=20):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.status
            time.sleep(0.01)


@pytest.fixture
def open_panel():
    panels = []

    def make(run, **options):
        options.setdefault("autoplay", False)
        panels.append(live(run, **options))
        return Page(panels[-1])

    yield make
    for panel in panels:
        panel.close()
    background.stop()


def trainers():
    return [t for t in threading.enumerate() if t.name == background.THREAD_NAME and t.is_alive()]


def test_the_first_page_starts_training_and_sees_it_to_the_end(open_panel):
    run = make_run()
    page = open_panel(run, autoplay=True, view=view, alt="Weights.")
    page.wait(lambda: page.status["state"] == "done")
    assert run.position == 60
    content, buffers = page.frames()[-1]
    assert content["picture"] == [4, 4]
    expected = (torch.sigmoid(run.parts["model"].weight).detach().numpy() * 255 + 0.5).astype(np.uint8)
    np.testing.assert_array_equal(np.frombuffer(buffers[0], np.uint8).reshape(4, 4), expected)
    np.testing.assert_allclose(page.curve(), run.curve("loss")[1], rtol=1e-6)


def test_no_page_no_training():
    panel = live(make_run())
    assert panel.steering.run.position == 0
    assert not trainers()
    panel.close()


def test_training_on_a_panel_gives_the_bits_of_training_without(open_panel):
    run = make_run(400)
    page = open_panel(run, autoplay=True, view=view)
    page.move("pause")
    page.move("play")
    run.finish(progress=False)
    assert same(run.parts["model"].state_dict(), make_run(400).finish(progress=False).parts["model"].state_dict())


def test_pause_pauses_and_play_goes_on(open_panel):
    run = make_run(100_000)
    page = open_panel(run)
    page.move("play")
    page.wait(lambda: run.position > 5)
    page.move("pause")
    at = run.position
    assert not trainers()
    time.sleep(0.05)
    assert run.position == at
    assert (page.status["state"], page.status["position"]) == ("paused", at)
    assert str(at) in page.status["words"].replace(",", "")
    page.move("play")
    page.wait(lambda: run.position > at)


def test_a_knob_moved_while_it_trains_is_in_force_and_recorded(open_panel):
    run = make_run(100_000)
    page = open_panel(run)
    page.move("play")
    page.wait(lambda: run.position > 5)
    page.move("set", name="lr", value=0.05, n=7)
    answer = next(content for content, _ in page.got if content["kind"] == "ack")
    assert answer["n"] == 7
    page.wait(lambda: run.position > answer["step"] + 5)
    page.move("stop")
    (change,) = run.changes
    assert (change.name, change.value, change.step) == ("lr", 0.05, answer["step"])
    assert page.status["settings"]["lr"] == 0.05
    again = replay(run.recording(), make_run(100_000))
    assert same(run.parts["model"].state_dict(), again.parts["model"].state_dict())
    assert page.status["runs"][0]["marks"] == [
        {"step": change.step, "text": f"lr 0.01 → 0.05 from step {change.step:,}"}
    ]


def test_one_step(open_panel):
    run = make_run()
    page = open_panel(run)
    page.move("step")
    assert run.position == page.status["position"] == 1
    assert page.status["words"].startswith("Step 1: loss ")


def test_rewind_shows_the_weights_of_that_step(open_panel):
    run, fresh = make_run().finish(progress=False), make_run()
    for _ in range(20):
        fresh.step()
    page = open_panel(run, view=view)
    page.move("rewind", step=20, n=1)
    content, buffers = page.frames()[-1]
    assert content["position"] == 20
    assert content["end"] == 60
    assert buffers[0] == open_panel(fresh, view=view).frames()[-1][1][0]
    assert page.got[-2][0] | {"time": 0} == {"kind": "ack", "move": "rewind", "n": 1, "step": 20, "time": 0}


def test_a_knob_moved_after_a_rewind_makes_a_branch_and_says_so(open_panel):
    run = make_run().finish(progress=False)
    page = open_panel(run)
    page.move("rewind", step=20)
    page.move("set", name="lr", value=0.02)
    page.move("set", name="lr", value=0.03)  # the drag goes on: still one branch
    root, branch = run.family()
    assert root is run
    assert page.status["active"] == 1
    assert page.status["runs"][1]["label"] == "branch 1: lr 0.03 from step 20"
    assert "branch 1" in page.status["words"]
    page.move("play")
    page.wait(lambda: page.status["state"] == "done")
    assert run.changes == []
    np.testing.assert_allclose(page.curve(run=1), branch.curve("loss")[1], rtol=1e-6)
    assert not np.allclose(branch.curve("loss")[1][-1], run.curve("loss")[1][-1], rtol=1e-3)


def test_branch_button_and_choosing_by_the_legend(open_panel):
    run = make_run()
    page = open_panel(run)
    page.move("step")
    page.move("branch")
    assert page.status["active"] == 1
    page.move("step")
    assert (run.position, run.family()[1].position) == (1, 2)
    page.move("choose", run=0)
    assert (page.status["active"], page.status["position"]) == (0, 1)
    page.move("choose", run=9)
    assert "9" in page.status["words"]


def test_divergence_is_explained_and_the_offer_heals_it(open_panel):
    run = make_run(400)
    page = open_panel(run)
    for _ in range(40):
        page.move("step")
    page.move("set", name="lr", value=1e6)
    page.move("play")
    page.wait(lambda: page.status["state"] == "diverged")
    assert page.status["words"].startswith("Training diverged at step ")
    assert "run.rewind" not in page.status["words"]  # the panel has a button for that
    assert page.status["offer"]["step"] <= 40
    assert page.status["offer"]["lr"] == 0.01
    page.move("set", name="lr", value=1e6)  # the slider is let go
    page.move("set", name="lr", value=1e5)  # or the drag goes on
    assert page.status["state"] == "diverged"
    assert run.family() == [run]
    page.move("heal")
    page.wait(lambda: page.status["state"] == "done")
    assert run.family()[1].settings["lr"] == 0.01
    assert np.isfinite(run.family()[1].curve("loss")[1]).all()


def test_refusals_are_said_in_words(open_panel):
    run = make_run().finish(progress=False)
    page = open_panel(run)
    page.move("play")
    assert "Rewind" in page.status["words"]
    page.move("set", name="lr", value=0.5)
    assert "Rewind" in page.status["words"]
    page.move("set", name="lr", value=-1)
    assert "outside its range" in page.status["words"]
    page.move("nonsense")
    assert run.changes == []


def test_an_update_that_raises_is_named(open_panel):
    def broken(**_):
        raise ValueError("shapes do not fit")

    page = open_panel(make_run(update=broken))
    page.move("play")
    page.wait(lambda: "shapes do not fit" in page.status["words"])
    assert page.status["state"] == "paused"
    page.move("step")
    assert page.status["words"] == "ValueError: shapes do not fit"


def test_a_second_panel_that_trains_pauses_the_first(open_panel):
    first, second = open_panel(make_run(100_000)), open_panel(make_run(100_000))
    first.move("play")
    second.move("play")
    assert len(trainers()) == 1
    assert background.running() is second.panel.steering.run
    assert first.status["state"] == "paused"
    assert "another panel" in first.status["words"]


def test_a_closed_view_and_a_closed_panel_leave_no_trainer(open_panel):
    page = open_panel(make_run(100_000))
    page.move("play")
    page.move("gone", view="v")
    assert not trainers()
    page.move("ready", view="w")
    page.move("play")
    assert trainers()
    page.panel.close()
    assert not trainers()
    page.move("play")
    assert not trainers()


def test_moves_of_one_drag_are_one_mark():
    run = make_run(1000)
    steering = Steering(run, KNOBS.only("lr"))
    for value in (0.02, 0.03, 0.04):
        run.step()
        steering.set("lr", value)
    for _ in range(50):
        run.step()
    steering.set("lr", 0.01)
    assert [mark["text"] for mark in steering.marks(run)] == [
        "lr 0.01 → 0.04 from step 1",
        "lr 0.04 → 0.01 from step 53",
    ]


def test_what_cannot_be_shown_is_refused():
    with pytest.raises(KnobError, match="width is fixed"):
        live(make_run(), knobs=("width",))
    with pytest.raises(KnobError, match="no knob 'nothing'"):
        live(make_run(), knobs=("nothing",))
    with pytest.raises(GentutorError, match=r"shape \(4,\)"):
        live(make_run(), view=lambda parts: parts["model"].bias)


def test_callbacks_draw_nothing_from_the_global_random_stream(open_panel):
    run = make_run()
    before = torch.get_rng_state()
    page = open_panel(run, autoplay=True, view=view)
    page.wait(lambda: page.status["state"] == "done")
    assert torch.equal(torch.get_rng_state(), before)


SETUP = """
import torch
from torch import nn
from gentutor.knobs import Knob, KnobSet
from gentutor.training import Batches, Run, set_lr
from gentutor.widgets import live

def update(model, optimiser, x, settings, generator):
    set_lr(optimiser, settings.lr)
    loss = ((model(x) - x) ** 2).mean()
    optimiser.zero_grad(); loss.backward(); optimiser.step()
    return {"loss": loss.item()}

knobs = KnobSet(Knob("lr", 0.1, 1e-3, 10.0, help="h", effect="e"), Knob("batch_size", 8, 1, 64, help="h", effect="e"))
model = nn.Linear(4, 4)
parts = {"model": model, "optimiser": torch.optim.SGD(model.parameters(), lr=0.1)}
run = Run(update, parts, Batches(torch.rand(64, 4)), {}, knobs=knobs, steps=40)
"""


def test_without_a_page_the_still_picture_shows_the_finished_training():
    cells = [SETUP, "live(run, view=lambda parts: parts['model'].weight.sigmoid(), title='A run')"]
    form = nbformat.v4
    notebook = form.new_notebook(cells=[form.new_code_cell(cell) for cell in [*cells, "run.position", "run.finish();"]])
    NotebookClient(notebook, timeout=120, store_widget_state=False).execute()
    (output,) = notebook.cells[1].outputs
    assert notebook.cells[2].outputs[0].data["text/plain"] == "0"  # nothing trained behind the lesson's back
    assert "trained to step 40 of 40" in output.data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in output.data
    assert "trained to step 40 of 40" in output.data["text/html"]
    assert len(output.data["image/png"]) > 5000


def test_finish_trains_the_branch_that_is_steered(open_panel):
    run = make_run(60)
    page = open_panel(run)
    for _ in range(5):
        page.move("step")
    page.move("rewind", step=0)
    page.move("set", name="lr", value=0.02)
    done = page.panel.finish(progress=False)
    assert done is run.family()[1]
    assert (done.position, done.settings["lr"]) == (60, 0.02)
    assert run.position == 0


def test_finish_repairs_a_run_that_the_student_has_wrecked(open_panel, capsys):
    run = make_run(60)
    page = open_panel(run)
    for _ in range(20):
        page.move("step")
    page.move("set", name="lr", value=1e6)
    done = page.panel.finish(progress=False)
    assert done is run.family()[-1] is not run
    assert done.position == 60
    assert done.settings["lr"] == 0.01  # where it was healthy
    assert "The run had diverged. Rewound to step" in capsys.readouterr().out


def test_finish_without_a_page_gives_the_bits_of_the_run(open_panel):
    panel = open_panel(make_run(60), autoplay=False).panel
    expected = make_run(60).finish(progress=False).parts["model"].state_dict()
    assert same(panel.finish(progress=False).parts["model"].state_dict(), expected)


@pytest.mark.parametrize("closed", [True, False])
def test_a_panel_may_be_collected_in_a_thread_while_another_holds_the_lock(open_panel, closed):
    """The garbage collector runs in any thread: it once stopped a trainer that was just being started."""
    panel = open_panel(make_run(10)).panel
    if closed:
        panel.close()
    collector = threading.Thread(target=panel.__del__)
    with MOVES:
        collector.start()
        collector.join(10)
        assert not collector.is_alive()
