"""A time slider: stored paths from noise to pictures, walked in the page, with switches between them.

What the page does is in `time_slider.js`; here the pictures of all paths are put on one sheet. It needs no kernel, so
that it works in exported HTML with the network off. Taught in lesson 07.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gentutor.errors import GentutorError
from gentutor.plots.pictures import encode_png, image_grid, to_array, to_uint8
from gentutor.widgets.in_page import self_contained
from gentutor.widgets.page_picture import PagePicture
from gentutor.widgets.pages import page

_MOST = 900_000  # letters of HTML: a notebook with a few such sliders still opens at once
_LEVELS = (64, 32, 16)  # brightness levels that are tried until the sheet is light enough
_STILLS = 9  # moments on the still picture


def time_slider(
    views: Mapping[str, Any],
    *,
    choices: Mapping[str, Sequence[str]],
    title: str,
    alt: str,
    moment: Sequence[str] = (),
    step: int | None = None,
) -> PagePicture:
    """Show paths from noise to pictures under a slider for time, with switches that choose the path.

    Parameters
    ----------
    views : mapping of str to tensor (T, n_paths, C, H, W)
        What is shown side by side, by its heading: values in [0, 1], grey or colour, at equally spaced times from 0 to
        1. All of one shape.
    choices : mapping of str to sequence of str
        The switches: name, and what its positions are called. Paths come in the order of all combinations, the last
        switch changing fastest, so that n_paths is the product of the numbers of positions.
    title : str
        Heading.
    alt : str
        What there is to see, in words.
    moment : sequence of str
        A line to be shown at each of the T times.
    step : int, optional
        Time that is shown first; the last where not given.

    Raises
    ------
    GentutorError
        When the shapes do not fit the switches or each other, or the pictures are too many for one page.
    """
    pictures = [to_uint8(to_array(paths)) for paths in views.values()]
    n_paths = int(np.prod([len(options) for options in choices.values()]))
    shapes = {array.shape for array in pictures}
    if len(shapes) != 1 or pictures[0].ndim != 5 or pictures[0].shape[1] != n_paths or len(pictures[0]) < 2:
        raise GentutorError(
            f"A time slider with {n_paths} combinations of switches needs paths (T, {n_paths}, C, H, W) with T at "
            f"least 2, of one shape in every view; got {', '.join(str(array.shape) for array in pictures)}."
        )
    n_times, _, _, height, width = pictures[0].shape
    if moment and len(moment) != n_times:
        raise GentutorError(f"There are {n_times} times and {len(moment)} lines to show at them; give one for each.")
    still, size = _still(pictures)
    settings: dict[str, Any] = {
        "title": title,
        "shape": [height, width],
        "steps": n_times - 1,
        "step": n_times - 1 if step is None else step,
        "choices": [{"name": name, "options": list(options)} for name, options in choices.items()],
        "start": [0] * len(choices),
        "rows": n_paths,
        "views": [{"name": name} for name in views],
        "moment": list(moment) or [""] * n_times,
        "style": page("controls.css", "time_slider.css"),
    }
    for levels in _LEVELS:
        settings["sheet"] = _sheet(np.concatenate(pictures, axis=1), levels)
        html = self_contained(
            page("controls.js", "time_slider.js"), "timeSlider", settings, still=still, size=size, alt=alt
        )
        if len(html) <= _MOST:
            return PagePicture(html, still, alt, size)
    raise GentutorError(
        f"{len(pictures) * n_paths * n_times} pictures are too many for one page: it would take {len(html):,} letters, "
        f"and at most {_MOST:,} are allowed. Give fewer times or switches."
    )


def _sheet(pictures: NDArray[np.uint8], levels: int) -> str:
    """All pictures (T, rows, C, H, W) on one PNG, time from left to right, as a data address."""
    rounded = np.rint(np.rint(pictures / 255 * (levels - 1)) * (255 / (levels - 1))).astype(np.uint8)
    times, rows, channels, height, width = rounded.shape
    sheet = rounded.transpose(1, 3, 0, 4, 2).reshape(rows * height, times * width, channels)
    buffer = io.BytesIO()
    Image.fromarray(sheet[..., 0] if channels == 1 else sheet).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _still(pictures: Sequence[NDArray[np.uint8]]) -> tuple[bytes, tuple[int, int]]:
    """A strip of moments of the first path, one row for each view, and its size on the page."""
    times = np.linspace(0, len(pictures[0]) - 1, min(_STILLS, len(pictures[0]))).round().astype(int)
    grid = image_grid(np.concatenate([array[times, 0] for array in pictures]), n_columns=len(times), pad=1)
    zoom = max(1, round(760 / grid.shape[1]))
    return encode_png(grid, zoom), (grid.shape[1] * zoom, grid.shape[0] * zoom)
