"""Take the README's moving picture of the live lesson, in JupyterLab in a real browser.

    python scripts/take_pictures.py        # needs Chromium; writes docs/pictures/live.webp

A student's hand is played by Playwright: the lesson's cells are run up to the live panel, the learning rate is turned
up while the run trains, the run is rewound to before the jump and branched. Nothing is staged: what the panel shows
is what was trained.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # for tests.browser.lab

TARGET = ROOT / "docs" / "pictures" / "live.webp"
WIDTH = 760  # pixels of the picture in the README
PERIOD_MS = 250  # between two frames
STEPS_BEFORE_THE_JUMP = 500


class Camera:
    """Collects screenshots of one part of the page."""

    def __init__(self, page: Any, part: Any) -> None:
        self.page, self.part = page, part
        self.frames: list[Image.Image] = []

    def film(self, n_frames: int) -> None:
        """Take `n_frames` pictures, one every `PERIOD_MS`."""
        for _ in range(n_frames):
            shot = Image.open(io.BytesIO(self.part.screenshot(animations="allow"))).convert("RGB")
            self.frames.append(shot.resize((WIDTH, round(shot.height * WIDTH / shot.width)), Image.Resampling.LANCZOS))
            self.page.wait_for_timeout(PERIOD_MS)

    def save(self, path: Path) -> None:
        """Write the film as an animated WebP that stands still on its last picture for a while."""
        path.parent.mkdir(parents=True, exist_ok=True)
        durations = [PERIOD_MS] * (len(self.frames) - 1) + [3000]
        first, *rest = self.frames
        first.save(path, save_all=True, append_images=rest, duration=durations, loop=0, quality=60, method=6)


def press(panel: Any, name: str) -> None:
    """Click a button of the panel, if it is there and can be clicked."""
    button = panel.get_by_role("button", name=name, exact=True)
    if button.count() and button.is_enabled():
        button.click()


def main() -> None:
    """Play the student and film the panel."""
    from tests.browser.lab import chromium, lab_server, open_lab

    cells = json.loads((ROOT / "notebooks" / "04_vaes.ipynb").read_text(encoding="utf-8"))["cells"]
    live_cell = next(i for i, cell in enumerate(cells) if cell["id"] == "steer")
    skipped = {"train-auto-encoders", "compare-copies", "auto-encoder-creates"}  # not needed up to here
    with (
        tempfile.TemporaryDirectory() as folder,
        lab_server(Path(folder)) as server,
        chromium() as browser,
        open_lab(server, browser) as lab,
    ):
        lab.page.set_viewport_size({"width": 1400, "height": 1250})
        name = "04_vaes.ipynb"
        (server.root / name).write_text((ROOT / "notebooks" / name).read_text(encoding="utf-8"), encoding="utf-8")
        lab.open(name)
        for index, cell in enumerate(cells[: live_cell + 1]):
            if cell["id"] == "train-auto-encoders":
                source = "batches = Batches(train.x, seed=seed); steps = batches.steps_for(2 * epochs, batch_size)"
                lab.ask(f"exec({source!r}, globals())")
            elif cell["cell_type"] == "code" and cell["id"] not in skipped:
                lab.run(index)
        panel = lab.panel(live_cell)
        panel.scroll_into_view_if_needed()
        camera = Camera(lab.page, panel)
        while int(panel.get_attribute("data-position") or 0) < STEPS_BEFORE_THE_JUMP:
            camera.film(1)
        lab.drag("lr", 0.65, 0.97, n=live_cell)
        camera.film(10)
        press(panel, "Pause")  # unless the run has ended by itself, diverged
        rewind = panel.get_by_role("slider", name="Rewind")
        for _ in range(12):
            rewind.press("ArrowLeft")
            camera.film(1)
        lab.drag("lr", 0.97, 0.6, n=live_cell)
        camera.film(2)
        press(panel, "Play")
        camera.film(24)
        camera.save(TARGET)
    print(f"{TARGET.relative_to(ROOT)}: {len(camera.frames)} pictures, {TARGET.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
