"""How soon does a knob act on a run that trains, and what does the panel cost the training?

    python bench/live_knobs.py --json live.json            # about 2 minutes
    python bench/live_knobs.py --quick --json live.json    # fewer moves and turns, under a minute

One JupyterLab, one Chromium, one kernel that trains a VAE on Fashion-MNIST (784-400-8, batches of 128) and shows 64
decoded samples. Three questions:

- The learning rate is moved by an arrow key. From the time stamp of the key's input event to the start of the first
  update that uses the new value: both are read from this machine's clock, in the page and in the update itself.
- The same number of updates is trained in the background thread without a panel and on the panel, in turns: updates
  a second, the first ones of each turn left out.
- Trainer threads after the cell was run again in the middle of training, and after an interrupt.

Both sides run with ``OMP_WAIT_POLICY=PASSIVE``: else torch's threads spin while they wait for one another, which on a
busy machine slows one thread's pool down many times and another's not at all. For the same reason the reference
trains in a background thread too.
"""

from __future__ import annotations

import argparse
import ast
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for tests.browser.lab

from tests.browser.lab import CHROMIUM_MISSING, Lab, chromium, find_chromium, lab_server, open_lab

REACH_P95, REACH_SLOWER = 60.0, 1.10  # ms; times
SETUP = """
import threading, time, torch
from gentutor.datasets import load_fashion
from gentutor.knobs import KnobSet
from gentutor.knobs.common import BATCH_SIZE, LR
from gentutor.losses import negative_elbo
from gentutor.models.vae import VAE
from gentutor.plots import image_grid
from gentutor.training import Batches, Run, background, set_lr
from gentutor.widgets import live

x = load_fashion("train", n=6000).x
z = torch.randn(64, 8, generator=torch.Generator().manual_seed(0))
clock = []   # when each update began
in_force = []  # (learning rate, when the first update with it began)

def update(model, optimiser, x, settings, generator):
    clock.append(time.time())
    if not in_force or in_force[-1][0] != settings.lr:
        in_force.append((settings.lr, clock[-1]))
    set_lr(optimiser, settings.lr)
    logits, mu, logvar = model(x, generator=generator)
    loss, _ = negative_elbo(logits, x, mu, logvar)
    optimiser.zero_grad(); loss.backward(); optimiser.step()
    return {"loss": loss.item()}

def view(parts):
    return image_grid(parts["model"].decode(z).sigmoid())

def fresh(steps):
    torch.manual_seed(0)
    clock.clear(); in_force.clear()
    model = VAE(latent_dim=8, width=400)
    parts = {"model": model, "optimiser": torch.optim.Adam(model.parameters())}
    return Run(update, parts, Batches(x), {"lr": 1e-4}, knobs=KnobSet(LR, BATCH_SIZE), steps=steps)

def pace(skip=20):
    return (len(clock) - 1 - skip) / (clock[-1] - clock[skip])

def trainers():
    return sum(thread.name == background.THREAD_NAME for thread in threading.enumerate())
"""
PANEL = "run = fresh(steps)\nlive(run, view=view, alt='Samples.')"
HEADLESS = "run = fresh(steps)\nbackground.start(run)\nbackground.wait_for(run)"
WATCH = """(slider) => {
  window.moves = [];
  slider.addEventListener("input", (event) => {
    const at = (performance.timeOrigin + event.timeStamp) / 1000;
    window.moves.push([Number(slider.getAttribute("aria-valuetext")), at]);
  });
}"""


def start_panel(lab: Lab, steps: int) -> None:
    lab.page.evaluate("() => document.querySelector('.gt-live')?.remove()")
    lab.ask(f"globals().__setitem__('steps', {steps})")
    lab.run(1)
    lab.page.wait_for_function("() => Number(document.querySelector('.gt-live')?.dataset.position ?? 0) > 10")


def knob_delays(lab: Lab, moves: int) -> tuple[list[float], int]:
    """Milliseconds from event to effect of each move, and how many moves never took effect."""
    start_panel(lab, 1_000_000)
    slider = lab.slider("lr", 1)
    slider.scroll_into_view_if_needed()
    slider.evaluate(WATCH)
    slider.focus()
    for i in range(moves):
        lab.page.keyboard.press("ArrowRight" if i < moves / 2 else "ArrowLeft")
        lab.page.wait_for_timeout(250 + 7 * (i % 13))  # not in step with the updates
    lab.page.wait_for_timeout(1000)
    made = lab.page.evaluate("() => window.moves")
    acted = ast.literal_eval(lab.ask("in_force[1:]"))
    lab.interrupt()
    lab.page.wait_for_timeout(300)
    delays = []
    ends = [moment for _, moment in made[1:]] + [float("inf")]
    for (value, moment), end in zip(made, ends, strict=True):
        # A value that only comes into force after the next move was overtaken by it, and counts as lost.
        first = [at for new, at in acted if abs(new / value - 1) < 1e-3 and moment <= at < end]
        delays += [1000 * (first[0] - moment)] if first else []
    return delays, len(made) - len(delays)


def paces(lab: Lab, turns: int, steps: int) -> list[tuple[float, float, float]]:
    """Updates a second without and with the panel, and pictures a second, for each turn."""
    results = []
    for turn in range(turns):
        found: dict[str, float] = {}
        for kind in ("headless", "panel") if turn % 2 == 0 else ("panel", "headless"):
            if kind == "headless":
                lab.ask(f"globals().__setitem__('steps', {steps})")
                lab.run(2)
            else:
                start_panel(lab, steps)
                done = "() => document.querySelector('.gt-live').dataset.state === 'done'"
                lab.page.wait_for_function(done, timeout=300_000)
                pictures = float(lab.page.evaluate("() => document.querySelector('.gt-live').dataset.pictures"))
                found["pictures"] = pictures / float(lab.ask("clock[-1] - clock[0]"))
            found[kind] = float(lab.ask("pace()"))
        results.append((found["headless"], found["panel"], found["pictures"]))
    return results


def trainers_after(lab: Lab) -> tuple[int, int]:
    """Trainer threads after a second run of the cell, and after an interrupt."""
    start_panel(lab, 1_000_000)
    start_panel(lab, 1_000_000)
    again = int(lab.ask("trainers()"))
    lab.interrupt()
    lab.page.wait_for_timeout(1000)
    return again, int(lab.ask("trainers()"))


def rows(lab: Lab, quick: bool) -> list[dict[str, Any]]:
    lab.open(lab.write("live.ipynb", [SETUP, PANEL, HEADLESS]))
    lab.run(0)
    delays, lost = knob_delays(lab, 25 if quick else 80)
    turns = paces(lab, 2 if quick else 5, 250 if quick else 600)
    again, interrupted = trainers_after(lab)
    delays.sort()
    p95 = delays[min(len(delays) - 1, round(0.95 * len(delays)))] if delays else float("nan")
    for turn in turns:
        print("  headless {:.1f} updates/s, panel {:.1f} updates/s, {:.1f} pictures/s".format(*turn), file=sys.stderr)
    slower = statistics.median(headless / panel for headless, panel, _ in turns)
    headless, panel, pictures = (statistics.median(turn[i] for turn in turns) for i in range(3))
    return [
        {
            "what": "live knob: moves that take no effect", "reference": None, "ours": lost, "ratio": None,
            "reach": "0", "note": f"of {lost + len(delays)} moves while a VAE trains",
        },
        {
            "what": "live knob: event to first update with the new value, p95", "reference": None,
            "ours": f"{p95:.0f} ms", "ratio": None, "reach": f"at most {REACH_P95:.0f} ms",
            "note": f"median {statistics.median(delays):.0f} ms; one update lasts {1000 / headless:.0f} ms",
        },
        {
            "what": "training on a panel against the same loop headless", "reference": f"{headless:.1f} updates/s",
            "ours": f"{panel:.1f} updates/s", "ratio": round(slower, 3), "reach": f"at most {REACH_SLOWER:.2f}",
            "note": f"ratio of the time for an update; {pictures:.1f} pictures/s; median of {len(turns)} turns",
        },
        {
            "what": "trainers after the cell was run again", "reference": None, "ours": again, "ratio": None,
            "reach": "1", "note": "",
        },
        {
            "what": "trainers after an interrupt", "reference": None, "ours": interrupted, "ratio": None,
            "reach": "0", "note": "pressed between two cells",
        },
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer moves and turns")
    parser.add_argument("--json", type=Path, help="where to write the rows")
    options = parser.parse_args()
    if find_chromium() is None:
        sys.exit(CHROMIUM_MISSING)
    with (
        tempfile.TemporaryDirectory() as folder,
        lab_server(Path(folder) / "lab", environment={"OMP_WAIT_POLICY": "PASSIVE"}) as server,
        chromium() as browser,
        open_lab(server, browser) as lab,
    ):
        found = rows(lab, options.quick)
    for row in found:
        print(f"{row['what']}: reference {row['reference']}, ours {row['ours']}, ratio {row['ratio']} ({row['reach']})")
        print(f"    {row['note']}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
