"""How long from a slider's event to the painted picture, when the decoder runs in the page?

    python bench/in_page_slider.py --json slider.json            # on a plain page and in JupyterLab, about 1 minute
    python bench/in_page_slider.py --quick --json slider.json    # on a plain page only

A slider of the latent map is dragged with the mouse in Chromium, a move each 50 ms. The clock starts with the
browser's time stamp of the mouse's move, before the move waits for the next frame, and stops in the first task
after the frame that shows its picture, as a page can know it (requestAnimationFrame, then a message). The reference
is the same drag on a bare slider that changes one word of text: what the browser itself needs. With the bundled
weights where they are there, else with untrained ones of the same size.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for tests.browser.lab

MOVES = 60  # of one drag; a quick run makes one, a full run four
REACH_MEDIAN, REACH_P95 = 25.0, 35.0  # ms
BARE = """<p id="out">0</p><input type="range" min="0" max="1000" style="width: 300px" aria-label="bare">
<script>document.querySelector("input").oninput = (e) => { out.textContent = e.target.value; };</script>"""
CELL = """
from pathlib import Path
class Map:
    def _repr_mimebundle_(self, **_):
        return {"text/html": Path("map_output.html").read_text(), "text/plain": "map"}
Map()
"""
# Listens on the element itself, before its own listeners: in a shadow root events stay inside.
WATCH = """(slider) => {
  window.painted = [];
  let start = 0;
  slider.addEventListener("pointermove", (event) => { start = event.timeStamp; }, {capture: true});
  slider.addEventListener("input", () => {
    const began = start;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.painted.push(performance.now() - began);
      channel.port2.postMessage(0);
    });
  }, {capture: true});
}"""


def measure(page: Any, slider: Any, drags: int) -> list[float]:
    """Drag `slider` to and fro; return milliseconds for each event."""
    slider.scroll_into_view_if_needed()
    slider.evaluate(WATCH)
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 10, middle)
    page.mouse.down()
    for drag in range(drags):
        for move in range(MOVES):
            part = (move + 1) / MOVES if drag % 2 == 0 else 1 - (move + 1) / MOVES
            page.mouse.move(box["x"] + 10 + part * (box["width"] - 20), middle)
            page.wait_for_timeout(50)
    page.mouse.up()
    times: list[float] = page.evaluate("() => window.painted")
    return times[3:]  # the first moves warm the page's compiler


def make_map() -> tuple[str, str]:
    """The map's HTML, and what it shows."""
    import torch

    from gentutor.errors import DataError
    from gentutor.widgets import latent_map

    try:
        from gentutor.datasets import load_fashion
        from gentutor.models import load_bundled

        images = load_fashion("test", n=400)
        model: Any = load_bundled("vae_fashion_2d")
        return latent_map(model, images.x, images.y, images.class_names).html, "bundled weights"
    except (DataError, ImportError):
        from gentutor.models.vae import VAE

        x = torch.rand(400, 1, 28, 28, generator=torch.Generator().manual_seed(0))
        model = VAE(latent_dim=2, width=256, n_layers=2)
        return latent_map(model, x, torch.arange(400) % 10, list("abcdefghij")).html, "untrained weights, 2-256-256-784"


def row(what: str, times: list[float], reference: list[float], note: str) -> dict[str, Any]:
    """One line of the table, median and 95th percentile in ms."""
    median, p95 = np.percentile(times, [50, 95])
    bare = float(np.median(reference))
    reached = median <= REACH_MEDIAN and p95 <= REACH_P95
    return {
        "what": what,
        "reference": f"{bare:.1f} ms (bare slider, one word of text)",
        "ours": f"{median:.1f} ms median, {p95:.1f} ms p95",
        "ratio": round(float(median) / bare, 2),
        "reach": f"median at most {REACH_MEDIAN:.0f} ms, p95 at most {REACH_P95:.0f} ms: "
        f"{'reached' if reached else 'not reached'}",
        "note": f"{len(times)} events, {note}; the ratio says how many times the browser's own delay",
    }


def run(quick: bool) -> list[dict[str, Any]]:
    """Measure all rows."""
    from tests.browser.lab import chromium, lab_server, open_lab

    html, weights = make_map()
    drags = 1 if quick else 4
    rows = []
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = Path(folder) / "map.html"
        path.write_text(f"<!doctype html><meta charset=utf-8><body>{html}{BARE}", encoding="utf-8")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        page.locator(".gt-pair b").wait_for()
        bare = measure(page, page.get_by_role("slider", name="bare"), drags)
        ours = measure(page, page.get_by_role("slider", name="z₁", exact=True), drags)
        rows.append(row("in-page slider to painted picture, exported page", ours, bare, weights))
        page.close()
        if not quick:
            with lab_server(Path(folder) / "lab") as server, open_lab(server, browser) as lab:
                (server.root / "map_output.html").write_text(html, encoding="utf-8")
                lab.open(lab.write("map.ipynb", [CELL]))
                lab.run_all()
                lab.page.locator(".gt-pair b").wait_for()
                ours = measure(lab.page, lab.page.get_by_role("slider", name="z₁", exact=True), drags)
            rows.append(row("in-page slider to painted picture, JupyterLab", ours, bare, weights))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a plain page only, one drag")
    parser.add_argument("--json", type=Path, help="write the rows here")
    options = parser.parse_args()
    rows = run(options.quick)
    for line in rows:
        print(
            f"{line['what']}: {line['ours']}; {line['reference']}; ratio {line['ratio']}; "
            f"{line['reach']} ({line['note']})"
        )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
